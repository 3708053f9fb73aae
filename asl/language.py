"""The Amazon States Language as far as it is walked: which machines are in a state, and the states of all of them."""

from collections.abc import Iterator
from typing import Any

State = dict[str, Any]
Machine = dict[str, Any]

# Where a Map has what it runs for each item: under the name that it had at first, and under its present one.
PROCESSORS = ("Iterator", "ItemProcessor")
WITHIN = ("Branches", *PROCESSORS)  # where a state has machines


def inner_machines(state: State) -> list[Machine]:
    """Return the machines in state: the branches of a Parallel, or what a Map runs for each item."""
    return [*state.get("Branches", []), *(state[name] for name in PROCESSORS if name in state)]


def each_state(machine: Machine) -> Iterator[tuple[str, State]]:
    """Yield every state of machine with its name, those of inner machines after the one that they are in."""
    for name, state in machine["States"].items():
        yield name, state
        for inner in inner_machines(state):
            yield from each_state(inner)


def tasks(machine: Machine) -> Iterator[tuple[str, State]]:
    """Yield every Task state of machine with its name, those of inner machines too."""
    yield from ((name, state) for name, state in each_state(machine) if state["Type"] == "Task")
