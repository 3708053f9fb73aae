"""The grants of the functions' roles in the template, and their ARNs in the account of a test."""

import json
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from ministack.core.iam_evaluator import EvalContext, evaluate, parse_policy_document  # type: ignore[import-untyped]

from tests.permissions.calls import ACCOUNT, REGION, Permission, bucket_arn, queue_arn, table_arn
from tests.templates.emitted import properties, resources, statements, target

SUBSTITUTION = re.compile(r"\$\{([\w:]+)(?:\.(\w+))?\}")
# Attributes by what `Ref` gives: of buckets and tables that is the name, of a queue its URL, of a state machine its ARN.
ATTRIBUTES: dict[tuple[str, str], Callable[[str], str]] = {
    ("AWS::S3::Bucket", "Arn"): bucket_arn,
    ("AWS::DynamoDB::Table", "Arn"): table_arn,
    ("AWS::SQS::Queue", "Arn"): queue_arn,
    ("AWS::StepFunctions::StateMachine", "Name"): lambda machine: machine.rpartition(":")[2],
}
PSEUDO = {"AWS::Partition": "aws", "AWS::Region": REGION, "AWS::AccountId": ACCOUNT}
# Physical names that no variable holds: the input of a step names the upload bucket. All tests use this name.
NAMES = {
    "UploadBucket": "uploads-of-a-test",
    "ImportSources": bucket_arn("pictures-of-ten-years"),  # the parameter is a list of ARNs
}

# Actions that AWS does in the function's name, so that no call of a handler shows their use. For queues, that
# applies only to the queue that Lambda polls.
BY_AWS = {
    "kms:Decrypt": "S3 decrypts the sources of imports",
    "logs:CreateLogStream": "Lambda writes what a function prints",
    "logs:PutLogEvents": "Lambda writes what a function prints",
    "xray:PutTraceSegments": "the daemon beside a function sends its traces",
    "xray:PutTelemetryRecords": "the daemon of a function reports its own state",
    "sqs:ReceiveMessage": "the event source polls the queue",
    "sqs:DeleteMessage": "the event source takes away what was handled",
    "sqs:GetQueueAttributes": "the event source learns how much waits",
}


@dataclass(frozen=True, order=True)
class Grant:
    """One action that a role allows on one resource, both as in the template."""

    role: str  # logical ID
    action: str
    resource: str  # JSON
    condition: str = "{}"  # JSON

    @property
    def arn(self) -> str:
        """The resource in the test's account; an unknown one stays a reference."""
        return SUBSTITUTION.sub(_substitute, _text(json.loads(self.resource)))

    def allows(self, permission: Permission) -> bool:
        """Return whether IAM would allow permission by this grant."""
        action, arn, prefix, if_none_match = permission
        if "*" not in self.action and self.action.lower() != action.lower():
            return False  # known without the evaluator, which takes its time
        found = {"s3:prefix": prefix, "s3:if-none-match": if_none_match}
        context = EvalContext(
            principal_arn=f"arn:aws:sts::{ACCOUNT}:assumed-role/{self.role}/function",
            principal_type="AssumedRole",
            principal_account=ACCOUNT,
            action=action,
            resource_arn=arn,
            region=REGION,
            secure_transport=True,
            service_context={key: value for key, value in found.items() if value is not None},
        )
        statement = {
            "Effect": "Allow",
            "Action": self.action,
            "Resource": self.arn,
            "Condition": json.loads(self.condition),
        }
        return str(evaluate(context, [parse_policy_document({"Statement": statement})]).decision) == "Allow"


@cache
def granted() -> tuple[Grant, ...]:
    """Return the grants of the functions' roles, except those that AWS uses itself."""
    return tuple(grant for role in roles().values() for grant in grants_of(role) if not by_aws(grant))


def by_aws(grant: Grant) -> bool:
    """Return whether AWS uses grant itself, and not a handler."""
    queue = grant.action.startswith("sqs:")
    return grant.action in BY_AWS and (not queue or target(json.loads(grant.resource)) in _polled())


@cache
def _polled() -> set[str]:
    """Return the queues that Lambda polls."""
    mappings = resources("AWS::Lambda::EventSourceMapping").values()
    return {target(entry["Properties"]["EventSourceArn"]) for entry in mappings}


def grants_of(role: str) -> list[Grant]:
    """Return the grants of the role with that logical ID."""
    return [
        Grant(role, action, json.dumps(on), json.dumps(statement.get("Condition", {})))
        for statement in statements(role)
        for action in statement["Action"]
        for on in statement["Resource"]
    ]


@cache
def roles() -> dict[str, str]:
    """Return the functions' roles by the module of the handler."""
    return {
        entry["Properties"]["Handler"].removesuffix(".handler"): target(entry["Properties"]["Role"])
        for entry in resources("AWS::Lambda::Function").values()
    }


@cache
def _variables() -> dict[str, str]:
    """Return the functions' environment variables by the resource in their value."""
    return {
        value["Ref"]: variable
        for function in resources("AWS::Lambda::Function")
        for variable, value in properties(function)["Environment"]["Variables"].items()
        if isinstance(value, dict) and value.get("Ref") in resources()
    }


def _text(reference: Any) -> str:
    """Return a resource of a statement as the text of an `Fn::Sub`."""
    if isinstance(reference, str):
        return reference
    if "Fn::GetAtt" in reference:
        return "${" + ".".join(reference["Fn::GetAtt"]) + "}"
    return str(reference["Fn::Sub"]) if "Fn::Sub" in reference else "${" + reference["Ref"] + "}"


def _substitute(found: re.Match[str]) -> str:
    name, attribute = found.groups()
    physical = PSEUDO.get(name) or os.environ.get(_variables().get(name, ""), NAMES.get(name))
    if physical is None:
        return found.group()
    return ATTRIBUTES[resources()[name]["Type"], attribute](physical) if attribute else physical
