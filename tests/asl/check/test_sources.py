"""Where machines are found: in files of JSON and YAML, and in templates of CloudFormation, SAM and CDK; and in which line."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from asl.check import yaml_documents
from asl.check.cli import main
from asl.check.sources import load_sources
from asl.language import InvalidMachineError
from tests.effort import times

MACHINE = {"StartAt": "A", "States": {"A": {"Type": "Pass", "ResultPth": "$.x", "End": True}}}
YAML = """\
StartAt: A
States:
  A:
    Type: Pass
    ResultPth: $.x
    End: true
"""
IN_SUB = """\
Parameters:
  Delay:
    Type: Number
Resources:
  Fn:
    Type: AWS::Lambda::Function
  Machine:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: !GetAtt Role.Arn
      DefinitionString: !Sub |
        {"StartAt": "A",
         "States": {
           "A": {"Type": "Wait",
                 "Seconds": ${Delay},
                 "Wrong": "${!Kept} ${AWS::Region}",
                 "End": true}}}
"""
IN_OBJECT = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Machine:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionSubstitutions:
        Wait: 5
        FnArn: !GetAtt Fn.Arn
      Definition:
        StartAt: A
        States:
          A:
            Type: Task
            Resource: ${FnArn}
            TimeoutSeconds: 2016-01-01
            End: true
"""


def written(folder: Path, name: str, text: str) -> str:
    """Return the name of a file with text."""
    (folder / name).write_text(text, encoding="utf-8")
    return str(folder / name)


def found_in(file: str, capsys: pytest.CaptureFixture[str]) -> list[tuple[str, int, int]]:
    """Return the field, line and column of each finding of the only machine in file, without contracts."""
    assert main([file, "--format", "json"]) == 1
    document = json.loads(capsys.readouterr().out)
    if "machines" in document:
        (document,) = document["machines"].values()
    return [(one["field"], one["line"], one["column"]) for one in document["findings"]]


@pytest.mark.parametrize(
    ("name", "text", "findings"),
    [
        ("m.asl.json", json.dumps(MACHINE, indent=2), [("ResultPth", 6, 7)]),
        ("m.asl.json", json.dumps(MACHINE, indent="\t"), [("ResultPth", 6, 4)]),
        ("m.asl.yaml", YAML, [("ResultPth", 5, 5)]),
        ("m.asl.yml", YAML, [("ResultPth", 5, 5)]),
        ("template.yaml", IN_SUB, [("Wrong", 16, 18)]),
        ("template.yaml", IN_OBJECT, [("TimeoutSeconds", 15, 13)]),
    ],
)
def test_finding_has_its_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, text: str, findings: list[tuple[str, int, int]]
) -> None:
    """A finding says where its field is written, also in a text in a template, or in a file that a template names."""
    assert found_in(written(tmp_path, name, text), capsys) == findings


