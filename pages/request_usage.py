"""The units of each price that requests of the API use for an image after its upload, counted from the template."""

import math
from collections.abc import Iterator
from typing import Any, Final

from costs import prices
from costs.prices import Price
from costs.usage import S3_EVENTS, TRIGGER, WRITE_UNIT, Usage, of_request, resources, status_usage, total
from costs.workload_profile import (
    CALL_SECONDS,
    DELETION,
    DELETION_LOOK,
    DELETION_LOOKS,
    LIST_PAGE,
    LISTED,
    REPLACED_BYTES,
    STATUS_REQUESTS,
    VARIANT_BYTES,
    VARIANTS,
)

Node = dict[str, Any]

READ_UNIT: Final = 4096  # bytes; an eventually consistent read counts as half of them


def request_usage(template: Node) -> dict[str, dict[Price, float]]:
    """Return the units by what a user does once with one image, or once with the list."""
    memory = {name: function["MemorySize"] for name, function in resources(template, "AWS::Lambda::Function").items()}
    return {
        f"{STATUS_REQUESTS} requests for the status (in the table above)": status_usage(memory["GetImageFunction"]),
        f"a page of the list with {LISTED} images and their thumbnails": _list_usage(memory["ListImagesFunction"]),
        **{f"{name} beside both renditions (`RenditionFormats`)": _of_variant(name, memory) for name in VARIANTS},
        "the deletion, with the sweeps that look after it": total(
            [
                *of_request(DELETION, memory["DeleteImageFunction"]),
                *_of_replacement(),
                *_of_looks(memory["SweepFunction"]),
            ]
        ),
    }


def _of_variant(name: str, memory: dict[str, int]) -> dict[Price, float]:
    """Return the usage of a further format of both renditions: they are encoded, staged, archived and listed."""
    encoders = {"ResizeFunction": VARIANTS[name][0], "ThumbnailFunction": VARIANTS[name][1]}
    images = len(encoders)
    waited = sum(encoders.values()) + 3 * images * CALL_SECONDS  # a PutObject, a CopyObject and a HeadObject for each
    writes = 3  # of the record, and of its entry in the index by owner, from the archive on
    return total(
        [
            *((prices.LAMBDA_COMPUTE, (cpu + CALL_SECONDS) * memory[step] / 1024) for step, cpu in encoders.items()),
            (prices.LAMBDA_COMPUTE, 2 * images * CALL_SECONDS * memory["ArchiveFunction"] / 1024),
            (prices.LAMBDA_COMPUTE, waited * memory[TRIGGER] / 1024),
            (prices.S3_WRITE, 2 * images),
            (prices.S3_READ, images),
            (prices.EVENTBRIDGE_EVENT, S3_EVENTS * images),
            (prices.DYNAMODB_WRITE, writes * images * VARIANT_BYTES / WRITE_UNIT),
        ]
    )


def _list_usage(memory: int) -> dict[Price, float]:
    """Return the usage of a page of the list: one eventually consistent query, and a GET of S3 for each thumbnail."""
    read = LISTED * LIST_PAGE.record
    units = [(prices.DYNAMODB_READ, math.ceil(read / READ_UNIT) / 2), (prices.S3_READ, LISTED)]
    return total([*units, *of_request(LIST_PAGE, memory)])


def _of_replacement() -> Iterator[Usage]:
    """Yield what the record costs that the tombstone replaces: its entry in the index, and a write that is as large as it."""
    replaced, tombstone = (math.ceil(size / WRITE_UNIT) for size in (REPLACED_BYTES, DELETION.record))
    yield prices.DYNAMODB_WRITE, replaced + replaced - tombstone


def _of_looks(memory: int) -> Iterator[Usage]:
    """Yield the usage of the sweeps that look for what an execution wrote after the deletion."""
    calls = DELETION_LOOK.calls
    yield prices.LAMBDA_COMPUTE, DELETION_LOOKS * len(calls) * CALL_SECONDS * memory / 1024
    yield prices.DYNAMODB_READ, DELETION_LOOKS * calls.count("GetItem")
    yield prices.S3_WRITE, DELETION_LOOKS * calls.count("ListObjectVersions")
    units = math.ceil(DELETION_LOOK.record / WRITE_UNIT)
    yield prices.DYNAMODB_WRITE, DELETION_LOOKS * units * (calls.count("UpdateItem") + DELETION_LOOK.indexed)
