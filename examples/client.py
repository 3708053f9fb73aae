"""Upload images, see what became of them, and delete them: `python -m examples.client upload IMAGE...`, `status ID...`, `list`, `delete ID...`.

The variables API_ENDPOINT, USER_POOL_CLIENT_ID and EMAIL say where and who; the password is in PASSWORD, or asked for. No command needs
credentials of AWS.
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
from urllib.parse import quote

import boto3
import urllib3
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from urllib3.util import Retry, Timeout

NEEDED = ("API_ENDPOINT", "USER_POOL_CLIENT_ID", "EMAIL")
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
    allowed_methods=("GET", "PUT", "DELETE"),
    raise_on_status=False,
)
BOTO_RETRIES = Config(retries={"mode": "standard", "total_max_attempts": 5})
# The second means that an image is there. Only this program has the URL, so an earlier PUT arrived and its answer was lost.
STORED = (HTTPStatus.OK, HTTPStatus.PRECONDITION_FAILED)
DELETED = (HTTPStatus.NO_CONTENT, HTTPStatus.ACCEPTED)  # the second while an execution runs, which leaves nothing
OPEN = ("AWAITING_UPLOAD", "PROCESSING")  # the statuses that change
PAGE = 100  # images of a list in one response; the API allows no more


class RefusedError(Exception):
    """The sign-in or a request was refused or got no response, or a file cannot be read; the message says why."""


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
class Client:
    """A signed-in user of the API at endpoint."""

    endpoint: str
    token: str
    http: urllib3.PoolManager

    def upload(self, file: Path) -> str:
        """Upload file and return its image id; raises RefusedError."""
        try:
            content = file.read_bytes()
        except OSError as error:
            raise RefusedError(f"{file} cannot be read: {error.strerror}") from error
        grant = self._grant(file, content)
        answer = self._send(grant["method"], grant["uploadUrl"], body=content, headers=grant["headers"])
        if answer.status not in STORED:
            raise RefusedError(f"S3 answered {answer.status} to the PUT of {file}")
        return str(grant["imageId"])

    def status(self, image_id: str) -> dict[str, Any]:
        """Return the document about an image; raises RefusedError, also if there is no such image."""
        return self._read(self._about(image_id), image_id)

    def wait(self, image_id: str, seconds: float) -> dict[str, Any] | None:
        """Return the document about an image when its status is final, or None after some seconds; raises RefusedError."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            answer = self._about(image_id)
            document = self._read(answer, image_id)
            if document["status"] not in OPEN:
                return document
            time.sleep(float(answer.headers["Retry-After"]))  # grows with the age of the image
        return None

    def images(self, status: str | None = None) -> Iterator[dict[str, Any]]:
        """Yield all images of the user, or those with a status, the newest first; raises RefusedError."""
        query = {"limit": str(PAGE)} | ({"status": status} if status else {})
        while True:
            page = self._read(self._get("images", query), "the list")
            yield from page["images"]
            if "cursor" not in page:
                return
            query["cursor"] = page["cursor"]

    def delete(self, image_id: str) -> None:
        """Delete an image for good, which may be repeated; raises RefusedError, also if there is no such image."""
        answer = self._send("DELETE", self._url(image_id), headers={"Authorization": self.token})
        if answer.status not in DELETED:
            raise _refusal(answer, image_id)

    def _grant(self, file: Path, content: bytes) -> dict[str, Any]:
        query = {
            "filename": file.name,
            "contentType": TYPES.get(file.suffix.lower().removeprefix("."), "application/octet-stream"),
            "size": str(len(content)),
            "sha256": hashlib.sha256(content).hexdigest(),  # S3 refuses any other file then
        }
        return self._read(self._get("upload-url", query), str(file))

    def _about(self, image_id: str) -> urllib3.BaseHTTPResponse:
        return self._send("GET", self._url(image_id), headers={"Authorization": self.token})

    def _url(self, image_id: str) -> str:
        return f"{self.endpoint}/images/{quote(image_id, safe='')}"

    def _get(self, path: str, query: dict[str, str]) -> urllib3.BaseHTTPResponse:
        return self._send("GET", f"{self.endpoint}/{path}", fields=query, headers={"Authorization": self.token})

    def _read(self, answer: urllib3.BaseHTTPResponse, about: str) -> dict[str, Any]:
        """Return the body of a response; raises RefusedError for any other status than 200."""
        if answer.status != HTTPStatus.OK:
            raise _refusal(answer, about)
        body: dict[str, Any] = answer.json()
        return body

    def _send(self, method: str, url: str, **request: Any) -> urllib3.BaseHTTPResponse:
        """Return the response; the message of the RefusedError without one has no URL, since that may be signed."""
        try:
            return self.http.request(method, url, **request)
        except urllib3.exceptions.HTTPError as error:
            cause = error.reason if isinstance(error, urllib3.exceptions.MaxRetryError) else error
            raise RefusedError(f"the {method} got no response: {type(cause).__name__}") from None


