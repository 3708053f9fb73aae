"""The inventory of an upload bucket in moto, as S3 Inventory writes its rows, and the audit of it."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote_plus

from lambdas.audit import handler
from lambdas.domain.open_records import KEYS
from lambdas.domain.record import read_item
from lambdas.runtime import clients
from lambdas.runtime.settings import AuditSettings
from tests.fake_aws.account import UPLOAD_BUCKET, Payload
from tests.fake_aws.fake_clock import FakeClock
from tests.lambdas.account import CONTEXT, RETENTION_DAYS, TABLE
from tests.lambdas.pipeline import STALLED_AFTER

Row = dict[str, str]

SETTINGS = AuditSettings(
    metadata_table=TABLE,
    upload_bucket=UPLOAD_BUCKET,
    record_retention_days=RETENTION_DAYS,
    stalled_after_seconds=STALLED_AFTER,
)


def inventory(bucket: str = UPLOAD_BUCKET) -> list[Row]:
    """Return a row for each version and delete marker under uploads/ now."""
    found = clients.s3().list_object_versions(Bucket=bucket, Prefix="uploads/")
    return [
        *(row(bucket, one) for one in found.get("Versions", [])),
        *(row(bucket, one, marker=True) for one in found.get("DeleteMarkers", [])),
    ]


def row(bucket: str, version: Any, *, marker: bool = False) -> Row:
    """Return the row of a version or a delete marker."""
    return {
        "Bucket": bucket,
        "Key": quote_plus(version["Key"], safe="/"),
        "VersionId": version["VersionId"],
        "IsLatest": str(version["IsLatest"]).lower(),
        "IsDeleteMarker": str(marker).lower(),
        "Size": "" if marker else str(version["Size"]),
        "LastModifiedDate": f"{version['LastModified']:%Y-%m-%dT%H:%M:%S.000Z}",
    }


def item(event: Payload) -> Payload:
    """Return the record as it is in the table."""
    return dict(read_item(TABLE, event["image"]["imageId"]) or {})


def lose_record(event: Payload) -> None:
    """Delete the record of an image past the pipeline."""
    clients.dynamodb().delete_item(TableName=TABLE, Key={"imageId": {"S": event["image"]["imageId"]}})


def lose_entry(event: Payload) -> None:
    """Take a record from the index, as it is in a table of a version without one."""
    names = {f"#{name}": name for name in KEYS}
    clients.dynamodb().update_item(
        TableName=TABLE,
        Key={"imageId": {"S": event["image"]["imageId"]}},
        UpdateExpression=f"REMOVE {', '.join(names)}",
        ExpressionAttributeNames=names,
    )


def late(fake_clock: FakeClock) -> None:
    """Let so much time pass that an upload should have an outcome."""
    fake_clock.advance(seconds=STALLED_AFTER + 1)


def audit(rows: list[Row]) -> dict[str, Any]:
    """Audit rows, and return what was found, without what was not."""
    done = handler({"items": rows}, CONTEXT)
    return {name: number for name, number in done.items() if number and name != "uploads"}


def broken(whole: Row) -> Iterator[Row]:
    """Yield rows that lack a column, or have a value of another form."""
    for name in whole:
        yield {other: value for other, value in whole.items() if other != name}
    for name, value in {
        "IsLatest": "yes",
        "Size": "many",
        "LastModifiedDate": "2026-11-30",
        "IsDeleteMarker": "",
    }.items():
        yield {**whole, name: value}
