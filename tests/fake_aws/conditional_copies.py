"""The conditions of a copy, which moto does not check: that the source has an ETag, and that the target does not exist."""

from collections.abc import Callable
from functools import wraps
from threading import RLock
from typing import Any
from urllib.parse import parse_qs, unquote, urlparse

import pytest
from moto.s3.exceptions import PreconditionFailed
from moto.s3.responses import S3Response


def install(patch: pytest.MonkeyPatch) -> None:
    """Patch moto. A copy and its check are one step, as in S3."""
    patch.setattr(S3Response, "copy_object", _checked(S3Response.copy_object))


def _checked(copy: Callable[[S3Response], Any]) -> Callable[[S3Response], Any]:
    lock = RLock()

    @wraps(copy)
    def checked(response: S3Response) -> Any:
        with lock:
            check(response)
            return copy(response)

    def check(response: S3Response) -> None:
        wanted = response.headers.get("x-amz-copy-source-if-match")
        source = _source(response) if wanted else None
        if source and source.etag.strip('"') != wanted.strip('"'):
            raise PreconditionFailed("x-amz-copy-source-If-Match")
        target = response.backend.get_object(response.bucket_name, response.parse_key_name())
        if response.headers.get("If-None-Match") == "*" and target is not None:
            raise PreconditionFailed("If-None-Match")

    return checked


def _source(response: S3Response) -> Any:
    parsed = urlparse(str(response.headers["x-amz-copy-source"]))
    bucket, key = unquote(parsed.path).lstrip("/").split("/", 1)
    version = parse_qs(parsed.query).get("versionId", [None])[0]
    return response.backend.get_object(bucket, key, version_id=version)
