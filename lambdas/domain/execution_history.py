"""An execution's history: in which state the execution failed, and why."""

from __future__ import annotations

import json
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from lambdas.domain.outcomes import FAILED, Failure
from lambdas.runtime import clients
from workflow.contracts.errors import ImageRejected

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Event = dict[str, Any]  # of any of 60 types, each with its own details

HANDLER = "HandleError"  # the state that errors lead to
REJECTED = ImageRejected.__name__
FAILURES = ("Failed", "TimedOut")  # suffixes of the types of failure events
CONTAINERS = ("Execution", "Parallel", "Map")  # their failures follow from that of a state inside
ENDS = ("ExecutionFailed", "ExecutionTimedOut", "ExecutionAborted")
NO_STATE = "ProcessingPipeline"  # stands for the state where the execution entered none
UNNAMED_ERROR = "States.TaskFailed"  # Step Functions' name for an error that has none
REASONS = {"TIMED_OUT": "States.Timeout", "ABORTED": "Aborted"}  # of executions that no state ended


def read_failure(execution_arn: str, status: str) -> Failure:
    """Read the history of the execution with that ARN and return why it ended with status."""
    pages = clients.stepfunctions().get_paginator("get_execution_history")
    answers = pages.paginate(executionArn=execution_arn, includeExecutionData=False)
    return find_failure([dict(event) for answer in answers for event in answer["events"]], status)


def find_failure(history: list[Event], status: str) -> Failure:
    """Return the first failure that led to the execution's end, from its events in their order."""
    events = _until_end(history)
    before = list(takewhile(lambda event: _entered(event) != HANDLER, events))
    failed = _cause(events[: len(before) + 1])
    if failed and len(before) < len(events):
        # A rejection is no failure: a later state failed while it handled the rejection.
        return _failure_of(failed if _details(failed).get("error") != REJECTED else _cause(events) or failed, events)
    if failed and status == FAILED and _has_ended(failed, events):
        return _failure_of(failed, events)
    # No task failed, or one was still retried: the execution itself was ended.
    details = _details(events[-1]) if events else {}
    error = details.get("error") or REASONS.get(status, "")
    return _failure(_ended_in(events), {"error": error, "cause": details.get("cause", "")})


def _has_ended(failed: Event, events: list[Event]) -> bool:
    """Return whether the execution ended with a failure: it was not tried again, and no later state was entered."""
    return failed["id"] not in _retried(events) and _state(failed, events) == _ended_in(events)


def _until_end(events: list[Event]) -> list[Event]:
    """Return events without those after the execution's end, because an emulator may go on for a while."""
    ends = [number for number, event in enumerate(events, 1) if event["type"] in ENDS]
    return events[: ends[-1]] if ends else events


def _cause(events: list[Event]) -> Event | None:
    """Return the failure that led to the last of events; if no event says which, the last failure.

    Two branches may fail at the same time. The one that the end of their Parallel follows is the cause.
    """
    retried = _retried(events)
    failures = [event for event in events if _is_failure(event)]
    final = [event for event in failures if event["id"] not in retried]
    linked = (event for event in _chain(events) if _is_failure(event) and event["id"] not in retried)
    return next(linked, None) or next(reversed(final or failures), None)


def _retried(events: list[Event]) -> set[int]:
    """Return the numbers of the events after which a task was scheduled: those of failures were tried again."""
    return {event.get("previousEventId", 0) for event in events if event["type"].endswith("Scheduled")}


def _is_failure(event: Event) -> bool:
    return event["type"].endswith(FAILURES) and not event["type"].startswith(CONTAINERS)


def _chain(events: list[Event]) -> Iterator[Event]:
    """Yield the last of events, the one that it follows, and so on."""
    by_id = {event["id"]: event for event in events}
    event = events[-1] if events else None
    while event:
        yield event
        previous = event.get("previousEventId", 0)
        event = by_id.get(previous) if previous < event["id"] else None


def _failure_of(failed: Event, events: list[Event]) -> Failure:
    return _failure(_state(failed, events), _details(failed))


def _state(event: Event, events: list[Event]) -> str:
    """Return the state in which event happened: the one that it or the closest event before it names."""
    chain = _chain([*(other for other in events if other["id"] < event["id"]), event])
    return next(filter(None, map(_named, chain)), NO_STATE)


def _ended_in(events: list[Event]) -> str:
    """Return the state in which the execution ended: the one of the event before its end, or the last one entered.

    A Fail state does not count. After a Parallel has succeeded, no branch does.
    """
    for event in _chain(events):
        if event["type"] == "ParallelStateSucceeded":
            return _last_entered([other for other in events if other["type"] == "ParallelStateEntered"])
        if event["type"] != "FailStateEntered" and (name := _named(event)):
            return name
    return _last_entered(events)


def _last_entered(events: list[Event]) -> str:
    """Return the last state that was entered, apart from a Fail state."""
    names = [name for event in events if event["type"] != "FailStateEntered" and (name := _entered(event))]
    return names[-1] if names else NO_STATE


def _named(event: Event) -> str:
    """Return the state that event entered or, for a failed JSONata expression, the state that it belongs to."""
    return _entered(event) or _details(event).get("state", "")


def _entered(event: Event) -> str:
    return str(event.get("stateEnteredEventDetails", {}).get("name", ""))


def _details(event: Event) -> Mapping[str, str]:
    kind = event["type"]
    details: Mapping[str, str] = event.get(f"{kind[0].lower()}{kind[1:]}EventDetails", {})
    return details


def _failure(state: str, details: Mapping[str, str]) -> Failure:
    error = {"Error": details.get("error") or UNNAMED_ERROR, "Cause": details.get("cause", "")}
    return Failure(state, error["Error"], json.dumps(error))
