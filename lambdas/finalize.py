"""Settle what an execution left open that failed, timed out or was aborted: what no Catch inside it can see."""

from __future__ import annotations

import json
from typing import Any

from lambdas.domain import conflicts, execution_history, finalization
from lambdas.domain.record import Record
from lambdas.runtime.settings import SettleEnvironment
from lambdas.runtime.telemetry import faults_logged, identify, identify_also
from workflow import contracts


def handler(event: dict[str, Any], context: Any) -> None:
    """Settle the picture of an execution whose status changed, as the contract execution-ended has it.

    It may be done again, and while others do it. While an earlier end of the picture has not been notified, it is left
    to the sweep.
    """
    identify(requestId=context.aws_request_id)
    with faults_logged(), conflicts.left_to_the_sweep():
        environment = SettleEnvironment.read()
        contracts.check("execution-ended", event)
        ended = event["detail"]
        image = json.loads(ended["input"])["image"]
        identify_also(imageId=image["imageId"], execution=ended["name"])
        record = Record(environment.metadata_table, image, ended["name"])
        finalization.settle(record, execution_history.failure(ended["executionArn"], ended["status"]), environment)
