"""The objects of batches that failed: Step Functions writes their executions, with their inputs, beside the results of the Map."""

import json
from collections.abc import Iterator
from typing import Any, Final

from lambdas.domain.import_outcomes import Line, new_line
from lambdas.domain.import_sources import listed
from lambdas.domain.imports import Outcome
from lambdas.domain.object_keys import import_folder
from lambdas.runtime import clients

BATCH_FAILED: Final = "BATCH_FAILED"  # the reason of an object that is NOT_IMPORTED
# Results of executions that failed, timed out or were stopped, and of those that were not started when a run ended.
UNFINISHED: Final = ("FAILED", "PENDING")


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
        files = _read(bucket, manifest).get("ResultFiles", {})
        for file in (file for status in UNFINISHED for file in files.get(status, [])):
            for execution in _read(bucket, file["Key"]):
                yield from _lines(json.loads(execution["Input"]))


def _read(bucket: str, key: str) -> Any:
    with clients.s3().get_object(Bucket=bucket, Key=key)["Body"] as body:
        return json.loads(body.read())


def _lines(given: dict[str, Any]) -> Iterator[Line]:
    """Yield a line for each object of the batch that an execution was given."""
    for item in given["Items"]:
        line = new_line(listed(item, given["BatchInput"]["ownership"]))
        yield {**line, "outcome": Outcome.NOT_IMPORTED, "reason": BATCH_FAILED}
