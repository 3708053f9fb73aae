"""Which contract holds on which edge of the pipeline, in the form of the checker's mapping.json."""

from typing import Any

from workflow.steps import STEPS

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
