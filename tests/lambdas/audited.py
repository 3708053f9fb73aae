"""The inventory of an upload bucket in moto, as S3 Inventory writes its rows, and the audit of it."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote_plus

from lambdas.audit import handler
from lambdas.runtime import clients
from lambdas.runtime.settings import AuditSettings
from tests.fake_aws.account import UPLOAD_BUCKET
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
