"""Payloads of recorded executions: the machine's inputs, and what its tasks took and gave."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from asl.history.trace import Event, event_details, parse_payload
from asl.init.needed import START
from asl.language import FUNCTION_INVOKE, Machine, each_state, target

Place = tuple[str, str]  # a state and an edge; of the machine's input, its name and nothing
SCHEDULED = ("LambdaFunctionScheduled", "TaskScheduled", "ActivityScheduled")
SUCCEEDED = ("LambdaFunctionSucceeded", "TaskSucceeded", "ActivitySucceeded")


def samples_of(machine: Machine, histories: Iterable[list[Event]]) -> dict[Place, list[Any]]:
    """Return the payloads in histories of executions of machine."""
    invoking = {name for name, state in each_state(machine) if target(state).integration == FUNCTION_INVOKE}
    found: dict[Place, list[Any]] = defaultdict(list)
    for events in histories:
        states: dict[int, str] = {}
        for event in sorted(events, key=lambda one: int(one["id"])):
            details, kind = event_details(event), str(event["type"])
            state = states.get(int(event.get("previousEventId", 0)), "")
            states[int(event["id"])] = str(details.get("name", "")) if kind.endswith("StateEntered") else state
            if kind == "ExecutionStarted":
                found[START, ""].append(parse_payload(details.get("input")))
            elif kind in SCHEDULED:
                taken = parse_payload(details.get("parameters", details.get("input")))
                found[state, "takes"].append(_payload(taken, state in invoking))
            elif kind in SUCCEEDED:
                found[state, "gives"].append(_payload(parse_payload(details.get("output")), state in invoking))
    return found


def _payload(value: Any, is_invoked: bool) -> Any:  # noqa: FBT001 - of one call
    """Return what a function got or returned; a task that waits for its token has no response around it."""
    return value.get("Payload", value) if is_invoked and isinstance(value, dict) else value
