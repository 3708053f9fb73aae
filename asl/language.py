"""The Amazon States Language as far as it is walked: which machines are in a state, and the states of all of them."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

State = dict[str, Any]
Machine = dict[str, Any]

STDIN = "-"  # in the place of a file's name
# Where a Map has what it runs for each item: under the name that it had at first, and under its present one.
PROCESSORS = ("Iterator", "ItemProcessor")
WITHIN = ("Branches", *PROCESSORS)  # where a state has machines


class UnusableMachine(ValueError):  # noqa: N818 - it is the machine that is
    """A text is no machine in the Amazon States Language, or one whose states lead nowhere."""


def load(file: str) -> Any:
    """Return the JSON in file, or on standard input where file is `-`; raises UnusableMachine if it cannot be read."""
    try:
        text = sys.stdin.read() if file == STDIN else Path(file).read_text(encoding="utf-8")
        return json.loads(text)
    except (OSError, ValueError) as error:
        name = "standard input" if file == STDIN else file
        raise UnusableMachine(f"{name} cannot be read: {error}") from error


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
