"""What CloudFormation refuses in a template's form, counts and references, and emulators take."""

import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from templates.refusals.check import TemplateRefusedError, check_deployment, check_template, refusals
from tests.templates.emitted import Node, template

ROLE = "ResizeFunctionRole"
Change = Callable[[Node], object]


def _refused(change: Change) -> list[str]:
    """Return what is said of our template after change."""
    changed = deepcopy(template())
    change(changed)
    return [str(one) for one in refusals(json.dumps(changed))]


def _set(path: str, value: Any) -> Change:
    *steps, last = path.split("/")

    def change(node: Node) -> None:
        for step in steps:
            node = node.setdefault(step, {})
        node[last] = value

    return change


def _remove(section: str, name: str) -> Change:
    return lambda node: node[section].pop(name)


CHANGES: dict[str, tuple[Change, str]] = {
    "null": (
        _set("Resources/ResizeFunction/Properties/Environment/Variables/QUALITY", None),
        "$.Resources.ResizeFunction.Properties.Environment.Variables.QUALITY: null is not allowed",
    ),
    "null in a list": (
        _set("Resources/ProcessingPipeline/Properties/Definition", {"States": {"A": [{"ResultPath": None}]}}),
        "$.Resources.ProcessingPipeline.Properties.Definition.States.A[0].ResultPath: null is not allowed",
    ),
    "description": (_set("Description", ["a"]), "$.Description: only text may stand here, and this is a list"),
    "number as output": (_set("Outputs/Bytes", {"Value": 1}), "$.Outputs.Bytes.Value: only text"),
    "list as output": (_set("Outputs/Bytes", {"Value": [{"Ref": "UserPool"}]}), "$.Outputs.Bytes.Value: only text"),
    "function in a description": (
        _set("Outputs/UserPoolId/Description", {"Ref": "UserPool"}),
        "$.Outputs.UserPoolId.Description: only text may stand here, and this is the intrinsic function Ref",
    ),
    "export": (_set("Outputs/UserPoolId/Export", {"Name": 3}), "$.Outputs.UserPoolId.Export.Name: only text"),
    "variable": (
        _set("Resources/ResizeFunction/Properties/Environment/Variables/QUALITY", 80),
        "$.Resources.ResizeFunction.Properties.Environment.Variables.QUALITY: only text",
    ),
    "truth value as variable": (
        _set("Resources/ResizeFunction/Properties/Environment/Variables/QUALITY", True),
        "QUALITY: only text may stand here, and this is a truth value",
    ),
    "tag": (
        _set(f"Resources/{ROLE}/Properties/Tags", [{"Key": "Cost", "Value": 7}]),
        f"{ROLE}.Properties.Tags[0].Value",
    ),
    "tag of a pool": (_set("Resources/UserPool/Properties/UserPoolTags/Cost", 7), "UserPoolTags.Cost: only text"),
    "default": (
        _set("Parameters/Quality/Default", [82]),
        "$.Parameters.Quality.Default: a parameter's value is text or a",
    ),
    "truth value as default": (_set("Parameters/Quality/Default", True), "$.Parameters.Quality.Default: a parameter's"),
    "allowed value": (_set("Parameters/Quality/AllowedValues", [{"Ref": "X"}]), "AllowedValues[0]: a parameter's"),
    "pattern": (_set("Parameters/Quality/AllowedPattern", 1), "$.Parameters.Quality.AllowedPattern: only text"),
    "type": (_set("Resources/UserPool/Type", {"Ref": "Quality"}), "$.Resources.UserPool.Type: only text"),
    "policy of deletion": (
        _set("Resources/UserPool/DeletionPolicy", "Keep"),
        "Keep is no DeletionPolicy; take one of Delete",
    ),
    "policy of replacement": (
        _set("Resources/UserPool/UpdateReplacePolicy", "RetainExceptOnCreate"),
        "RetainExceptOnCreate is no UpdateReplacePolicy",
    ),
    "condition of a policy": (
        _set(f"Resources/{ROLE}/Properties/AssumeRolePolicyDocument/Statement", [{"Condition": {"StringEquals": "a"}}]),
        "Statement[0].Condition.StringEquals: a condition has keys",
    ),
    "condition without a key": (
        _set(f"Resources/{ROLE}/Properties/AssumeRolePolicyDocument/Statement", [{"Condition": {"Bool": {"": "a"}}}]),
        "Statement[0].Condition.Bool: a condition has keys",
    ),
    "section": (_set("Outputs", []), "$.Outputs: an object stands here, and this is a list"),
    "resource": (_set("Resources/UserPool", "a"), "$.Resources.UserPool: an object stands here, and this is text"),
    "no resource": (_set("Resources", {}), "$.Resources: a template has at least one resource"),
    "name": (
        _set("Parameters/Max_Edge", {"Type": "String"}),
        "$.Parameters.Max_Edge: a name has A-Z, a-z and 0-9 only",
    ),
    "reference": (
        _set("Outputs/Lost", {"Value": {"Ref": "Lost"}}),
        "$.Outputs.Lost.Value: there is no resource or parameter",
    ),
    "reference in a text": (
        _set("Outputs/Lost", {"Value": {"Fn::Sub": "${AWS::Region} ${!Literal} ${Lost.Arn}"}}),
        "$.Outputs.Lost.Value: there is no resource or parameter Lost;",
    ),
    "attribute": (_set("Outputs/Lost", {"Value": {"Fn::GetAtt": ["Lost", "Arn"]}}), "no resource or parameter Lost"),
    "dependency": (_set("Resources/UserPool/DependsOn", ["Quality"]), "UserPool: there is no resource Quality"),
    "condition": (_set("Resources/UserPool/Condition", "Never"), "$.Resources.UserPool: there is no condition Never"),
    "condition of a value": (
        _set("Outputs/Lost", {"Value": {"Fn::If": ["Never", "a", "b"]}}),
        "$.Outputs.Lost.Value: there is no condition Never",
    ),
    "condition on a resource": (
        _set("Conditions/Own", {"Fn::Equals": [{"Ref": "UserPool"}, ""]}),
        "$.Conditions.Own.Fn::Equals[0]: there is no resource or parameter UserPool",
    ),
    "parameter that is gone": (_remove("Parameters", "Quality"), "there is no resource or parameter Quality"),
    "circle": (
        _set("Resources/UserPool/DependsOn", "UserPoolClient"),
        "$.Resources: each of these is needed by the next: UserPool",
    ),
}


