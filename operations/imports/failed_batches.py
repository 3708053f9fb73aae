"""The objects of batches that failed: Step Functions writes their executions, with their inputs, beside the results of the Map."""

import json
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import unquote_plus

from lambdas.domain.import_outcomes import Line
from lambdas.domain.object_keys import import_folder
from lambdas.runtime import clients

NOT_IMPORTED: Final = "NOT_IMPORTED"  # the outcome of an object whose batch failed before it came to the object
BATCH_FAILED: Final = "BATCH_FAILED"  # the reason


def failed_lines(bucket: str, run: str, seen: set[str]) -> Iterator[Line]:
    """Yield a line for each object of the failed batches of a run. Those that the batch has imported have other lines, too.

    What was read goes into seen, and is not read again.
    """
    pages = (
        clients.s3().get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=f"{import_folder(run)}results/")
    )
    keys = [one["Key"] for page in pages for one in page.get("Contents", [])]
    for manifest in (key for key in keys if key.endswith("/manifest.json") and key not in seen):
        seen.add(manifest)
        for file in _read(bucket, manifest).get("ResultFiles", {}).get("FAILED", []):
            for execution in _read(bucket, file["Key"]):
                yield from map(_line, json.loads(execution["Input"])["Items"])


def _read(bucket: str, key: str) -> Any:
    with clients.s3().get_object(Bucket=bucket, Key=key)["Body"] as body:
        return json.loads(body.read())


def _line(item: dict[str, Any]) -> Line:
    key = unquote_plus(item["entry"].get("Key", "")) if "entry" in item else item.get("key", "")
    return {
        "key": key,
        "version": item.get("version", ""),
        "owner": item.get("owner", ""),
        "imageId": "",
        "outcome": NOT_IMPORTED,
        "reason": BATCH_FAILED,
        "size": 0,
    }
