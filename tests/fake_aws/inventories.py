"""Inventories as S3 Inventory writes them, and as a distributed Map reads them: a manifest, and compressed CSV files."""

import csv
import gzip
import hashlib
import io
import json
from typing import Any

from lambdas.runtime import clients

Row = dict[str, str]

FOLDER = "inventories/uploads-bucket/uploads"


def write_inventory(bucket: str, rows: list[Row], files: int = 2, client: Any = None) -> str:
    """Write an inventory with the rows in so many files, the manifest last, and return the key of that."""
    client = client or clients.s3()
    columns = list(rows[0]) if rows else ["Bucket", "Key"]
    named = [_write_file(client, bucket, number, rows[number::files]) for number in range(files if rows else 0)]
    manifest = {
        "sourceBucket": "uploads-bucket",
        "destinationBucket": f"arn:aws:s3:::{bucket}",
        "version": "2016-11-30",
        "creationTimestamp": "1796000400000",
        "fileFormat": "CSV",
        "fileSchema": ", ".join(columns),
        "files": named,
    }
    key = f"{FOLDER}/2026-11-30T01-00Z/manifest.json"
    client.put_object(Bucket=bucket, Key=key, Body=json.dumps(manifest).encode())
    return key


def _write_file(client: Any, bucket: str, number: int, rows: list[Row]) -> dict[str, Any]:
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(row.values() for row in rows)
    data = gzip.compress(text.getvalue().encode(), mtime=0)
    key = f"{FOLDER}/data/{number}.csv.gz"
    client.put_object(Bucket=bucket, Key=key, Body=data)
    return {"key": key, "size": len(data), "MD5checksum": hashlib.md5(data, usedforsecurity=False).hexdigest()}


def rows_of(manifest: dict[str, Any]) -> list[Row]:
    """Return the rows of an inventory, each by the columns of the manifest."""
    columns = manifest["fileSchema"].split(", ")
    bucket = manifest["destinationBucket"].rpartition(":")[2]
    found = []
    for one in manifest["files"]:
        data = clients.s3().get_object(Bucket=bucket, Key=one["key"])["Body"].read()
        lines = csv.reader(io.StringIO(gzip.decompress(data).decode()))
        found += [dict(zip(columns, line, strict=True)) for line in lines]
    return found
