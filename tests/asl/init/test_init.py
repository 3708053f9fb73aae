"""`asl-check init`: contracts as skeletons, from schemas beside the code, and inferred from recorded executions."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from asl.check.cli import main as check
from asl.init.cli import main
from asl.init.inference import inferred
from asl.testing import assert_proved
from tests.asl.history.events import History

INVOKE = "arn:aws:states:::lambda:invoke"
MACHINE: dict[str, Any] = {
    "StartAt": "CheckOrder",
    "States": {
        "CheckOrder": {
            "Type": "Task",
            "Resource": INVOKE,
            "Parameters": {"FunctionName": "${CheckFunction}", "Payload": {"id.$": "$.id"}},
            "OutputPath": "$.Payload",
            "Next": "Tell",
        },
        "Tell": {
            "Type": "Task",
            "Resource": "arn:aws:states:::sqs:sendMessage",
            "Parameters": {"QueueUrl": "q", "MessageBody.$": "$.total"},
            "End": True,
        },
    },
}


SKELETONS = ("input.json", "check-order.input.json", "check-order.output.json")


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """Give a file with a machine that has no contracts."""
    file = tmp_path / "machine.asl.json"
    file.write_text(json.dumps(MACHINE))
    return file


def written(folder: Path) -> dict[str, Any]:
    """Return the files in a folder of contracts."""
    return {path.name: json.loads(path.read_text()) for path in folder.glob("*.json")}


def test_skeletons(machine: Path, tmp_path: Path) -> None:
    """Each contract that nothing else states is a skeleton, with the properties that the machine sends."""
    folder = tmp_path / "contracts"
    assert main([str(machine), "--contracts", str(folder)]) == 0
    found = written(folder)
    assert found.pop("mapping.json") == {
        "startsWith": "input",
        "states": {"CheckOrder": {"takes": "check-order.input", "gives": "check-order.output"}},
    }
    assert set(found) == {"input.json", "check-order.input.json", "check-order.output.json"}
    assert found["check-order.input.json"]["required"] == ["id"]
    assert found["input.json"]["required"] == ["id"]


def test_skeleton_proves_nothing(machine: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A skeleton is undecided until it is completed: a contract that says nothing would prove anything."""
    folder = tmp_path / "contracts"
    command = [str(machine), "--contracts", str(folder), "--no-sizes"]
    assert main([str(machine), "--contracts", str(folder)]) == 0
    assert check(command) == 1
    assert capsys.readouterr().out.count("the skeleton ") == len(SKELETONS)
    completed = shutil.copytree(folder, tmp_path / "completed")  # contracts are read once in a process
    for name in SKELETONS:
        schema = json.loads((completed / name).read_text())
        del schema["$comment"]
        if name == "check-order.output.json":
            schema |= {"properties": {"total": {"type": "integer"}}, "required": ["total"]}
        (completed / name).write_text(json.dumps(schema))
    assert check([str(machine), "--contracts", str(completed), "--no-sizes"]) == 0


def test_what_is_there_is_kept(machine: Path, tmp_path: Path) -> None:
    """A contract and an assignment that exist stay as they are."""
    folder = tmp_path / "contracts"
    folder.mkdir()
    (folder / "mapping.json").write_text('{"startsWith": "order", "accepted": {"Tell.Type": "why"}}')
    (folder / "check-order.output.json").write_text('{"type": "null"}')
    assert main([str(machine), "--contracts", str(folder)]) == 0
    found = written(folder)
    assert (found["mapping.json"]["startsWith"], found["mapping.json"]["accepted"]) == ("order", {"Tell.Type": "why"})
    assert found["check-order.output.json"] == {"type": "null"}
    assert "input.json" not in found


