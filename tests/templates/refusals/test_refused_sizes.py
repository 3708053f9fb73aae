"""The limits of services: the maximum is accepted, and one more is refused."""

import json
from typing import Any
from uuid import UUID

import botocore.session
import pytest

from templates.refusals import services
from templates.refusals.check import refusals
from templates.refusals.filling import Filling
from templates.refusals.given import STACK_NAME
from templates.refusals.services import RULES, Rule
from tests.templates.emitted import Node, sub, template

EMPTY = len('{"Statement":""}')
# The limits that botocore's service models state.
MODELLED = {
    ("AWS::KMS::Key", "Description"): ("kms", "CreateKey", "Description"),
    ("AWS::Events::Rule", "Description"): ("events", "PutRule", "Description"),
    ("AWS::Events::Rule", "Targets.*.Input"): ("events", "PutTargets", "Targets.*.Input"),
    ("AWS::Events::Rule", "Targets.*.Id"): ("events", "PutTargets", "Targets.*.Id"),
    ("AWS::Lambda::Function", "Description"): ("lambda", "CreateFunction", "Description"),
    ("AWS::Lambda::Function", "Handler"): ("lambda", "CreateFunction", "Handler"),
    ("AWS::Lambda::LayerVersion", "Description"): ("lambda", "PublishLayerVersion", "Description"),
    ("AWS::CloudWatch::Alarm", "AlarmDescription"): ("cloudwatch", "PutMetricAlarm", "AlarmDescription"),
    ("AWS::CloudWatch::Alarm", "AlarmActions"): ("cloudwatch", "PutMetricAlarm", "AlarmActions"),
    ("AWS::CloudWatch::Alarm", "Dimensions"): ("cloudwatch", "PutMetricAlarm", "Dimensions"),
    ("AWS::CloudWatch::Alarm", "Metrics.*.Expression"): ("cloudwatch", "PutMetricAlarm", "Metrics.*.Expression"),
    ("AWS::Logs::LogGroup", "LogGroupName"): ("logs", "CreateLogGroup", "logGroupName"),
    ("AWS::StepFunctions::StateMachine", "DefinitionString"): ("stepfunctions", "CreateStateMachine", "definition"),
    ("AWS::StepFunctions::StateMachine", "StateMachineName"): ("stepfunctions", "CreateStateMachine", "name"),
}


def _name(rule: Rule) -> str:
    return f"{rule.kind} {'.'.join(rule.steps)}"


def _of_size(rule: Rule, size: int) -> Any:
    """Return a value of the given size for rule."""
    if rule.measure is services.number:
        return {f"name{number}": "value" for number in range(size)} if rule.steps == ("Variables",) else [{}] * size
    if rule.measure is services.metrics:
        return [{"MetricStat": {}}] * size
    if rule.measure is services.together:
        parts = [size // 2, size - size // 2]
        return [{"PolicyDocument": {"Statement": "x" * (part - EMPTY)}} for part in parts]
    if rule.steps[-1] in {"PolicyDocument", "AssumeRolePolicyDocument", "KeyPolicy", "EventPattern", "Variables"}:
        return {"Statement": "x" * (size - EMPTY)}
    if rule.steps == ("Definition",):
        return json.loads(_machine(size, separators=(",", ":")))
    return _machine(size) if rule.steps == ("DefinitionString",) else "x" * size


def _machine(size: int, **form: Any) -> str:
    machine = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}, "Comment": ""}
    return json.dumps({**machine, "Comment": "x" * (size - len(json.dumps(machine, **form)))}, **form)


def _said(rule: Rule, value: Any) -> list[str]:
    """Return the refusals of a template whose one resource has value at the rule's path."""
    for step in reversed(rule.steps):
        value = [value] if step == "*" else {step: value}
    resources = {"Thing": {"Type": rule.kind, "Properties": value}}
    found = refusals(json.dumps({"Resources": resources}))
    return [str(one) for one in found if one.path != "$"]  # the template as a whole, which one definition may exceed


@pytest.mark.parametrize("rule", RULES, ids=_name)
def test_limit_of_a_service_is_kept(rule: Rule) -> None:
    """The service's maximum is accepted; more is refused with the path, the limit, and the page that states it."""
    most = rule.limit.most
    assert _said(rule, _of_size(rule, most)) == []
    (found,) = _said(rule, _of_size(rule, most + 1))
    assert found.startswith(f"$.Resources.Thing.Properties.{rule.steps[0]}")
    assert f": {most + 1:,} {rule.limit.unit}, and the maximum is {most:,}; " in found
    assert found.endswith(f" ({rule.limit.source})")


