"""Upload images and print how each one ended: `python -m examples.client IMAGE...`.

The variables UPLOAD_URL_ENDPOINT, USER_POOL_CLIENT_ID and EMAIL say where and who; the password is in PASSWORD, or asked for. With
NOTIFICATIONS_QUEUE_URL, the URL of an SQS queue that is subscribed to the topic, the program waits for the outcomes.
"""

import argparse
import getpass
import hashlib
import json
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

import boto3
import urllib3
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from urllib3.util import Retry, Timeout

NEEDED = ("UPLOAD_URL_ENDPOINT", "USER_POOL_CLIENT_ID", "EMAIL")
TYPES = {
    "avif": "image/avif",
    "bmp": "image/bmp",
    "gif": "image/gif",
    "heic": "image/heic",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "png": "image/png",
    "tif": "image/tiff",
    "tiff": "image/tiff",
    "webp": "image/webp",
}
# 429: more requests than the API takes. 409: another PUT to the same URL is under way.
RETRIES = Retry(
    total=5,
    backoff_factor=0.5,  # seconds; doubles with each retry
    backoff_jitter=0.5,
    retry_after_max=30,  # seconds: a response may ask for hours
    status_forcelist=(409, 429, 500, 502, 503, 504),
    allowed_methods=("GET", "PUT"),
    raise_on_status=False,
)
BOTO_RETRIES = Config(retries={"mode": "standard", "total_max_attempts": 5})
# The second means that an image is there. Only this program has the URL, so an earlier PUT arrived and its answer was lost.
STORED = (HTTPStatus.OK, HTTPStatus.PRECONDITION_FAILED)
POLL_SECONDS = 10  # a long poll; SQS allows 20


class RefusedError(Exception):
    """The sign-in or an upload was refused, or got no response; the message says why."""


def sign_in(client_id: str, email: str, password: str) -> str:
    """Return an ID token for a user of the user pool; raises RefusedError, or what boto3 raises."""
    cognito = boto3.client("cognito-idp", config=BOTO_RETRIES.merge(Config(signature_version=UNSIGNED)))
    answer = cognito.initiate_auth(
        ClientId=client_id,
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": email, "PASSWORD": password},
    )
    if "AuthenticationResult" not in answer:
        raise RefusedError(f"Cognito asks for {answer.get('ChallengeName')}: see docs/api.md, The first sign-in")
    return answer["AuthenticationResult"]["IdToken"]


@dataclass(frozen=True)
class Uploader:
    """A signed-in user of the API at endpoint."""

    endpoint: str
    token: str
    http: urllib3.PoolManager

    def upload(self, file: Path) -> str:
        """Upload file and return its image id; raises RefusedError or OSError."""
        content = file.read_bytes()
        grant = self._grant(file, content)
        answer = self._send(grant["method"], grant["uploadUrl"], body=content, headers=grant["headers"])
        if answer.status not in STORED:
            raise RefusedError(f"S3 answered {answer.status} to the PUT of {file}")
        return str(grant["imageId"])

    def _grant(self, file: Path, content: bytes) -> dict[str, Any]:
        query = {
            "filename": file.name,
            "contentType": TYPES.get(file.suffix.lower().removeprefix("."), "application/octet-stream"),
            "size": str(len(content)),
            "sha256": hashlib.sha256(content).hexdigest(),  # S3 refuses any other file then
        }
        answer = self._send("GET", self.endpoint, fields=query, headers={"Authorization": self.token})
        if answer.status != HTTPStatus.OK:
            raise RefusedError(f"the API answered {answer.status} for {file}{_reason(answer)}")
        grant: dict[str, Any] = answer.json()
        return grant

    def _send(self, method: str, url: str, **request: Any) -> urllib3.BaseHTTPResponse:
        """Return the response; the message of the RefusedError without one has no URL, since that may be signed."""
        try:
            return self.http.request(method, url, **request)
        except urllib3.exceptions.HTTPError as error:
            cause = error.reason if isinstance(error, urllib3.exceptions.MaxRetryError) else error
            raise RefusedError(f"the {method} got no response: {type(cause).__name__}") from None


def _reason(answer: urllib3.BaseHTTPResponse) -> str:
    """Return the API's reason code and sentence, or nothing if something else answered, such as a proxy."""
    try:
        body = answer.json()
        return f": {body['reason']}: {body['detail']}"
    except (ValueError, KeyError, TypeError):
        return ""


def outcomes(queue: str, image_ids: set[str], seconds: float) -> Iterator[dict[str, Any]]:
    """Yield the first notification about each image that arrives on queue within some seconds.

    Messages about other images stay on the queue. A reader of the queue needs AWS credentials, since the API does not report outcomes.
    """
    sqs, waiting, deadline = boto3.client("sqs", config=BOTO_RETRIES), set(image_ids), time.monotonic() + seconds
    while waiting and time.monotonic() < deadline:
        answer = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=POLL_SECONDS)
        for message in answer.get("Messages", []):
            notification = json.loads(message["Body"])
            if notification["imageId"] in waiting:
                yield notification
            if notification["imageId"] in image_ids:  # a repeat, too
                waiting.discard(notification["imageId"])
                sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])


def run(files: list[Path], timeout: float) -> bool:
    """Upload files, print the outcome of each, and return whether every one was uploaded and, if it waits, SUCCEEDED."""
    password = os.environ.get("PASSWORD") or getpass.getpass()
    token = sign_in(os.environ["USER_POOL_CLIENT_ID"], os.environ["EMAIL"], password)
    http = urllib3.PoolManager(retries=RETRIES, timeout=Timeout(connect=5, read=60))
    sent = list(uploaded(Uploader(os.environ["UPLOAD_URL_ENDPOINT"], token, http), files))
    queue = os.environ.get("NOTIFICATIONS_QUEUE_URL")
    if not queue:
        return len(sent) == len(files)
    statuses = []
    for notification in outcomes(queue, set(sent), timeout):
        print(json.dumps(notification), flush=True)
        statuses.append(notification["status"])
    return statuses == ["SUCCEEDED"] * len(files)


def uploaded(uploader: Uploader, files: list[Path]) -> Iterator[str]:
    """Upload files one after the other, yield the image ids, and print those and which files were refused."""
    for file in files:
        try:
            image_id = uploader.upload(file)
        except RefusedError as error:
            print(f"client: {error}", file=sys.stderr)
        else:
            print(json.dumps({"imageId": image_id, "file": str(file), "status": "UPLOADED"}), flush=True)
            yield image_id


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code: 1 if an image was not processed, or not in time."""
    parser = argparse.ArgumentParser(prog="python -m examples.client", description=__doc__)
    parser.add_argument("images", nargs="+", type=Path, metavar="IMAGE")
    parser.add_argument("--timeout", type=float, default=300, metavar="SECONDS", help="longest wait for outcomes (300)")
    options = parser.parse_args(arguments)
    missing = [name for name in NEEDED if not os.environ.get(name)]
    if missing:
        parser.error(f"set {' and '.join(missing)}; `python -m local up` prints them")
    try:
        return 0 if run(options.images, options.timeout) else 1
    except (RefusedError, ClientError, BotoCoreError, OSError) as error:
        print(f"client: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