def recorded(order: str, total: str) -> list[dict[str, Any]]:
    """Return the history of an execution of the machine."""
    history = History()
    history.add("ExecutionStarted", input=json.dumps({"id": order}))
    history.add("TaskStateEntered", name="CheckOrder", input=json.dumps({"id": order}))
    history.add("TaskScheduled", parameters=json.dumps({"FunctionName": "f", "Payload": {"id": order}}))
    history.add("TaskSucceeded", output=json.dumps({"Payload": {"total": total}, "StatusCode": 200}))
    history.add("TaskStateExited", name="CheckOrder", output=json.dumps({"total": total}))
    history.add("ExecutionSucceeded", output="{}")
    return json.loads(json.dumps(history.events, default=str))  # type: ignore[no-any-return]


def test_contracts_of_recorded_executions(machine: Path, tmp_path: Path) -> None:
    """With the histories of executions, the machine is proved at once."""
    folder, histories = tmp_path / "contracts", []
    for number, order in enumerate(("a1", "b22")):
        file = tmp_path / f"{number}.history"
        file.write_text(json.dumps({"events": recorded(order, f"{number}.50")}))
        histories += ["--history", str(file)]
    assert main([str(machine), "--contracts", str(folder), *histories]) == 0
    output = written(folder)["check-order.output.json"]
    assert output["properties"] == {"total": {"type": "string", "maxLength": 64}}
    assert (output["required"], output["additionalProperties"]) == (["total"], False)
    assert check([str(machine), "--contracts", str(folder)]) == 0
    assert_proved(machine, folder)


def test_schemas_beside_the_code(tmp_path: Path) -> None:
    """The JSON Schemas in the folder of a function's code are its contracts; a template with two machines has a folder for each."""
    code = tmp_path / "check"
    code.mkdir()
    schema = {"title": "Event", "type": "object", "properties": {"id": {"type": "string", "maxLength": 9}}}
    (code / "event.schema.json").write_text(json.dumps(schema))
    (code / "response.json").write_text('{"not": "a schema"}')
    one = {"Type": "AWS::Serverless::StateMachine", "Properties": {"Definition": MACHINE}}
    function = {"Type": "AWS::Serverless::Function", "Properties": {"CodeUri": "check"}}
    template = tmp_path / "template.json"
    template.write_text(json.dumps({"Resources": {"One": one, "Two": one, "CheckFunction": function}}))
    assert main([str(template), "--contracts", str(tmp_path / "contracts")]) == 0
    found = written(tmp_path / "contracts/Two")
    assert found["check-order.input.json"] == schema
    assert "skeleton" not in found["check-order.input.json"].get("$comment", "")
    assert "$comment" in found["check-order.output.json"]


def test_unusable_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What cannot be read is one line, and exit code 2."""
    for name, text in (("none.json", None), ("no.json", "{}"), ("not.json", "{")):
        if text is not None:
            (tmp_path / name).write_text(text)
        assert main([str(tmp_path / name), "--contracts", str(tmp_path / "contracts")]) == 2
        assert len(capsys.readouterr().err.splitlines()) == 1


def test_inference() -> None:
    """A schema has the types and properties that were seen, with room; what was not always there is not required."""
    made = inferred([{"a": 1, "b": ["x"]}, {"a": -2.5}], is_open=False)
    assert made["required"] == ["a"]
    assert made["properties"]["a"] == {"type": "number", "minimum": -10, "maximum": 10}
    assert made["properties"]["b"] == {"type": "array", "items": {"type": "string", "maxLength": 64}, "maxItems": 10}
    assert inferred([None, True], is_open=True) == {"anyOf": [{"type": "boolean"}, {"type": "null"}]}
    assert inferred([], is_open=True) == {}


def test_assertion(machine: Path) -> None:
    """assert_proved passes where there is no finding, and fails with the findings."""
    assert_proved(machine)
    wrong = {
        **MACHINE,
        "States": {**MACHINE["States"], "Tell": {**MACHINE["States"]["Tell"], "Parameters": {"QueueUrl": "q"}}},
    }
    machine.write_text(json.dumps(wrong))
    with pytest.raises(AssertionError, match=r"Tell, Parameters\.MessageBody"):
        assert_proved(machine)