@pytest.mark.parametrize("place", MODELLED)
def test_limit_is_that_of_the_service_model(place: tuple[str, str]) -> None:
    """Where botocore's model of the service states the limit, it is the same."""
    service, operation, path = MODELLED[place]
    shape: Any = botocore.session.get_session().get_service_model(service).operation_model(operation).input_shape
    for step in path.split("."):
        shape = shape.member if step == "*" else shape.members[step]
    (rule,) = (one for one in RULES if (one.kind, ".".join(one.steps)) == place)
    assert rule.limit.most == shape.metadata["max"]


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ([{"Key": f"k{number}", "Value": ""} for number in range(51)], "51 tags, and the maximum is 50"),
        ([{"Key": "k" * 129, "Value": ""}], "Tags[0].Key: 129 characters, and the maximum is 128"),
        ([{"Key": "k", "Value": "v" * 257}], "Tags[0].Value: 257 characters, and the maximum is 256"),
    ],
)
def test_tags_are_bounded(tags: list[Node], expected: str) -> None:
    """The number of tags of a resource, and the length of their keys and values, are limited."""
    (found,) = _said(Rule("AWS::SNS::Topic", ("Tags",), services.number, RULES[0].limit), tags)
    assert expected in found


PARAMETERS: Node = {
    "Kind": {"Type": "String", "Default": "a", "AllowedValues": ["a", "abc"]},
    "Number": {"Type": "Number", "Default": 5, "MaxValue": 1000},
    "Given": {"Type": "String"},
    "Open": {"Type": "String"},
}
FILLED: list[tuple[Any, str]] = [
    ({"Ref": "Kind"}, "abc"),
    ({"Ref": "Number"}, "1000"),
    ({"Ref": "Given"}, "given"),
    ({"Ref": "Open"}, ""),
    ({"Ref": "AWS::Partition"}, "aws-us-gov"),
    (sub("${Kind}-${!Kind}"), "abc-${Kind}"),
    ({"Fn::Join": [",", ["a", {"Ref": "Given"}]]}, "a,given"),
    ({"Fn::Join": [",", {"Ref": "Given"}]}, "given"),
    ({"Fn::If": ["Maybe", "a", {"Ref": "Kind"}]}, "abc"),
    ({"Fn::Select": ["0", ["a"]]}, ""),
]


@pytest.mark.parametrize(("value", "filled"), FILLED, ids=str)
def test_references_have_their_maximum_length(value: Any, filled: str) -> None:
    """A reference is measured at its maximum length; an unknown one counts as empty."""
    filling = Filling({"Parameters": PARAMETERS}, {"Given": "given"})
    assert filling.fill(value) == filled
    assert filling.fill({"In": [value, 1, None]}) == {"In": [filled, 1, None]}


@pytest.mark.parametrize("value", [{"Ref": "Table"}, {"Fn::GetAtt": ["Table", "Arn"]}, sub("${Table.Arn}")], ids=str)
def test_names_of_resources_count_as_arns(value: Any) -> None:
    """A resource counts as its ARN in the stack with the longest name, in the region with the longest name."""
    name = f"{'s' * 128}-Table-1X2Y3Z4A5B6C7"
    longest = f"arn:aws-us-gov:states:ap-southeast-3:{'1' * 12}:stateMachine:{name}"
    filling = Filling({"Resources": {"Table": {"Type": "AWS::DynamoDB::Table"}}}, {})
    assert len(filling.fill(value)) >= len(longest)


def test_names_of_stack_and_functions_count_as_the_longest() -> None:
    """The stack's name is as long as a deployment accepts one, and a function's as Lambda's documentation states."""
    stack = Filling({}, {}).fill({"Ref": "AWS::StackName"})
    assert len(stack) == STACK_NAME.most
    place = f"arn:aws-us-gov:cloudformation:ap-southeast-3:{'1' * 12}:stack/{stack}/"
    assert len(Filling({}, {}).fill({"Ref": "AWS::StackId"})) >= len(place) + len(str(UUID(int=0)))
    function = Filling({"Resources": {"One": {"Type": "AWS::Lambda::Function"}}}, {}).fill({"Ref": "One"})
    request: Any = botocore.session.get_session().get_service_model("lambda").shape_for("CreateFunctionRequest")
    assert f"limited to {len(function)} characters" in request.members["FunctionName"].documentation


def test_our_types_have_rules() -> None:
    """Each type of the template with policies or texts of its own has a rule."""
    measured = {rule.kind for rule in RULES} | {"AWS::CloudWatch::Dashboard"}
    bearing = {
        "PolicyDocument",
        "AssumeRolePolicyDocument",
        "KeyPolicy",
        "EventPattern",
        "Environment",
        "DashboardBody",
    }
    types = {entry["Type"] for entry in template()["Resources"].values() if bearing & entry["Properties"].keys()}
    assert types <= measured
