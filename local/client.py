"""A client of the API: it requests an upload URL and uploads the image with PUT."""

import os
from dataclasses import dataclass
from http import HTTPStatus
from mimetypes import MimeTypes
from pathlib import Path
from typing import Any
from unicodedata import bidirectional, category

import urllib3
from PIL import Image
from urllib3.exceptions import HTTPError, MaxRetryError
from urllib3.util import Retry

from imaging.formats import FORMATS

# Extensions that the formats do not list.
EXTENSIONS = {"jpeg": "image/jpeg", "tiff": "image/tiff", "heif": "image/heif"}
# Unicode's categories and directions of what the API refuses in a file name.
NOT_SENT = {"Cc", "Zl", "Zp"}  # control characters, line and paragraph separators
REORDERING = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
# A request without a response, or with a temporary error, is sent again: a URL allows one upload in any case.
# 409: another PUT to the same URL is under way. 429: the API or S3 throttles.
RETRIES = Retry(
    total=6,
    backoff_factor=0.25,  # seconds; doubles with each retry
    backoff_jitter=0.5,
    backoff_max=8,
    retry_after_max=20,  # of the seconds in a response's Retry-After
    status_forcelist=(409, 429, *(status for status in HTTPStatus if status >= 500)),  # noqa: PLR2004 - HTTP's
    allowed_methods=("GET", "PUT"),
    raise_on_status=False,
)
# 412: the object exists. Only this client has the URL, so an earlier PUT of it was stored.
STORED_STATUSES = (HTTPStatus.OK, HTTPStatus.PRECONDITION_FAILED)


class UploadRefusedError(Exception):
    """The API refused to issue an upload URL."""

    def __init__(self, reason: str, message: str) -> None:
        """Keep the API's reason code and message."""
        super().__init__(message)
        self.reason = reason
        self.message = message


class UploadFailedError(RuntimeError):
    """The service sent no response, or one that no contract describes."""


@dataclass(frozen=True)
class Client:
    """A client of the API, with the token of a user who has signed in."""

    endpoint: str
    token: str
    http: urllib3.PoolManager

    def upload(self, file: Path) -> str:
        """Upload file and return the image id that it was given; raises UploadRefused, UploadFailed or OSError."""
        grant = self._grant(file)
        with file.open("rb") as data:
            answer = self._send(grant["method"], grant["uploadUrl"], body=data, headers=grant["headers"])
        if answer.status not in STORED_STATUSES:
            raise UploadFailedError(f"the PUT of {_name(file)} was answered with status {answer.status}")
        return str(grant["imageId"])

    def document(self, image_id: str) -> dict[str, Any]:
        """Return the document about an image, by GET /images/{imageId}; raises UploadFailed."""
        url = f"{self.endpoint.rpartition('/')[0]}/images/{image_id}"
        answer = self._send("GET", url, headers={"Authorization": self.token})
        if answer.status != HTTPStatus.OK:
            raise UploadFailedError(f"GET /images/{image_id} was answered with status {answer.status}")
        body: dict[str, Any] = answer.json()
        return body

    def _grant(self, file: Path) -> dict[str, Any]:
        query = {
            "filename": sendable_name(_name(file)),
            "contentType": content_type(file),
            "size": str(file.stat().st_size),
        }
        answer = self._send("GET", self.endpoint, fields=query, headers={"Authorization": self.token})
        if answer.status not in (HTTPStatus.OK, HTTPStatus.BAD_REQUEST):
            raise UploadFailedError(f"GET /upload-url was answered with status {answer.status} for {_name(file)}")
        body: dict[str, Any] = answer.json()
        if answer.status == HTTPStatus.BAD_REQUEST:
            raise UploadRefusedError(body["reason"], body["detail"])
        return body

    def _send(self, method: str, url: str, **request: Any) -> urllib3.BaseHTTPResponse:
        """Return the response to a request; raises UploadFailed, whose message has no URL, since that may be signed."""
        try:
            return self.http.request(method, url, retries=RETRIES, **request)
        except HTTPError as error:
            cause = error.reason if isinstance(error, MaxRetryError) else error
            raise UploadFailedError(f"the {method} got no response: {type(cause).__name__}") from None


def _name(file: Path) -> str:
    return os.fsencode(file.name).decode(errors="replace")


def sendable_name(name: str) -> str:
    """Return a file name with an underscore for each character that the API refuses in one."""
    return "".join("_" if category(one) in NOT_SENT or bidirectional(one) in REORDERING else one for one in name)


def content_type(file: Path) -> str:
    """Return the media type by a file's extension or, if that is unknown, by its content."""
    types = MimeTypes()
    known = {found.extension: found.content_type for found in FORMATS.values()} | EXTENSIONS
    for ending, media_type in known.items():
        types.add_type(media_type, f".{ending}")
    return types.guess_type(file.name)[0] or _type_by_content(file) or "application/octet-stream"


def _type_by_content(file: Path) -> str | None:
    try:
        with Image.open(file, formats=list(FORMATS)) as image:
            return FORMATS[image.format or ""].content_type
    except (OSError, KeyError, ValueError, SyntaxError):
        return None