def test_file_that_a_template_names(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The definition in DefinitionUri is read beside the template, and its findings name that file."""
    (tmp_path / "sub").mkdir()
    written(tmp_path / "sub", "m.asl.yaml", YAML.replace("ResultPth: $.x", "ResultPth: ${What}"))
    properties = {"DefinitionUri": "sub/m.asl.yaml", "DefinitionSubstitutions": {"What": "text"}}
    resources = {"M": {"Type": "AWS::Serverless::StateMachine", "Properties": properties}}
    file = written(tmp_path, "template.json", json.dumps({"Resources": resources}))
    assert main([file]) == 1
    assert f"at          {tmp_path / 'sub/m.asl.yaml'}:5:5" in capsys.readouterr().out


def test_definition_that_cdk_joins(tmp_path: Path) -> None:
    """The parts that CDK joins become one definition, in which a reference is a placeholder."""
    parts = ['{"StartAt":"A","States":{"A":{"Type":"Task","Resource":"arn:', {"Ref": "AWS::Partition"}]
    parts += [
        ':states:::lambda:invoke","Parameters":{"FunctionName":"',
        {"Fn::GetAtt": ["Fn", "Arn"]},
        '"},"End":true}}}',
    ]
    properties = {"DefinitionString": {"Fn::Join": ["", parts]}}
    resources = {"M": {"Type": "AWS::StepFunctions::StateMachine", "Properties": properties}}
    (source,) = load_sources(written(tmp_path, "t.json", json.dumps({"Resources": resources})))
    state = source.machine["States"]["A"]
    assert state["Resource"] == "arn:${AWS::Partition}:states:::lambda:invoke"
    assert state["Parameters"]["FunctionName"] == "${Fn.Arn}"


def test_all_machines_of_a_template(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each machine of a template is checked, with the contracts in the folder that is called as it, if there is one."""
    definition: dict[str, Any] = {"StartAt": "A", "States": {"A": {"Type": "Pass", "InputPath": "$.id", "End": True}}}
    resources = {
        name: {"Type": "AWS::StepFunctions::StateMachine", "Properties": {"Definition": definition}} for name in "MN"
    }
    file = written(tmp_path, "t.json", json.dumps({"Resources": resources}))
    (tmp_path / "M").mkdir()
    written(tmp_path / "M", "mapping.json", '{"startsWith": "start"}')
    written(tmp_path / "M", "start.json", '{"type": "object", "properties": {}, "additionalProperties": false}')
    assert main([file, "--contracts", str(tmp_path), "--format", "json"]) == 1
    machines = json.loads(capsys.readouterr().out)["machines"]
    assert {name: one["proved"] for name, one in machines.items()} == {"M": False, "N": True}


@pytest.mark.parametrize(("seconds", "code"), [(5, 0), ("5", 0), ({"Ref": "Seconds"}, 0), (-5, 1)])
def test_placeholders_without_quotes(tmp_path: Path, seconds: object, code: int) -> None:
    """A number may replace a placeholder without quotes; what looks like one in a string of a template is a part of the string."""
    text = '{"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": ${S}, "Comment": "${A}", "End": ${E}}}}'
    properties = {"DefinitionString": text, "DefinitionSubstitutions": {"S": seconds, "E": True}}
    machine = {"Type": "AWS::StepFunctions::StateMachine", "Properties": properties}
    template = {"Description": "of: ${A}, ${B}", "Resources": {"M": machine}}
    assert main([written(tmp_path, "t.json", json.dumps(template))]) == code


def test_null_in_a_template(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """CloudFormation refuses null in what it gets. A definition that is a text has none for it: SAM makes one of each object."""
    catch = [{"ErrorEquals": ["States.ALL"], "ResultPath": None, "Next": "B"}]
    task = {"Type": "Task", "Resource": "arn:aws:lambda:::f", "Catch": catch, "End": True}
    inner = {"StartAt": "A", "States": {"A": task, "B": {"Type": "Succeed"}}}
    machine = {"StartAt": "P", "States": {"P": {"Type": "Parallel", "Branches": [inner], "End": True}}}
    for kind, properties, code in (
        ("StepFunctions", {"Definition": machine}, 1),
        ("StepFunctions", {"DefinitionString": json.dumps(machine)}, 0),
        ("Serverless", {"Definition": machine}, 0),
    ):
        resource = {"Type": f"AWS::{kind}::StateMachine", "Properties": properties}
        assert main([written(tmp_path, "t.json", json.dumps({"Resources": {"M": resource}}))]) == code
        assert ("error: A, Catch[0].ResultPath" in capsys.readouterr().out) is (code == 1)


@pytest.mark.parametrize("text", [json.dumps(MACHINE), YAML, IN_OBJECT])
def test_standard_input(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], text: str) -> None:
    """Standard input may have a machine in JSON or YAML, or a template."""
    monkeypatch.setattr("sys.stdin", io.StringIO(text))
    assert main(["-"]) == 1
    assert "at          stdin:" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Resources: {}", "template without a state machine"),
        (" \n", "cannot be read: it is empty"),
        ("Resources: {M: {Type: AWS::StepFunctions::StateMachine}}", "M has no definition that can be read"),
        (IN_SUB.replace('"StartAt": "A",', "StartAt"), "M"),
        (IN_OBJECT.replace("Definition:", "DefinitionUri: gone.json\n      Else:"), "gone.json"),
        ("a: [", "cannot be read"),
        ("? [a]\n: b", "a key is no text"),
        ("a:\n  b: !!binary aGk=", "line 2: a value of the type binary"),
        ("a: !!bool x", "line 1: a value of the type bool"),
        (f"a: 0x{'F' * 400}", "line 1: a value of the type int"),
        ("x: " + "[" * 200 + "]" * 200, "levels"),
        ("a: &a [x, x]\n" + "\n".join(f"b{one}: &b{one} [*a, *a]" for one in range(3)), "this is no state machine"),
        ("a0: &a0 [x]\n" + "\n".join(f"a{one}: &a{one} [*a{one - 1}, *a{one - 1}]" for one in range(1, 40)), "values"),
    ],
)
def test_unusable_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, words: str
) -> None:
    """A file without a machine, or that cannot be read within the limits, ends with exit code 2 and one line."""
    monkeypatch.setattr(yaml_documents, "MAX_NODES", times(20_000, yaml_documents.MAX_NODES))
    assert main([written(tmp_path, "t.yaml", text)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert words in line


def test_machine_without_contracts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without contracts, what depends on them is not checked; what a state makes for the next one is."""
    states: dict[str, Any] = {
        "A": {"Type": "Pass", "Result": {"a": 1}, "ResultPath": "$.made", "Next": "B"},
        "B": {"Type": "Task", "Resource": "arn:aws:lambda:::f", "Parameters": {"x.$": "$.id"}, "Next": "C"},
        "C": {"Type": "Choice", "Choices": [{"Variable": "$.ok", "BooleanEquals": True, "Next": "D"}]},
        "D": {"Type": "Pass", "Parameters": {"y.$": "$.any"}, "End": True},
    }
    file = written(tmp_path, "m.json", json.dumps({"StartAt": "A", "States": states}))
    assert main([file]) == 0
    assert "no findings: what depends on contracts was not checked" in capsys.readouterr().out
    states["B"] = {"Type": "Pass", "Parameters": {"x": 1}, "Next": "C"}
    file = written(tmp_path, "m.json", json.dumps({"StartAt": "A", "States": states}))
    assert main([file]) == 1
    assert "error: C, Choices[0].Variable" in capsys.readouterr().out


def test_item_without_contracts(tmp_path: Path) -> None:
    """Without contracts nothing is known of the attributes of an item, nor of what a reader reads; an item may be absent."""
    table = {"TableName": "t", "Key": {"id": {"S": "1"}}}
    read = {"Type": "Pass", "Parameters": {"v.$": "$.Item.name.S"}, "End": True}
    states: dict[str, Any] = {
        "A": {
            "Type": "Task",
            "Resource": "arn:aws:states:::dynamodb:getItem",
            "Parameters": table,
            "Next": "C",
        },
        "C": {"Type": "Choice", "Choices": [{"Variable": "$.Item", "IsPresent": True, "Next": "B"}], "Default": "Z"},
        "B": read,
        "Z": {"Type": "Succeed"},
    }
    assert main([written(tmp_path, "m.json", json.dumps({"StartAt": "A", "States": states}))]) == 0
    states["A"]["Next"] = "B"
    assert main([written(tmp_path, "m.json", json.dumps({"StartAt": "A", "States": states}))]) == 1
    config = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}}
    inner = {**config, "StartAt": "I", "States": {"I": {"Type": "Pass", "InputPath": "$.any", "End": True}}}
    request = {"Bucket": "b", "Key": "k"}
    reader = {"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": {"InputType": "JSON"}, "Parameters": request}
    mapped = {"M": {"Type": "Map", "ItemReader": reader, "ItemProcessor": inner, "End": True}}
    assert main([written(tmp_path, "m.json", json.dumps({"StartAt": "M", "States": mapped}))]) == 0


def test_file_of_another_kind_is_refused() -> None:
    """A file that does not exist is named."""
    with pytest.raises(InvalidMachineError, match=r"gone\.yaml cannot be read"):
        load_sources("gone.yaml")


def starting(child: dict[str, Any], resource: str) -> dict[str, Any]:
    """Return a template in which a machine starts another one, which has child as its properties."""
    task = {
        "Type": "Task",
        "Resource": f"arn:aws:states:::{resource}",
        "Parameters": {"StateMachineArn": "${ChildArn}", "Input": {}},
        "End": True,
    }
    own = {
        "Definition": {"StartAt": "A", "States": {"A": task}},
        "DefinitionSubstitutions": {"ChildArn": {"Fn::GetAtt": ["Child", "Arn"]}},
    }
    done = {"StartAt": "S", "States": {"S": {"Type": "Succeed"}}}
    resources = {"Own": own, "Child": {"Definition": done, **child}}
    return {
        "Resources": {
            name: {"Type": "AWS::Serverless::StateMachine", "Properties": one} for name, one in resources.items()
        }
    }


@pytest.mark.parametrize(
    ("child", "resource", "code"),
    [
        ({"Type": "EXPRESS"}, "states:startExecution.sync:2", 0),
        ({}, "states:startExecution.sync:2", 0),
        ({"StateMachineType": "STANDARD"}, "aws-sdk:sfn:startSyncExecution", 1),
        ({}, "aws-sdk:sfn:startSyncExecution", 1),
        ({"Type": "EXPRESS"}, "aws-sdk:sfn:startSyncExecution", 0),
        ({"Type": {"Ref": "TypeOfChild"}}, "aws-sdk:sfn:startSyncExecution", 0),
    ],
)
def test_machine_of_the_other_type(tmp_path: Path, child: dict[str, Any], resource: str, code: int) -> None:
    """Where the template shows the type of a machine that is started: StartSyncExecution needs an EXPRESS one, and `.sync` takes both."""
    assert main([written(tmp_path, "t.json", json.dumps(starting(child, resource)))]) == code


def test_contracts_of_several_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of several files, each has its contracts in a folder that is called as the file, up to its first dot."""
    machine = {"StartAt": "A", "States": {"A": {"Type": "Pass", "InputPath": "$.id", "End": True}}}
    files = [written(tmp_path, f"{name}.asl.json", json.dumps(machine)) for name in ("good", "bad", "unknown")]
    for name, required in (("good", ["id"]), ("bad", [])):
        folder = tmp_path / "contracts" / name
        folder.mkdir(parents=True)
        schema = {"type": "object", "properties": {"id": {"type": "string", "maxLength": 9}}, "required": required}
        written(folder, "start.json", json.dumps({**schema, "additionalProperties": False}))
        written(folder, "mapping.json", '{"startsWith": "start"}')
    assert main([*files, "--contracts", str(tmp_path / "contracts"), "--json"]) == 1
    machines = json.loads(capsys.readouterr().out)["machines"]
    found = {Path(file).name: [one["field"] for one in result["findings"]] for file, result in machines.items()}
    assert found == {"good.asl.json": [], "bad.asl.json": ["InputPath"], "unknown.asl.json": []}
