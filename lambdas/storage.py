"""Pictures in S3: read a version, stage a rendition, copy to the archive."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from lambdas import clients
from lambdas.telemetry import logger
from workflow.contracts.errors import ImageRejected, Reason

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import CopySourceTypeDef, DeleteTypeDef

    from lambdas.imaging.rendition import Rendition

UPLOADS = "uploads/"  # the prefix whose new objects start the pipeline
STAGED = "staged/"  # the prefix where renditions wait; no event rule matches it
MAX_FILENAME = 255  # bytes of UTF-8, as file systems have it
FILENAME = "filename"  # name of the object metadata that carries the client's file name


@dataclass(frozen=True)
class Upload:
    """The bytes of an uploaded picture and the client's name for it."""

    data: bytes
    filename: str


def upload_key(owner: str, image_id: str) -> str:
    """Return the key under which owner uploads image_id; nothing of the client's file name is in it."""
    return f"{UPLOADS}{owner}/{image_id}"


def parse_upload_key(key: str) -> tuple[str, str]:
    """Return owner and image id of an upload key; raises ValueError for any other key."""
    prefix, owner, image_id = key.split("/")
    if f"{prefix}/" != UPLOADS:
        raise ValueError("the key is not one of an upload")
    return owner, image_id


def filename_metadata(filename: str) -> dict[str, str]:
    """Return the object metadata that carries filename: percent-encoded, since S3 takes ASCII only."""
    return {FILENAME: quote(filename, safe="")}


def read(image: dict[str, Any], max_bytes: int) -> Upload:
    """Read the object version that image names; raises ImageRejected when it is empty or over max_bytes."""
    answer = clients.s3().get_object(Bucket=image["bucket"], Key=image["key"], VersionId=image["versionId"])
    with answer["Body"] as body:
        _check_size(answer["ContentLength"], max_bytes)
        return Upload(body.read(), _filename(answer["Metadata"], image["imageId"]))


def _check_size(size: int, max_bytes: int) -> None:
    if size == 0:
        raise ImageRejected(Reason.EMPTY, "The file is empty.")
    if size > max_bytes:
        raise ImageRejected(Reason.TOO_MANY_BYTES, f"The file is larger than {max_bytes} bytes.")


def _filename(metadata: dict[str, str], image_id: str) -> str:
    name = unquote(metadata.get(FILENAME, ""))
    return name if 0 < len(name.encode()) <= MAX_FILENAME else image_id


def stage(bucket: str, execution: str, name: str, rendition: Rendition) -> dict[str, Any]:
    """Write rendition to where it waits for the archive, one folder an execution; return what and where it is."""
    key = f"{STAGED}{execution}/{name}.{rendition.format.extension}"
    content_type = rendition.format.content_type
    clients.s3().put_object(Bucket=bucket, Key=key, Body=rendition.data, ContentType=content_type)
    return {
        "key": key,
        "format": rendition.format.name,
        "contentType": content_type,
        "width": rendition.width,
        "height": rendition.height,
        "size": len(rendition.data),
    }


def archive(source: CopySourceTypeDef, bucket: str, key: str, content_type: str) -> dict[str, Any]:
    """Copy an object into the archive bucket and return where it lies.

    A source that is gone is no error if its copy is there: an earlier attempt made it and cleaned up.
    """
    client = clients.s3()
    with suppress(client.exceptions.NoSuchKey):
        client.copy_object(
            CopySource=source, Bucket=bucket, Key=key, ContentType=content_type, MetadataDirective="REPLACE"
        )
    size = client.head_object(Bucket=bucket, Key=key)["ContentLength"]
    return {"key": key, "contentType": content_type, "size": size}


def remove(bucket: str, keys: list[str]) -> None:
    """Delete the objects at keys; one that S3 does not delete is left to the bucket's lifecycle."""
    from botocore.exceptions import BotoCoreError, ClientError

    wanted: DeleteTypeDef = {"Objects": [{"Key": key} for key in keys], "Quiet": True}
    try:
        errors = clients.s3().delete_objects(Bucket=bucket, Delete=wanted).get("Errors", [])
    except (BotoCoreError, ClientError):
        logger().warning("staged renditions are left to the lifecycle", exc_info=True)
        return
    for error in errors:
        logger().warning("a staged rendition is left to the lifecycle: %s", error.get("Code"))