def test_condition_that_is_called_like_a_resource_is_no_circle() -> None:
    """Conditions have names of their own: a resource that depends on the condition of its name does not need itself."""

    def change(node: Node) -> None:
        node["Conditions"]["UserPool"] = {"Fn::Equals": [{"Ref": "UserMfa"}, "ON"]}
        node["Resources"]["UserPool"]["Condition"] = "UserPool"

    assert _refused(change) == []


def test_our_template_is_not_refused() -> None:
    """AWS takes what `generate.py` makes, as far as its documentation states what is refused."""
    assert refusals(json.dumps(template())) == []


@pytest.mark.parametrize("fault", CHANGES)
def test_fault_is_refused(fault: str) -> None:
    """Each fault is refused with its place, what to do, and the page that says so; nothing else is found."""
    change, expected = CHANGES[fault]
    found = _refused(change)
    assert found
    assert all(expected in one for one in found)
    assert all("; " in one and one.endswith(")") for one in found)


@pytest.mark.parametrize(
    ("section", "most", "entry"),
    [
        ("Parameters", 200, {"Type": "String", "Default": ""}),
        ("Outputs", 200, {"Value": "a"}),
        ("Mappings", 200, {"a": {"b": "c"}}),
        ("Resources", 500, {"Type": "AWS::CloudFormation::WaitConditionHandle"}),
    ],
)
def test_count_is_bounded(section: str, most: int, entry: Node) -> None:
    """As many entries as CloudFormation takes are taken, and one more is refused."""

    def fill(number: int) -> Change:
        def change(node: Node) -> None:
            entries = node.setdefault(section, {})
            entries.update({f"More{index}": entry for index in range(number - len(entries))})

        return change

    assert _refused(fill(most)) == []
    (found,) = _refused(fill(most + 1))
    assert found.startswith(f"$.{section}: {most + 1} {section.lower()}, and {most} are the most; ")


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("Description", 1024),
        ("Outputs/UserPoolId/Description", 1024),
        ("Parameters/Quality/Description", 4000),
        ("Parameters/WebAclArn/Default", 4096),
    ],
)
def test_text_is_bounded(path: str, most: int) -> None:
    """Descriptions and defaults may be so long, and no longer."""
    assert _refused(_set(path, "x" * most)) == []
    (found,) = _refused(_set(path, "x" * (most + 1)))
    assert found.startswith(f"$.{path.replace('/', '.')}: {most + 1:,} ")


def test_bytes_are_counted_where_bytes_are_meant() -> None:
    """A description of 1,024 bytes has half as many letters with umlauts."""
    assert _refused(_set("Description", "ä" * 512)) == []
    assert "1,026 bytes, and 1,024 are the most" in _refused(_set("Description", "ä" * 513))[0]


@pytest.mark.parametrize("section", ["Parameters", "Outputs", "Mappings", "Resources", "Conditions"])
def test_names_are_bounded(section: str) -> None:
    """A name has 255 characters at most."""
    entry: dict[str, Node] = {
        "Parameters": {"Type": "String"},
        "Outputs": {"Value": "a"},
        "Mappings": {"a": {"b": "c"}},
        "Resources": {"Type": "AWS::CloudFormation::WaitConditionHandle"},
        "Conditions": {"Fn::Equals": ["a", "b"]},
    }
    assert _refused(_set(f"{section}/{'N' * 255}", entry[section])) == []
    if section != "Conditions":  # of which the page says nothing
        assert (
            "256 characters in the name, and 255 are the most"
            in _refused(_set(f"{section}/{'N' * 256}", entry[section]))[0]
        )


