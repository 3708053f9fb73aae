"""A client of the API: it requests an upload URL and uploads the image with PUT."""

import json
import os
from dataclasses import dataclass
from http import HTTPStatus
from mimetypes import MimeTypes
from pathlib import Path
from typing import Any

import urllib3
from PIL import Image
from urllib3.util import Retry

from imaging.formats import FORMATS

# Extensions that the formats do not list.
EXTENSIONS = {"jpeg": "image/jpeg", "tiff": "image/tiff", "heif": "image/heif"}
# A PUT without a response, or that S3 could not accept, is sent again: the URL allows one upload in any case.
PUT_RETRIES = Retry(
    total=4,
    backoff_factor=0.1,
    status_forcelist=(HTTPStatus.CONFLICT, *(status for status in HTTPStatus if status >= 500)),  # noqa: PLR2004 - HTTP's
    allowed_methods=("PUT",),
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
    """The service sent a response that no contract describes."""


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
            answer = self.http.request(
                grant["method"], grant["uploadUrl"], body=data, headers=grant["headers"], retries=PUT_RETRIES
            )
        if answer.status not in STORED_STATUSES:
            raise UploadFailedError(f"the PUT of {file.name} was answered with status {answer.status}")
        return str(grant["imageId"])

    def _grant(self, file: Path) -> dict[str, Any]:
        name = os.fsencode(file.name).decode(errors="replace")
        query = {"filename": name, "contentType": content_type(file), "size": str(file.stat().st_size)}
        answer = self.http.request("GET", self.endpoint, fields=query, headers={"Authorization": self.token})
        body: dict[str, Any] = json.loads(answer.data)
        if answer.status == HTTPStatus.BAD_REQUEST:
            raise UploadRefusedError(body["reason"], body["message"])
        if answer.status != HTTPStatus.OK:
            raise UploadFailedError(f"GET /upload-url was answered with status {answer.status} for {name}")
        return body


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
