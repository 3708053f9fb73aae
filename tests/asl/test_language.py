"""Reading a machine: which states there are, where they lead, and what they call."""

from typing import Any

import pytest

from asl.language import Target, each_state, inner_machines, is_distributed, operators, target, tasks, transitions

TASK = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": True}


def _machine(name: str, state: dict[str, Any]) -> dict[str, Any]:
    return {"StartAt": name, "States": {name: state}}


@pytest.mark.parametrize("processor", ["ItemProcessor", "Iterator"])
def test_states_of_a_map_are_found(processor: str) -> None:
    """The states of a Map are found in `Iterator` and in `ItemProcessor`."""
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


def test_transitions_are_in_order() -> None:
    """A state leads to its Next, to where its rules and its Default lead, and to where its catchers lead."""
    rule, catcher = {"Variable": "$.a", "IsNull": True, "Next": "B"}, {"ErrorEquals": ["X"], "Next": "D"}
    choice = {"Type": "Choice", "Choices": [rule], "Default": "C"}
    assert [(way.kind, way.target, way.source) for way in transitions(choice)] == [
        ("choice", "B", rule),
        ("default", "C", {}),
    ]
    task = {"Type": "Task", "Next": "A", "Catch": [catcher]}
    assert [(way.kind, way.target, way.source) for way in transitions(task)] == [
        ("next", "A", {}),
        ("catch", "D", catcher),
    ]
    assert list(transitions({"Type": "Succeed"})) == []


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        ("arn:aws:states:::sns:publish", Target("sns", "publish")),
        ("arn:${Partition}:states:::lambda:invoke", Target("lambda", "invoke")),
        ("arn:aws:states:::sqs:sendMessage.waitForTaskToken", Target("sqs", "sendMessage", "waitForTaskToken")),
        ("arn:aws:states:::states:startExecution.sync:2", Target("states", "startExecution", "sync", version="2")),
        ("arn:aws-cn:states:::aws-sdk:sesv2:sendEmail", Target("aws-sdk:sesv2", "sendEmail")),
    ],
)
def test_integration_is_read_from_the_resource(resource: str, expected: Target) -> None:
    """The service, the action and the pattern of a call, in any partition, of an AWS SDK integration too."""
    found = target({"Type": "Task", "Resource": resource})
    assert found == expected
    assert found.integration == f"{expected.service}:{expected.action}"


@pytest.mark.parametrize(
    ("fields", "function"),
    [
        ({"Resource": "arn:aws:lambda:eu-west-1:123456789012:function:resize:live"}, "resize"),
        ({"Resource": "${ResizeFunctionArn}"}, "ResizeFunction"),
        ({"Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "${Resize}"}}, "Resize"),
        ({"Resource": "arn:aws:states:::lambda:invoke", "Arguments": {"FunctionName": "resize"}}, "resize"),
        ({"Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName.$": "$.function"}}, None),
        ({"Resource": "arn:aws:states:::sns:publish", "Parameters": {"FunctionName": "resize"}}, None),
        ({"Resource": "arn:aws:states:eu-west-1:123456789012:activity:resize"}, None),
    ],
)
def test_function_is_named(fields: dict[str, Any], function: str | None) -> None:
    """A function is found by its ARN, its name or a placeholder, and no function where none is named."""
    assert target({"Type": "Task", **fields}).function == function


def test_operators_of_a_rule() -> None:
    """The comparison is an operator; Variable, Next and Comment are not."""
    assert operators({"Variable": "$.a", "StringEquals": "x", "Next": "A", "Comment": "first"}) == ["StringEquals"]
    assert operators({"Not": {"Variable": "$.a", "IsNull": True}, "Next": "A"}) == ["Not"]


@pytest.mark.parametrize("processor", ["ItemProcessor", "Iterator"])
def test_distributed_map_is_known_by_its_mode(processor: str) -> None:
    """A Map is distributed if its processor says so."""
    inner = _machine("Work", TASK)
    assert not is_distributed({"Type": "Map", processor: inner})
    assert is_distributed({"Type": "Map", processor: {**inner, "ProcessorConfig": {"Mode": "DISTRIBUTED"}}})
