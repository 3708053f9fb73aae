"""An S3 Inventory: its manifest names files in CSV, whose rows are the objects of a bucket at some time of the day before.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-inventory-location.html
"""

import csv
import gzip
import io
import json
import zlib
from collections.abc import Iterator
from typing import Any, Final

from botocore.exceptions import ClientError

from lambdas.runtime import clients
from operations.imports.errors import SourceError

Row = dict[str, str]  # the fields that the inventory has, by name, as in its file

CSV: Final = "CSV"
KEY: Final = "Key"
ARCHIVED: Final = ("ARCHIVE", "DEEP_ARCHIVE")  # access tiers of S3 Intelligent-Tiering that have to be restored


def read_rows(bucket: str, manifest: tuple[str, str]) -> Iterator[Row]:
    """Yield the rows of the inventory of a bucket; raises SourceError if the state machine could not read them, either."""
    url = "s3://{}/{}".format(*manifest)
    found = _parse(_get(*manifest, url), bucket, url)
    fields = [field.strip() for field in found["fileSchema"].split(",")]
    files = found["destinationBucket"].rpartition(":")[2]
    for file in found["files"]:
        place = f"s3://{files}/{file['key']}"
        yield from (dict(zip(fields, row, strict=False)) for row in _csv(_get(files, file["key"], place), place))


def _get(bucket: str, key: str, url: str) -> bytes:
    try:
        with clients.s3().get_object(Bucket=bucket, Key=key)["Body"] as body:
            return bytes(body.read())
    except ClientError as error:
        code = error.response["Error"]["Code"]
        raise SourceError(f"{url} of the inventory cannot be read: {code}. Nothing was started") from error


def _parse(data: bytes, bucket: str, url: str) -> Any:
    """Return a manifest; raises SourceError for another kind of file, another bucket or another format."""
    try:
        found = json.loads(data)
        fields, kind, listed = found["fileSchema"], found["fileFormat"], found["sourceBucket"]
        complete = "destinationBucket" in found and all("key" in file for file in found["files"])
    except (ValueError, TypeError, KeyError) as error:
        raise SourceError(f"{url} is no manifest.json of an inventory. Nothing was started") from error
    if listed != bucket:
        raise SourceError(f"{url} is an inventory of another bucket than {bucket}. Nothing was started")
    if kind != CSV or KEY not in fields or not complete:
        raise SourceError(f"{url} is no inventory in {CSV} with keys. Nothing was started: configure one")
    return found


def _csv(data: bytes, url: str) -> Iterator[list[str]]:
    """Yield the rows of a file, which has no head."""
    try:
        with gzip.open(io.BytesIO(data), "rt", encoding="utf-8", newline="") as text:
            yield from csv.reader(text, strict=True)
    except (OSError, EOFError, zlib.error, UnicodeDecodeError, csv.Error) as error:
        raise SourceError(f"{url} of the inventory is damaged. Nothing was started") from error


def size_of(row: Row) -> int | None:
    """Return the bytes of an object, or None if the inventory does not have them."""
    return int(row["Size"]) if row.get("Size", "").isdecimal() else None


def storage_class_of(row: Row) -> str:
    """Return the storage class of an object; its access tier, if it has to be restored from that."""
    tier = row.get("IntelligentTieringAccessTier", "")
    return "GLACIER" if tier in ARCHIVED else row.get("StorageClass", "")
