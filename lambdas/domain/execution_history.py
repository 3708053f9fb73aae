"""An execution's history: in which state it failed, and why."""

from __future__ import annotations

import json
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from lambdas.domain.record import FAILED, Failure
from lambdas.runtime import clients
from workflow.contracts.errors import ImageRejected

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Event = dict[str, Any]

HANDLER = "HandleError"  # the state that errors lead to: what failed failed before it
REJECTED = ImageRejected.__name__
FAILURES = ("Failed", "TimedOut")  # how the types of events end that say that something failed
AROUND = ("Execution", "Parallel", "Map")  # what such an event is of that follows from the failure of a state
ENDS = ("ExecutionFailed", "ExecutionTimedOut", "ExecutionAborted")
NO_STATE = "ProcessingPipeline"  # said of an execution that entered no state
UNNAMED_ERROR = "States.TaskFailed"  # what Step Functions calls an error that has no name
REASONS = {"TIMED_OUT": "States.Timeout", "ABORTED": "Aborted"}  # of executions that no state ended


def read_failure(execution_arn: str, status: str) -> Failure:
    """Return why the execution with that ARN ended with status, as its history tells."""
    pages = clients.stepfunctions().get_paginator("get_execution_history")
    answers = pages.paginate(executionArn=execution_arn, includeExecutionData=False)
    return find_failure([dict(event) for answer in answers for event in answer["events"]], status)


def find_failure(happened: list[Event], status: str) -> Failure:
    """Return what failed first of that which led to the execution's end, from its events in their order."""
    events = _until_end(happened)
    before = list(takewhile(lambda event: _entered(event) != HANDLER, events))
    failed = _led_to(events[: len(before) + 1])
    if failed and len(before) < len(events):
        # A rejection is no failure: something failed in handling it.
        return _of(failed if _details(failed).get("error") != REJECTED else _led_to(events) or failed, events)
    if failed and status == FAILED and _state(failed, events) == _ended_in(events):
        return _of(failed, events)
    # No task failed, or one was still being tried: the execution was ended otherwise.
    details = _details(events[-1]) if events else {}
    error = details.get("error") or REASONS.get(status, "")
    return _failure(_ended_in(events), {"error": error, "cause": details.get("cause", "")})


def _until_end(events: list[Event]) -> list[Event]:
    """Return events without those after the execution's end: an emulator may go on for a while."""
    ends = [number for number, event in enumerate(events, 1) if event["type"] in ENDS]
    return events[: ends[-1]] if ends else events


def _led_to(events: list[Event]) -> Event | None:
    """Return the failure that led to the last of events, or the last one, where nothing says which that was.

    Branches may fail at once: the one that the end of their Parallel comes after is why it ended.
    """
    retried = {event.get("previousEventId") for event in events if event["type"].endswith("Scheduled")}
    failures = [event for event in events if _is_failure(event)]
    final = [event for event in failures if event["id"] not in retried]
    led = next((event for event in _back(events) if _is_failure(event) and event["id"] not in retried), None)
    return led or next(reversed(final or failures), None)


def _is_failure(event: Event) -> bool:
    return event["type"].endswith(FAILURES) and not event["type"].startswith(AROUND)


def _back(events: list[Event]) -> Iterator[Event]:
    """Yield the last of events, the one that it comes after, and so on."""
    by_id = {event["id"]: event for event in events}
    event = events[-1] if events else None
    while event:
        yield event
        previous = event.get("previousEventId", 0)
        event = by_id.get(previous) if previous < event["id"] else None


def _of(failed: Event, events: list[Event]) -> Failure:
    return _failure(_state(failed, events), _details(failed))


def _state(event: Event, events: list[Event]) -> str:
    """Return the state in which event happened: that which it or an event before it names."""
    back = _back([*(one for one in events if one["id"] < event["id"]), event])
    return next(filter(None, map(_named, back)), NO_STATE)


def _ended_in(events: list[Event]) -> str:
    """Return the state in which the execution ended; that of the event before its end, or the last one entered.

    A state that only ends the execution does not count, and a Parallel's output is of no branch.
    """
    for event in _back(events):
        if event["type"] == "ParallelStateSucceeded":
            return _last_entered([one for one in events if one["type"] == "ParallelStateEntered"])
        if event["type"] != "FailStateEntered" and (name := _named(event)):
            return name
    return _last_entered(events)


def _last_entered(events: list[Event]) -> str:
    """Return the last state that was entered, but for the one that only ends the execution."""
    names = [name for event in events if event["type"] != "FailStateEntered" and (name := _entered(event))]
    return names[-1] if names else NO_STATE


def _named(event: Event) -> str:
    """Return the state that event entered or, of an expression that failed, the one that it is of."""
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
