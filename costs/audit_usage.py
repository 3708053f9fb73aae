"""The units of each price that the audit of one inventory uses, and the time that it takes."""

from math import ceil
from typing import Any, Final

from costs import prices
from costs.import_usage import EXECUTION_MEMORY
from costs.prices import Price
from costs.usage import START_AND_END, of_profile, resources, total
from costs.workload_profile import AUDIT
from workflow.import_definition import BATCH_BYTES
from workflow.steps import AUDIT as STEP

Node = dict[str, Any]

ROW_BYTES: Final = 300  # of a row in a batch, with the names of its columns
ROWS: Final = BATCH_BYTES // ROW_BYTES  # in a batch
READ_UNITS: Final = 0.5  # for an eventually consistent read of up to 4 KB


def audit_usage(template: Node, *, versions: float, markers: float) -> dict[Price, float]:
    """Return the units for an inventory of so many versions, whose records are read, and delete markers.

    What is put right is not counted: it is next to nothing.
    """
    memory = resources(template, "AWS::Lambda::Function")[STEP.function]["MemorySize"]
    batches = ceil((versions + markers) / ROWS)
    return total(
        [
            (prices.S3_INVENTORY, versions + markers),
            (prices.DYNAMODB_READ, versions * READ_UNITS),
            (prices.STATE_TRANSITION, START_AND_END + 1 + batches),
            (prices.EXPRESS_EXECUTION, batches),
            (prices.EXPRESS_COMPUTE, batches * AUDIT.seconds * EXECUTION_MEMORY / 1024),
            (prices.XRAY_TRACE, batches),
            *((price, batches * units) for price, units in of_profile(AUDIT, memory)),
        ]
    )


def audit_seconds(*, rows: float, concurrency: int) -> float:
    """Return how long an audit takes, if nothing is throttled and functions are warm."""
    return ceil(rows / ROWS) * AUDIT.seconds / concurrency
