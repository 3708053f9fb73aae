"""An execution's history: in which state it failed, and why."""

from __future__ import annotations

import json
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from lambdas import clients
from lambdas.record import FAILED, Failure
from workflow.contracts.errors import ImageRejected

if TYPE_CHECKING:
    from collections.abc import Mapping

Event = dict[str, Any]

HANDLER = "HandleError"  # the state that errors lead to: what failed failed before it
REJECTED = ImageRejected.__name__
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
    failed = _last_failed(before)
    if failed and len(before) < len(events):
        # A rejection is no failure: something failed in handling it.
        return _of(failed if _details(failed).get("error") != REJECTED else _last_failed(events) or failed, events)
    if failed and status == FAILED and _state(failed, events) == _last_entered(events):
        return _of(failed, events)
    # No task failed, or one was still being tried: the execution was ended otherwise.
    details = _details(events[-1]) if events else {}
    error = details.get("error") or REASONS.get(status, "")
    return _failure(_last_entered(events), {"error": error, "cause": details.get("cause", "")})


def _last_failed(events: list[Event]) -> Event | None:
    return next((event for event in reversed(events) if event["type"] in FAILURES), None)


def _of(failed: Event, events: list[Event]) -> Failure:
    return _failure(_state(failed, events), _details(failed))


def _state(event: Event, events: list[Event]) -> str:
    """Return the state in which event happened: that of the event before, and so on, that entered one."""
    by_id = {event["id"]: event for event in events}
    while not _entered(event) and event.get("previousEventId") in by_id:
        event = by_id[event["previousEventId"]]
    return _entered(event) or NOWHERE


def _last_entered(events: list[Event]) -> str:
    """Return the last state that was entered, but for the one that only ends the execution."""
    names = [name for event in events if event["type"] != "FailStateEntered" and (name := _entered(event))]
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
