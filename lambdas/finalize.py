"""Finalize the image of an execution that failed, timed out or was aborted, which no Catch inside it can do."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

from lambdas.domain import conflicts, execution_history, finalization
from lambdas.domain.rerender_record import record_of
from lambdas.runtime.settings import FinalizeSettings
from lambdas.runtime.telemetry import add_log_keys, log_errors, set_log_keys
from workflow import contracts

if TYPE_CHECKING:
    from workflow.contracts.payloads import ExecutionEnded, PipelineInput


def handler(event: dict[str, Any], context: Any) -> None:
    """Finalize the image of the execution that event, which keeps the contract execution-ended, is about.

    It may run again, and at the same time as others. While an earlier outcome of the image is not published, the image
    is left to the sweep.
    """
    set_log_keys(requestId=context.aws_request_id)
    with log_errors(), conflicts.leave_to_sweep():
        settings = FinalizeSettings.read()
        contracts.check("execution-ended", event)
        execution = cast("ExecutionEnded", event)["detail"]
        started_with: PipelineInput = json.loads(execution["input"])
        image = started_with["image"]
        add_log_keys(imageId=image["imageId"], execution=execution["name"])
        record = record_of(settings.metadata_table, image, execution["name"])
        failure = execution_history.read_failure(execution["executionArn"], execution["status"])
        finalization.finalize(record, failure, settings)
