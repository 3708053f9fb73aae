"""Which contract holds on which edge of each state machine, in the form of the checker's mapping.json."""

from typing import Any

from workflow.steps import AUDIT, IMPORT, STEPS

PUBLISHED = {
    "PublishSuccess": "success-notification",
    "PublishRejection": "rejection-notification",
    "PublishFailure": "failure-notification",
}
STARTS_WITH = "pipeline-input"
DEFINITIONS = "common"  # what contracts refer to; no payload
PIPELINE_MAPPING: dict[str, Any] = {
    "startsWith": STARTS_WITH,
    "states": {
        **{
            step.state: {
                "takes": f"{step.contract}.input",
                "gives": f"{step.contract}.output",
                "raises": "caught-error",
            }
            for step in STEPS
        },
        **{state: {"says": contract} for state, contract in PUBLISHED.items()},
        "ParallelProcessing": {"leaves": "parallel-processing.output"},
    },
}

IMPORTED_BATCHES = ("ImportBucketBatch", "ImportListBatch", "ImportInventoryBatch")
IMPORT_STARTS_WITH = "import-input"
IMPORT_MAPPING: dict[str, Any] = {
    "startsWith": IMPORT_STARTS_WITH,
    "states": {
        state: {"takes": f"{IMPORT.contract}.input", "gives": f"{IMPORT.contract}.output"} for state in IMPORTED_BATCHES
    },
    "accepted": {
        "ImportInventoryBatch.Parameters.Payload.items[0]": "The manifest of an inventory says which fields a line has; the function checks them."
    },
}

AUDIT_STARTS_WITH = "audit-input"
AUDIT_MAPPING: dict[str, Any] = {
    "startsWith": AUDIT_STARTS_WITH,
    "states": {AUDIT.state: {"takes": f"{AUDIT.contract}.input", "gives": f"{AUDIT.contract}.output"}},
    "accepted": {
        f"{AUDIT.state}.Parameters.Payload.items[0]": "The manifest of an inventory says which columns a row has; the function checks them."
    },
}
