"""Walking a machine: which states there are, however deep they stand."""

from typing import Any

import pytest

from asl.language import each_state, inner_machines, tasks

TASK = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": True}


def _machine(name: str, state: dict[str, Any]) -> dict[str, Any]:
    return {"StartAt": name, "States": {name: state}}


@pytest.mark.parametrize("processor", ["ItemProcessor", "Iterator"])
def test_states_of_a_map_are_found(processor: str) -> None:
    """A Map's states are found under either name that the language has for where they stand."""
    machine = _machine("Each", {"Type": "Map", processor: _machine("Work", TASK), "End": True})
    assert [name for name, _ in each_state(machine)] == ["Each", "Work"]
    assert dict(tasks(machine)) == {"Work": TASK}


def test_states_are_found_at_any_depth() -> None:
    """A Map within a branch within a Map: outer states come before inner ones, branches in order."""
    each = {"Type": "Map", "ItemProcessor": _machine("Work", TASK), "End": True}
    branches = [_machine("First", each), _machine("Second", TASK)]
    both = {"Type": "Parallel", "Branches": branches, "End": True}
    machine = _machine("Outer", {"Type": "Map", "Iterator": _machine("Both", both), "End": True})
    assert [name for name, _ in each_state(machine)] == ["Outer", "Both", "First", "Work", "Second"]
    assert [name for name, _ in tasks(machine)] == ["Work", "Second"]
    assert inner_machines(both) == branches
    assert inner_machines(TASK) == []
