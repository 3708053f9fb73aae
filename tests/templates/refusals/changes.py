"""Changes of this project's template that CloudFormation refuses, each with the expected message."""

import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

from templates.refusals.check import refusals
from tests.templates.emitted import Node, template

ROLE = "ResizeFunctionRole"
Change = Callable[[Node], object]


def refused(change: Change) -> list[str]:
    """Return the refusals of the template after change."""
    changed = deepcopy(template())
    change(changed)
    return [str(one) for one in refusals(json.dumps(changed))]


def setting(path: str, value: Any) -> Change:
    """Return a change that sets value at path."""
    *steps, last = path.split("/")

    def change(node: Node) -> None:
        for step in steps:
            node = node.setdefault(step, {})
        node[last] = value

    return change


def removing(section: str, name: str) -> Change:
    """Return a change that removes an entry of a section."""
    return lambda node: node[section].pop(name)


CHANGES: dict[str, tuple[Change, str]] = {
    "null": (
        setting("Resources/ResizeFunction/Properties/Environment/Variables/QUALITY", None),
        "$.Resources.ResizeFunction.Properties.Environment.Variables.QUALITY: null is not allowed",
    ),
    "null in a list": (
        setting("Resources/ProcessingPipeline/Properties/Definition", {"States": {"A": [{"ResultPath": None}]}}),
        "$.Resources.ProcessingPipeline.Properties.Definition.States.A[0].ResultPath: null is not allowed",
    ),
    "description": (setting("Description", ["a"]), "$.Description: text is required here, and this is a list"),
    "number as output": (setting("Outputs/Bytes", {"Value": 1}), "$.Outputs.Bytes.Value: text is required"),
    "list as output": (
        setting("Outputs/Bytes", {"Value": [{"Ref": "UserPool"}]}),
        "$.Outputs.Bytes.Value: text is required",
    ),
    "function in a description": (
        setting("Outputs/UserPoolId/Description", {"Ref": "UserPool"}),
        "$.Outputs.UserPoolId.Description: text is required here, and this is the intrinsic function Ref",
    ),
    "export": (setting("Outputs/UserPoolId/Export", {"Name": 3}), "$.Outputs.UserPoolId.Export.Name: text is required"),
    "variable": (
        setting("Resources/ResizeFunction/Properties/Environment/Variables/QUALITY", 80),
        "$.Resources.ResizeFunction.Properties.Environment.Variables.QUALITY: text is required",
    ),
    "boolean as variable": (
        setting("Resources/ResizeFunction/Properties/Environment/Variables/QUALITY", True),
        "QUALITY: text is required here, and this is a boolean",
    ),
    "tag": (
        setting(f"Resources/{ROLE}/Properties/Tags", [{"Key": "Cost", "Value": 7}]),
        f"{ROLE}.Properties.Tags[0].Value",
    ),
    "tag of a pool": (
        setting("Resources/UserPool/Properties/UserPoolTags/Cost", 7),
        "UserPoolTags.Cost: text is required",
    ),
    "body of an answer": (
        setting("Resources/UnauthorizedAnswer/Properties/ResponseTemplates", {"application/json": {"reason": "a"}}),
        "$.Resources.UnauthorizedAnswer.Properties.ResponseTemplates.application/json: text is required here",
    ),
    "variable of a stage": (
        setting("Resources/RestApiStage/Properties/Variables", {"debug": True}),
        "Variables.debug: text is required here, and this is a boolean",
    ),
    "default": (
        setting("Parameters/Quality/Default", [82]),
        "$.Parameters.Quality.Default: the value of a parameter has to be",
    ),
    "boolean as default": (
        setting("Parameters/Quality/Default", True),
        "$.Parameters.Quality.Default: the value of a parameter",
    ),
    "allowed value": (setting("Parameters/Quality/AllowedValues", [{"Ref": "X"}]), "AllowedValues[0]: the value of a"),
    "pattern": (
        setting("Parameters/Quality/AllowedPattern", 1),
        "$.Parameters.Quality.AllowedPattern: text is required",
    ),
    "type": (setting("Resources/UserPool/Type", {"Ref": "Quality"}), "$.Resources.UserPool.Type: text is required"),
    "policy of deletion": (
        setting("Resources/UserPool/DeletionPolicy", "Keep"),
        "Keep is not a DeletionPolicy; use one of Delete",
    ),
    "policy of replacement": (
        setting("Resources/UserPool/UpdateReplacePolicy", "RetainExceptOnCreate"),
        "RetainExceptOnCreate is not a UpdateReplacePolicy",
    ),
    "condition of a policy": (
        setting(
            f"Resources/{ROLE}/Properties/AssumeRolePolicyDocument/Statement", [{"Condition": {"StringEquals": "a"}}]
        ),
        "Statement[0].Condition.StringEquals: a condition needs keys",
    ),
    "condition without a key": (
        setting(
            f"Resources/{ROLE}/Properties/AssumeRolePolicyDocument/Statement", [{"Condition": {"Bool": {"": "a"}}}]
        ),
        "Statement[0].Condition.Bool: a condition needs keys",
    ),
    "section": (setting("Outputs", []), "$.Outputs: an object is required here, and this is a list"),
    "resource": (
        setting("Resources/UserPool", "a"),
        "$.Resources.UserPool: an object is required here, and this is text",
    ),
    "no resource": (setting("Resources", {}), "$.Resources: a template needs at least one resource"),
    "name": (
        setting("Parameters/Max_Edge", {"Type": "String"}),
        "$.Parameters.Max_Edge: a name may only have A-Z, a-z and 0-9",
    ),
    "reference": (
        setting("Outputs/Lost", {"Value": {"Ref": "Lost"}}),
        "$.Outputs.Lost.Value: there is no resource or parameter",
    ),
    "reference in a text": (
        setting("Outputs/Lost", {"Value": {"Fn::Sub": "${AWS::Region} ${!Literal} ${Lost.Arn}"}}),
        "$.Outputs.Lost.Value: there is no resource Lost;",
    ),
    "attribute": (setting("Outputs/Lost", {"Value": {"Fn::GetAtt": ["Lost", "Arn"]}}), "there is no resource Lost;"),
    "dependency": (setting("Resources/UserPool/DependsOn", ["Quality"]), "UserPool: there is no resource Quality"),
    "condition": (
        setting("Resources/UserPool/Condition", "Never"),
        "$.Resources.UserPool: there is no condition Never",
    ),
    "condition of a value": (
        setting("Outputs/Lost", {"Value": {"Fn::If": ["Never", "a", "b"]}}),
        "$.Outputs.Lost.Value: there is no condition Never",
    ),
    "condition on a resource": (
        setting("Conditions/Own", {"Fn::Equals": [{"Ref": "UserPool"}, ""]}),
        "$.Conditions.Own.Fn::Equals[0]: there is no resource or parameter UserPool",
    ),
    "parameter that is gone": (removing("Parameters", "Quality"), "there is no resource or parameter Quality"),
    "condition on a resource's attribute": (
        setting("Conditions/Own", {"Fn::Equals": [{"Fn::GetAtt": ["UserPool", "Arn"]}, ""]}),
        "$.Conditions.Own.Fn::Equals[0]: there is no resource UserPool",
    ),
    "condition that is nothing": (
        setting("Conditions/Own", {}),
        "$.Conditions.Own: a condition has to be one intrinsic",
    ),
    "circle of conditions": (
        setting("Conditions/Own", {"Fn::Not": [{"Condition": "Own"}]}),
        "$.Conditions: each of these depends on the previous one: Own",
    ),
    "pseudo parameter": (
        setting("Outputs/Lost", {"Value": {"Ref": "AWS::Lost"}}),
        "no resource or parameter AWS::Lost",
    ),
    "attribute of a parameter": (
        setting("Outputs/Lost", {"Value": {"Fn::GetAtt": ["Quality", "Arn"]}}),
        "there is no resource Quality",
    ),
    "attribute of a parameter in a text": (
        setting("Outputs/Lost", {"Value": {"Fn::Sub": "${Quality.Arn}"}}),
        "there is no resource Quality",
    ),
    "mapping that is not there": (
        setting("Outputs/Lost", {"Value": {"Fn::FindInMap": ["Sizes", "a", "b"]}}),
        "$.Outputs.Lost.Value: there is no mapping Sizes",
    ),
    "function": (
        setting("Outputs/Lost", {"Value": {"Fn::Replace": "a"}}),
        "$.Outputs.Lost.Value: there is no intrinsic function Fn::Replace",
    ),
    "section of another name": (setting("Ressources", {}), "$.Ressources: this name is not allowed here"),
    "attribute of another name": (
        setting("Resources/UserPool/Tags", []),
        "$.Resources.UserPool.Tags: this name is not allowed",
    ),
    "property of a parameter": (
        setting("Parameters/Quality/Value", "1"),
        "$.Parameters.Quality.Value: this name is not allowed",
    ),
    "no type": (setting("Resources/Own", {"Properties": {}}), "$.Resources.Own.Type: this is missing"),
    "no type of a parameter": (setting("Parameters/Own", {"Default": ""}), "$.Parameters.Own.Type: this is missing"),
    "no value": (setting("Outputs/Lost", {"Description": "a"}), "$.Outputs.Lost.Value: this is missing"),
    "version": (
        setting("AWSTemplateFormatVersion", "2010-09-10"),
        "$.AWSTemplateFormatVersion: the only version is 2010-",
    ),
    "properties": (
        setting("Resources/UserPool/Properties", []),
        "Properties: an object is required here, and this is a list",
    ),
    "dependency that is a number": (
        setting("Resources/UserPool/DependsOn", 1),
        "DependsOn: text or a list is required here",
    ),
    "allowed values": (
        setting("Parameters/UserMfa/AllowedValues", "ON"),
        "AllowedValues: a list is required here, and this",
    ),
    "type of a parameter": (setting("Parameters/Quality/Type", "Integer"), "Quality.Type: there is no type Integer"),
    "bound": (
        setting("Parameters/Quality/MaxValue", "many"),
        "$.Parameters.Quality.MaxValue: a number is required here",
    ),
    "regular expression": (
        setting("Parameters/Quality/AllowedPattern", "("),
        "this is not a regular expression: missing )",
    ),
    "default out of bounds": (
        setting("Parameters/Quality/Default", 101),
        "Quality.Default: this number is not between 1",
    ),
    "default that is not allowed": (setting("Parameters/UserMfa/Default", "NO"), "UserMfa.Default: this value is not"),
    "default that does not match": (
        setting("Parameters/AlarmEmail/Default", "nobody"),
        "AlarmEmail.Default: this value",
    ),
    "flat mapping": (
        setting("Mappings/Sizes", {"a": "b"}),
        "$.Mappings.Sizes.a: an object is required here, and this is text",
    ),
    "function in a mapping": (
        setting("Mappings/Sizes", {"a": {"b": {"Ref": "Quality"}}}),
        "$.Mappings.Sizes.a.b: text is required here, and this is the intrinsic function Ref",
    ),
    "function in a list of a mapping": (
        setting("Mappings/Sizes", {"a": {"b": ["c", {"Ref": "Quality"}]}}),
        "$.Mappings.Sizes.a.b[1]: text is required here",
    ),
    "condition of a policy's one statement": (
        setting(
            f"Resources/{ROLE}/Properties/AssumeRolePolicyDocument/Statement", {"Condition": {"StringEquals": "a"}}
        ),
        "Statement.Condition.StringEquals: a condition needs keys",
    ),
    "circle": (
        setting("Resources/UserPool/DependsOn", "UserPoolClient"),
        "$.Resources: each of these depends on the previous one: UserPool",
    ),
}
