"""Objects in S3: an uploaded version is read, renditions are staged and archived, leftovers are deleted."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, urlencode

from imaging.errors import ImageRefusedError, Reason
from imaging.formats import EXTENSIONS
from lambdas.domain.archive_class import EXPIRING
from lambdas.domain.object_keys import STAGED, staged_folder
from lambdas.runtime import clients
from lambdas.runtime.telemetry import logger

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from botocore.paginate import PageIterator
    from mypy_boto3_s3.type_defs import (
        CopySourceTypeDef,
        GetObjectOutputTypeDef,
        ListObjectVersionsOutputTypeDef,
        ObjectIdentifierTypeDef,
    )

    from workflow.contracts.payloads import ArchivedObject, Image

MAX_FILENAME = 255  # bytes of UTF-8, as in file systems
# The name of the object metadata with the focal point, and its form, as in upload-url.request.
FOCUS, _POINT = "focus", re.compile(r"(0(?:\.\d{1,4})?|1(?:\.0{1,4})?),(0(?:\.\d{1,4})?|1(?:\.0{1,4})?)", re.ASCII)
FILENAME = "filename"  # the name of the object metadata with the client's file name


class ObjectsNotDeletedError(Exception):
    """S3 answered, but did not delete every object that it was asked to."""


@dataclass(frozen=True)
class Upload:
    """The bytes of an uploaded image and the client's name for it."""

    data: bytes
    filename: str
    focus: tuple[float, float] | None = None  # point that the thumbnail is to show: shares of width and height


def upload_metadata(filename: str, focus: str | None = None) -> dict[str, str]:
    """Return the object metadata that holds filename, percent-encoded because S3 accepts ASCII only, and the focal point."""
    return {FILENAME: quote(filename, safe="")} | ({FOCUS: focus} if focus is not None else {})


def read_upload(image: Image, max_bytes: int) -> Upload:
    """Read the object version that image names, or the archived original if image has one, whose object metadata is no more.

    Raises ImageRefusedError if it is empty or larger than max_bytes.
    """
    client = clients.s3()
    if original := image.get("original"):
        answer = client.get_object(Bucket=original["bucket"], Key=original["key"])
        return Upload(_read(answer, max_bytes), original["filename"], parse_focus(original.get("focus", "")))
    answer = client.get_object(Bucket=image["bucket"], Key=image["key"], VersionId=image["versionId"])
    metadata = answer["Metadata"]
    return Upload(_read(answer, max_bytes), _filename(metadata, image["imageId"]), parse_focus(metadata.get(FOCUS, "")))


def _read(answer: GetObjectOutputTypeDef, max_bytes: int) -> bytes:
    with answer["Body"] as body:
        _check_size(answer["ContentLength"], max_bytes)
        return body.read()


def focus_text(focus: tuple[float, float]) -> str:
    """Return a focal point as clients write it."""
    return ",".join(f"{share:g}" for share in focus)


def _check_size(size: int, max_bytes: int) -> None:
    if size == 0:
        raise ImageRefusedError(Reason.EMPTY, "The file is empty.")
    if size > max_bytes:
        raise ImageRefusedError(Reason.TOO_MANY_BYTES, f"The file is larger than {max_bytes} bytes.")


def _filename(metadata: dict[str, str], image_id: str) -> str:
    """Return the client's name for the file; the image id if there is none, or one that is too long."""
    name = unquote(metadata.get(FILENAME, ""))
    return name if 0 < len(name.encode()) <= MAX_FILENAME else image_id


def parse_focus(text: str) -> tuple[float, float] | None:
    """Return a focal point; None for anything else: other programs may upload, too."""
    match = _POINT.fullmatch(text)
    return (float(match[1]), float(match[2])) if match else None


def stage(bucket: str, execution: str, name: str, data: bytes, content_type: str) -> str:
    """Write data under name to the folder where the execution's renditions wait to be archived, and return its key."""
    key = f"{staged_folder(execution)}{name}"
    clients.s3().put_object(Bucket=bucket, Key=key, Body=data, ContentType=content_type)
    return key


def archive(
    source: CopySourceTypeDef, bucket: str, key: str, content_type: str, tags: Mapping[str, str] | None = None
) -> ArchivedObject:
    """Copy an object into the archive bucket, with tags if there are any, and return the copy's facts.

    If source does not exist but its copy does, an earlier call has archived it and deleted the source.
    """
    client = clients.s3()
    tagged: Any = {"TaggingDirective": "REPLACE", "Tagging": urlencode(tags)} if tags else {}
    with suppress(client.exceptions.NoSuchKey):
        client.copy_object(
            CopySource=source, Bucket=bucket, Key=key, ContentType=content_type, MetadataDirective="REPLACE", **tagged
        )
    return archived(bucket, key, content_type)