def test_attributes_of_a_mapping_are_bounded() -> None:
    """A mapping has 200 attributes at most, with names of 255 characters."""
    assert _refused(_set("Mappings/Sizes/large", {f"a{number}": "x" for number in range(200)})) == []
    assert "201 attributes" in _refused(_set("Mappings/Sizes/large", {f"a{number}": "x" for number in range(201)}))[0]
    assert "256 characters in the name" in _refused(_set("Mappings/Sizes/large", {"a" * 256: "x"}))[0]


def test_dynamic_references_are_bounded() -> None:
    """Sixty dynamic references in a template, and no more."""
    assert _refused(_set("Metadata/Own", ["{{resolve:ssm:a}}"] * 60)) == []
    assert "61 dynamic references" in _refused(_set("Metadata/Own", ["{{resolve:ssm:a}}"] * 61))[0]


def test_size_is_bounded() -> None:
    """A template of a million bytes is taken from S3, one of a byte more is not."""
    room = 1_000_000 - len(json.dumps({**template(), "Metadata": ""}))
    assert _refused(_set("Metadata", "x" * room)) == []
    assert _refused(_set("Metadata", "x" * (room + 1)))[0].startswith("$: 1,000,001 bytes, and 1,000,000 are the most")


def test_all_reasons_are_told_at_once() -> None:
    """Whoever is refused reads every reason, a line each, and none of the values."""

    def spoil(node: Node) -> None:
        _set("Description", None)(node)
        _set("Outputs/UserPoolId/Description", {"Secret": "hidden"})(node)

    changed = deepcopy(template())
    spoil(changed)
    with pytest.raises(
        TemplateRefusedError, match=r"^AWS would refuse the template:\n  \$\.Desc.*\n  \$\.Outputs"
    ) as found:
        check_template(json.dumps(changed))
    assert "hidden" not in str(found.value)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"stack": "s" * 129}, "the stack: 129 characters in the stack's name, and 128 are the most"),
        (
            {"parameters": {"AlarmEmail": f"a@{'x' * 4095}"}},
            "the parameter AlarmEmail: 4,097 bytes, and 4,096 are the most",
        ),
        (
            {"parameters": {"AllowedOrigins": f"https://{'x' * 4000}"}},
            "GetUploadUrlFunction.Properties.Environment.Variables: ",
        ),
        ({"stack": "my_stack"}, "the stack: its name has A-Z, a-z, 0-9 and - only"),
        ({"stack": "1st"}, "the stack: its name has A-Z, a-z, 0-9 and - only, a letter first"),
        (
            {"parameters": {"Quality": "101"}},
            "the parameter Quality: this number is not from 1 to 100; take one that is",
        ),
        ({"parameters": {"Quality": "0"}}, "the parameter Quality: this number is not from 1 to 100"),
        ({"parameters": {"Quality": "good"}}, "the parameter Quality: this value is no number"),
        (
            {"parameters": {"WorkflowType": "express"}},
            "WorkflowType: this value is not allowed; take one of STANDARD, EXPRESS",
        ),
        ({"parameters": {"LogRetentionDays": "31"}}, "the parameter LogRetentionDays: this value is not allowed"),
        ({"parameters": {"AlarmEmail": "nobody"}}, "the parameter AlarmEmail: this value does not match ^([^@ ]+@"),
        (
            {"parameters": {"AllowedOrigins": "https://a.example,b"}},
            "the parameter AllowedOrigins: this value does not match",
        ),
        ({"tags": {f"t{number}": "" for number in range(51)}}, "the stack: 51 tags, and 50 are the most"),
        ({"tags": {"k" * 129: ""}}, "129 characters in the tag's key, and 128 are the most"),
        ({"tags": {"Team": "x" * 257}}, "the tag Team: 257 characters, and 256 are the most"),
    ],
)
def test_what_is_given_is_checked(given: dict[str, Any], expected: str) -> None:
    """A deployment is refused for what is said beside the template, and for what that makes of the template."""
    largest: dict[str, Any] = {
        "stack": "s" * 128,
        "parameters": {"AlarmEmail": f"a@{'x' * 4094}"},
        "tags": {"k" * 128: "x" * 256},
    }
    check_deployment(json.dumps(template()), **largest)
    with pytest.raises(TemplateRefusedError, match=r"^AWS would refuse the deployment: ") as found:
        check_deployment(json.dumps(template()), **{**largest, **given})
    assert expected in str(found.value)


@pytest.mark.parametrize(
    "parameters",
    [
        {"Quality": "1", "MaxBytes": "100000000", "LogRetentionDays": "30"},
        {"AllowedOrigins": "https://a.example, http://localhost:3000", "ResizeEdges": "2048,1024"},
        {"AllowedOrigins": "*", "WebAclArn": "", "AlarmEmail": "", "WorkflowType": "EXPRESS"},
    ],
)
def test_values_that_the_template_declares_are_taken(parameters: dict[str, str]) -> None:
    """What a parameter's type, values, bounds and pattern allow is not refused, in a stack named by its ARN either."""
    arn = "arn:aws:cloudformation:eu-central-1:123456789012:stack/pictures/4f2c"
    check_deployment(json.dumps(template()), arn, {"ArtifactBucket": "my-bucket", **parameters}, {})
