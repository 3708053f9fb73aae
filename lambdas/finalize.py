"""Settle what an execution left open that failed, timed out or was aborted: what no Catch inside it can see."""

from __future__ import annotations

import json
from typing import Any

from lambdas.domain import conflicts, execution_history, finalization
from lambdas.domain.record import Record
from lambdas.runtime.settings import FinalizeSettings
from lambdas.runtime.telemetry import add_log_keys, log_errors, set_log_keys
from workflow import contracts


def handler(event: dict[str, Any], context: Any) -> None:
    """Settle the picture of an execution whose status changed, as the contract execution-ended has it.

    It may be done again, and while others do it. While an earlier end of the picture has not been notified, it is left
    to the sweep.
    """
    set_log_keys(requestId=context.aws_request_id)
    with log_errors(), conflicts.leave_to_sweep():
        environment = FinalizeSettings.read()
        contracts.check("execution-ended", event)
        ended = event["detail"]
        image = json.loads(ended["input"])["image"]
        add_log_keys(imageId=image["imageId"], execution=ended["name"])
        record = Record(environment.metadata_table, image, ended["name"])
        finalization.finalize(
            record, execution_history.read_failure(ended["executionArn"], ended["status"]), environment
        )