def archived(bucket: str, key: str, content_type: str) -> ArchivedObject:
    """Return the facts of an object in the archive."""
    size = clients.s3().head_object(Bucket=bucket, Key=key)["ContentLength"]
    return {"key": key, "contentType": content_type, "size": size}


def let_expire(bucket: str, keys: list[str]) -> None:
    """Let renditions expire a day from now, those of them that there are: each is copied onto itself with the tag of the rule.

    They are listed before, because S3 refuses to copy a missing object as a forbidden one.
    """
    for folder in dict.fromkeys(f"{key.rpartition('/')[0]}/" for key in keys):
        pages = clients.s3().get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=folder)
        there = {item["Key"] for page in pages for item in page.get("Contents", [])}
        for key in sorted(there.intersection(keys)):
            _copy_expiring(bucket, key)


def _copy_expiring(bucket: str, key: str) -> None:
    clients.s3().copy_object(
        CopySource={"Bucket": bucket, "Key": key},
        Bucket=bucket,
        Key=key,
        ContentType=EXTENSIONS[key.rpartition(".")[2]].content_type,
        MetadataDirective="REPLACE",  # without a change, S3 refuses to copy an object onto itself
        TaggingDirective="REPLACE",
        Tagging=urlencode(EXPIRING),
    )


def list_staged_executions(bucket: str, until: datetime) -> Iterator[str]:
    """Yield the names of the executions that staged an object before until, each once."""
    pages = clients.s3().get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=STAGED)
    found = (item for page in pages for item in page.get("Contents", []) if item["LastModified"] < until)
    yield from dict.fromkeys(item["Key"].split("/")[1] for item in found)


def list_folders(bucket: str, prefix: str) -> Iterator[str]:
    """Yield the prefixes below prefix, each up to its next slash."""
    pages = clients.s3().get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix, Delimiter="/")
    yield from (found["Prefix"] for page in pages for found in page.get("CommonPrefixes", []))


def delete_objects(bucket: str, keys: list[str]) -> None:
    """Delete the objects at keys. An error is logged and not raised: the sweep deletes what is left."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        _delete(bucket, keys)
    except (BotoCoreError, ClientError, ObjectsNotDeletedError) as error:
        logger().warning("objects are left to the sweep: %s", type(error).__name__, exc_info=True)


def delete_prefix(bucket: str, prefix: str) -> int:
    """Delete every object under prefix and return how many there were; raises ObjectsNotDeletedError."""
    pages = clients.s3().get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    found = [[item["Key"] for item in page.get("Contents", [])] for page in pages]
    for keys in filter(None, found):  # a page has at most as many objects as one request may delete
        _delete(bucket, keys)
    return sum(map(len, found))


def delete_versions(bucket: str, prefix: str) -> int:
    """Delete every version and every delete marker under prefix for good, and return how many there were.

    Raises ObjectsNotDeletedError.
    """
    found = [_versions(page) for page in _version_pages(bucket, prefix)]
    for versions in filter(None, found):  # a page has at most as many versions as one request may delete
        _request_deletion(bucket, versions)
    return sum(map(len, found))


def _version_pages(bucket: str, prefix: str) -> PageIterator[ListObjectVersionsOutputTypeDef]:
    return clients.s3().get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix)


def _versions(page: ListObjectVersionsOutputTypeDef) -> list[ObjectIdentifierTypeDef]:
    return [
        {"Key": one["Key"], "VersionId": one["VersionId"]}
        for one in (*page.get("Versions", []), *page.get("DeleteMarkers", []))
    ]


def _delete(bucket: str, keys: list[str]) -> None:
    _request_deletion(bucket, [{"Key": key} for key in keys])


def _request_deletion(bucket: str, wanted: list[ObjectIdentifierTypeDef]) -> None:
    """Delete objects or versions. S3 answers 200 also if it deletes only some of them."""
    answer = clients.s3().delete_objects(Bucket=bucket, Delete={"Objects": wanted, "Quiet": True})
    if errors := answer.get("Errors", []):
        codes = {error.get("Code", "") for error in errors}
        raise ObjectsNotDeletedError(
            f"{len(errors)} of {len(wanted)} objects were not deleted: {', '.join(sorted(codes))}"
        )
