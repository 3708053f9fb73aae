"""The graph in the Amazon States Language, and functions that tests read it with."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from asl import language
from workflow.definition import states_language
from workflow.steps import VALIDATE

Machine = dict[str, Any]
State = dict[str, Any]

DEFINITION: Machine = states_language()
TOP: dict[str, State] = DEFINITION["States"]  # those in no branch


def states(machine: Machine = DEFINITION) -> Iterator[tuple[str, State]]:
    """Yield every state of machine with its name, inner ones too."""
    yield from language.each_state(machine)


def tasks() -> dict[str, State]:
    """Return the states that do something, by name."""
    return dict(language.tasks(DEFINITION))


def successors(state: State) -> list[str]:
    """Return the names of the states that state leads to without an error."""
    chosen = [choice["Next"] for choice in state.get("Choices", [])]
    return [*chosen, *(state[key] for key in ("Default", "Next") if key in state)]


def paths(name: str) -> Iterator[list[str]]:
    """Yield every way from the state to an end, without an error on it."""
    following = successors(TOP[name])
    if not following:
        yield [name]
    for target in following:
        yield from ([name, *rest] for rest in paths(target))


def retrier(state: State, error: str) -> dict[str, Any]:
    """Return the state's retrier that names error."""
    found: dict[str, Any] = next(retrier for retrier in state["Retry"] if error in retrier["ErrorEquals"])
    return found


# How often each error is forgiven; all tasks have the same policy, which test_definition proves.
MAX_ATTEMPTS: dict[str, int] = {
    error: retrier["MaxAttempts"] for retrier in tasks()[VALIDATE.state]["Retry"] for error in retrier["ErrorEquals"]
}


def longest_waits(error: str) -> list[float]:
    """Return the longest wait, in seconds, before each retry after error."""
    policy = retrier(tasks()[VALIDATE.state], error)
    return list(islice(_delays(policy), policy["MaxAttempts"]))


def _delays(policy: dict[str, Any]) -> Iterator[float]:
    delay = policy["IntervalSeconds"]
    while True:
        yield min(delay, policy["MaxDelaySeconds"])
        delay *= policy["BackoffRate"]
