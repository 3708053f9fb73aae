"""The template as `generate.py` prints it, and functions that look into it."""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from templates.iam.reading import statements_of
from templates.stack import render
from templates.substitution import definition_of

Node = dict[str, Any]

STEPS = ["ValidateFunction", "MetadataFunction", "ResizeFunction", "ThumbnailFunction", "ArchiveFunction"]
ON_THE_WAY = ["GetUploadUrlFunction", "SqsTriggerFunction", *STEPS]  # of every image
FOR_USERS = ["GetImageFunction", "ListImagesFunction", "DeleteImageFunction", "WebPageFunction"]
FUNCTIONS = [*ON_THE_WAY, *FOR_USERS, "FinalizeFunction", "SweepFunction", "ImportFunction", "AuditFunction"]
# The types of the components of the architecture by logical ID; these names never change.
COMPONENTS = {
    "UploadBucket": "AWS::S3::Bucket",
    "ArchiveBucket": "AWS::S3::Bucket",
    "InventoryBucket": "AWS::S3::Bucket",  # in addition to the architecture
    "MetadataTable": "AWS::DynamoDB::Table",
    "UsageTable": "AWS::DynamoDB::Table",
    "ProcessingQueue": "AWS::SQS::Queue",
    "DeadLetterQueue": "AWS::SQS::Queue",
    "NotificationTopic": "AWS::SNS::Topic",
    "OperationsTopic": "AWS::SNS::Topic",  # for operators, in addition to the architecture
    "ProcessingPipeline": "AWS::StepFunctions::StateMachine",
    "ImportPipeline": "AWS::StepFunctions::StateMachine",
    "AuditPipeline": "AWS::StepFunctions::StateMachine",
    "UploadRule": "AWS::Events::Rule",
    "FinalizeRule": "AWS::Events::Rule",  # this and the next two are for failed and stalled images
    "SweepRule": "AWS::Events::Rule",
    "DailySweepRule": "AWS::Events::Rule",
    "AuditRule": "AWS::Events::Rule",
    "RestApi": "AWS::ApiGateway::RestApi",
    "CognitoAuthorizer": "AWS::ApiGateway::Authorizer",
    "UserPool": "AWS::Cognito::UserPool",
    "ImagingLayer": "AWS::Lambda::LayerVersion",
    **dict.fromkeys(FUNCTIONS, "AWS::Lambda::Function"),
}


@cache
def template() -> Node:
    """Return the parsed template; tests read it and change nothing."""
    parsed: Node = json.loads(render())
    return parsed


@cache
def resources(kind: str | None = None) -> dict[str, Node]:
    """Return the resources by logical ID: all, or those of one type."""
    return {name: entry for name, entry in template()["Resources"].items() if kind in (None, entry["Type"])}


def properties(name: str) -> Node:
    """Return the properties of a resource."""
    found: Node = resources()[name]["Properties"]
    return found


def definition(machine: str = "ProcessingPipeline") -> Node:
    """Return a state machine's definition, parsed from its text."""
    return definition_of(properties(machine))


def at(node: Any, path: str) -> Any:
    """Return the value at a dotted path below node, such as `Targets.0.Arn`."""
    for part in path.split("."):
        node = node[int(part)] if isinstance(node, list) else node[part]
    return node


def walk(node: Any, path: str = "$") -> Iterator[tuple[str, Any]]:
    """Yield node and everything below it, each with its path."""
    yield path, node
    if isinstance(node, dict | list):
        for key, value in node.items() if isinstance(node, dict) else enumerate(node):
            yield from walk(value, f"{path}.{key}")


def ref(name: str) -> Node:
    """Return a reference to a resource or parameter."""
    return {"Ref": name}


def arn(name: str) -> Node:
    """Return a reference to a resource's ARN."""
    return {"Fn::GetAtt": [name, "Arn"]}


def sub(text: str) -> Node:
    """Return a substitution."""
    return {"Fn::Sub": text}


def substituted(text: str, values: Mapping[str, str]) -> str:
    """Return text as `Fn::Sub` evaluates it: `${!Literal}` is `${Literal}`, `${Name}` the value of Name."""
    return re.sub(r"\$\{(!?)([^}]*)\}", lambda found: f"${{{found[2]}}}" if found[1] else values[found[2]], text)


def target(reference: Any) -> str:
    """Return the logical ID that a `Ref` or `Fn::GetAtt` names, or the one of both branches that is not empty."""
    if "Fn::If" in reference:
        return target(next(one for one in reference["Fn::If"][1:] if one != {"Ref": "AWS::NoValue"}))
    return str(reference["Ref"] if "Ref" in reference else reference["Fn::GetAtt"][0])


def tasks() -> dict[str, Node]:
    """Return the state machine's Task states by name, also those in branches."""
    return {
        path.rpartition(".")[2]: state
        for path, state in walk(definition())
        if isinstance(state, dict) and state.get("Type") == "Task"
    }


def state_of(function: str) -> Node:
    """Return the one Task state that invokes a function."""
    (state,) = (state for state in tasks().values() if state["Parameters"].get("FunctionName") == f"${{{function}}}")
    return state


def statements(name: str) -> list[Node]:
    """Return the policy statements of a role, or of the policy of a bucket, queue or topic."""
    entry = properties(name)
    own: list[Node] = [] if "Policies" in entry else entry["PolicyDocument"]["Statement"]
    return [*own, *statements_of(entry)]


def allowed(role: str) -> list[tuple[str, Any]]:
    """Return each action that a role allows, with its resource."""
    granted = [statement for statement in statements(role) if statement["Effect"] == "Allow"]
    return [(action, on) for statement in granted for action in statement["Action"] for on in statement["Resource"]]
