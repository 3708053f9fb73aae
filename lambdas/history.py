"""An execution's history: in which state it failed, and why."""

from __future__ import annotations

import json
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from lambdas import clients
from lambdas.record import Failure

if TYPE_CHECKING:
    from collections.abc import Mapping

Event = dict[str, Any]

HANDLER = "HandleError"  # the state that errors lead to: what failed failed before it
FAILURES = ("TaskFailed", "TaskTimedOut", "TaskStartFailed", "TaskSubmitFailed")
NOWHERE = "ProcessingPipeline"  # said of an execution that entered no state
UNNAMED = "States.TaskFailed"  # what Step Functions calls an error that has no name
REASONS = {"TIMED_OUT": "States.Timeout", "ABORTED": "Aborted"}  # of executions that no state ended


def failure(execution_arn: str, status: str) -> Failure:
    """Return why the execution with that ARN ended with status, as its history tells."""
    pages = clients.stepfunctions().get_paginator("get_execution_history")
    answers = pages.paginate(executionArn=execution_arn, includeExecutionData=False)
    return found([dict(event) for answer in answers for event in answer["events"]], status)


def found(events: list[Event], status: str) -> Failure:
    """Return what failed first of that which led to the execution's end, from its events in their order."""
    before = list(takewhile(lambda event: _entered(event) != HANDLER, events))
    failed = [event for event in before if event["type"] in FAILURES]
    if failed and (len(before) < len(events) or status == "FAILED"):
        return _of(failed[-1], events)
    # No state failed, or one was still being tried: the execution was ended from outside.
    return _failure(_last_task(before), {"error": REASONS.get(status, status)})


def _of(failed: Event, events: list[Event]) -> Failure:
    by_id = {event["id"]: event for event in events}
    event = failed
    while not _entered(event) and event.get("previousEventId") in by_id:
        event = by_id[event["previousEventId"]]
    return _failure(_entered(event), _details(failed))


def _last_task(events: list[Event]) -> str:
    names = [_entered(event) for event in events if event["type"] == "TaskStateEntered"]
    return names[-1] if names else NOWHERE


def _entered(event: Event) -> str:
    return str(event.get("stateEnteredEventDetails", {}).get("name", ""))


def _details(event: Event) -> Mapping[str, str]:
    kind = event["type"]
    details: Mapping[str, str] = event.get(f"{kind[0].lower()}{kind[1:]}EventDetails", {})
    return details


def _failure(state: str, details: Mapping[str, str]) -> Failure:
    error = {"Error": details.get("error") or UNNAMED, "Cause": details.get("cause", "")}
    return Failure(state, error["Error"], json.dumps(error))
