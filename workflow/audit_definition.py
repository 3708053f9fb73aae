"""The audit pipeline as a graph; `python -m workflow.audit_definition` prints it in the Amazon States Language.

A distributed Map reads the inventory of the upload bucket, and audits it in batches.
"""

if __name__ == "__main__":  # before the imports that take time, which Ctrl-C may end
    import sys

    from asl.command import run_module

    sys.exit(run_module("audit_definition", "workflow.audit_definition"))

import json
from typing import Any, Final

from workflow.blocks import task
from workflow.import_definition import BATCH_BYTES
from workflow.retries import batch_retries, run_retries
from workflow.sdk import DistributedMap, Graph, to_states_language
from workflow.steps import AUDIT, AUDIT_BATCH_SIZE

RESULTS: Final = "results"  # the prefix of what a Map writes of its executions; no rule matches it
# Of the batches; so few are audited again by the next inventory, and an alarm names their errors. With more the run fails.
TOLERATED_PERCENTAGE: Final = 5


def audit_pipeline() -> Graph:
    """Build the graph: one distributed Map. Its results are in S3, since a payload could not hold them."""
    each = DistributedMap(
        "AuditInventory",
        item_reader={
            "Resource": "arn:${Partition}:states:::s3:getObject",
            "Parameters": {"Bucket": "${InventoryBucket}", "Key.$": "$.key"},
            "ReaderConfig": {"InputType": "MANIFEST"},
        },
        item_batcher={"MaxItemsPerBatch": AUDIT_BATCH_SIZE, "MaxInputBytesPerBatch": BATCH_BYTES},
        max_concurrency_path="$.maxConcurrency",
        tolerated_failure_percentage=TOLERATED_PERCENTAGE,
        result_writer={
            "Resource": "arn:${Partition}:states:::s3:putObject",
            "Parameters": {"Bucket": "${InventoryBucket}", "Prefix": RESULTS},
        },
        retry=run_retries(),
    )
    each.attach_iterator(task(AUDIT, sources={"items": "$.Items"}, retry=batch_retries()))
    return Graph(each, comment="Audits the uploads of an inventory.")


def states_language() -> dict[str, Any]:
    """Return the audit pipeline in the Amazon States Language; `${Name}` is a placeholder that the template fills."""
    return to_states_language(audit_pipeline)


def main() -> None:
    """Print the audit pipeline."""
    print(json.dumps(states_language(), indent=2))