def _refusal(answer: urllib3.BaseHTTPResponse, about: str) -> RefusedError:
    return RefusedError(f"the API answered {answer.status} for {about}{_reason(answer)}")


def _reason(answer: urllib3.BaseHTTPResponse) -> str:
    """Return the API's reason code and sentence, or nothing if something else answered, such as a proxy."""
    try:
        body = answer.json()
        return f": {body['reason']}: {body['detail']}"
    except (ValueError, KeyError, TypeError):
        return ""


def connect() -> Client:
    """Sign in as the variables say, and return a client; raises RefusedError, or what boto3 raises."""
    password = os.environ.get("PASSWORD") or getpass.getpass()
    token = sign_in(os.environ["USER_POOL_CLIENT_ID"], os.environ["EMAIL"], password)
    http = urllib3.PoolManager(retries=RETRIES, timeout=Timeout(connect=5, read=60))
    return Client(os.environ["API_ENDPOINT"], token, http)


def upload(client: Client, files: list[Path], timeout: float) -> bool:
    """Upload files, print what became of each, and return whether every one SUCCEEDED within timeout seconds."""
    ids, deadline = list(uploaded(client, files)), time.monotonic() + timeout
    documents = [client.wait(image_id, deadline - time.monotonic()) for image_id in ids]
    for image_id, document in zip(ids, documents, strict=True):
        print(json.dumps(document or {"imageId": image_id, "status": "UNFINISHED"}), flush=True)
    return [document and document["status"] for document in documents] == ["SUCCEEDED"] * len(files)


def uploaded(client: Client, files: list[Path]) -> Iterator[str]:
    """Upload files one after the other, yield the image ids, and print those and which files were refused."""
    for file in files:
        try:
            image_id = client.upload(file)
        except RefusedError as error:
            print(f"client: {error}", file=sys.stderr)
        else:
            print(json.dumps({"imageId": image_id, "file": str(file), "status": "UPLOADED"}), flush=True)
            yield image_id


def delete(client: Client, ids: list[str]) -> None:
    """Delete images one after the other, and print each that is deleted; raises RefusedError for the first that is not."""
    for image_id in ids:
        client.delete(image_id)
        print(json.dumps({"imageId": image_id, "status": "DELETED"}), flush=True)


def run(options: argparse.Namespace) -> bool:
    """Run a command and return whether all went well."""
    client = connect()
    if options.command == "upload":
        return upload(client, options.images, options.timeout)
    if options.command == "delete":
        delete(client, options.ids)
        return True
    ids = options.ids if options.command == "status" else None
    for one in client.images(options.status) if ids is None else map(client.status, ids):
        print(json.dumps(one), flush=True)
    return True


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m examples.client", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    sending = commands.add_parser("upload", help="upload images, and wait for their outcomes")
    sending.add_argument("images", nargs="+", type=Path, metavar="IMAGE")
    sending.add_argument(
        "--timeout", type=float, default=300, metavar="SECONDS", help="longest wait for outcomes (300)"
    )
    reading = commands.add_parser("status", help="print what is known about images")
    reading.add_argument("ids", nargs="+", metavar="ID")
    listing = commands.add_parser("list", help="print all images, the newest first")
    listing.add_argument("--status", metavar="STATUS", help="only those with this status, such as REJECTED")
    deleting = commands.add_parser("delete", help="delete images for good")
    deleting.add_argument("ids", nargs="+", metavar="ID")
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code: 1 if an image was not processed, or not in time."""
    parser = _parser()
    options = parser.parse_args(arguments)
    missing = [name for name in NEEDED if not os.environ.get(name)]
    if missing:
        parser.error(f"set {' and '.join(missing)}; `python -m local up` prints them")
    try:
        return 0 if run(options) else 1
    except (RefusedError, ClientError, BotoCoreError) as error:
        print(f"client: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
