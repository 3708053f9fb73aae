"""The contracts of this project's own pipeline, by state; what stands in the steps is derived from them."""

from pathlib import Path
from typing import Any

from asl.check.mapping import Mapping, read
from workflow import contracts
from workflow.steps import STEPS

PUBLISHED = {
    "PublishSuccess": "success-notification",
    "PublishRejection": "rejection-notification",
    "PublishFailure": "failure-notification",
}


STARTS_WITH = "pipeline-input"


def mapping(folder: Path = contracts.FOLDER) -> Mapping:
    """Return which contract holds on which edge of the pipeline; folder holds the contracts."""
    states: dict[str, Any] = {
        step.state: {"takes": f"{step.contract}.input", "gives": f"{step.contract}.output", "raises": "caught-error"}
        for step in STEPS
    }
    states |= {state: {"says": contract} for state, contract in PUBLISHED.items()}
    states["ParallelProcessing"] = {"leaves": "parallel-processing.output"}
    return read({"startsWith": STARTS_WITH, "states": states}, folder)
