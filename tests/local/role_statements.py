"""The statements of the template's roles, and how a running stack is left without some of them."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, NamedTuple

from local.stack import LocalStack
from tests.local.account import eventually
from tests.local.stack_access import cannot_poll, physical_id
from tests.templates.emitted import resources

# What AWS does by itself under a role, and nothing on this machine does: the emulator keeps a function's log without
# asking, and has neither traces nor the delivery of a state machine's log and an API's.
ONLY_AWS = {
    *(f"logs:{verb}LogDelivery" for verb in ("Create", "Get", "Update", "Delete")),
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:DescribeResourcePolicies",
    "logs:DescribeLogGroups",
    "logs:DescribeLogStreams",
    "logs:CreateLogGroup",
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "logs:GetLogEvents",
    "logs:FilterLogEvents",
    "xray:PutTraceSegments",
    "xray:PutTelemetryRecords",
    "xray:GetSamplingRules",
    "xray:GetSamplingTargets",
}
# What the trigger does on EXPRESS state machines only.
ONLY_EXPRESS = {f"SqsTriggerFunctionRole-{sid}" for sid in ("ClaimAndReleaseTheRecord", "TellTheNewestVersion")}


class RoleStatement(NamedTuple):
    """A statement of a role in the emitted template: where it stands, and what it allows."""

    role: str
    policy: str
    statement: dict[str, Any]

    @property
    def name(self) -> str:
        """What tells it from the others."""
        return f"{self.role}-{self.statement['Sid']}"

    @property
    def only_aws(self) -> bool:
        """Whether its absence cannot show on this machine."""
        return ONLY_AWS.issuperset(self.statement["Action"])


STATEMENTS = [
    RoleStatement(role, policy["PolicyName"], statement)
    for role, entry in resources("AWS::IAM::Role").items()
    for policy in entry["Properties"].get("Policies", [])
    for statement in policy["PolicyDocument"]["Statement"]
]


@contextmanager
def without_statements(stack: LocalStack, *granted: RoleStatement) -> Iterator[None]:
    """Take statements away from the roles that were made, and put them back."""
    with ExitStack() as back:
        for one in granted:
            back.enter_context(_without_one(stack, one))
        yield
    eventually(lambda: not cannot_poll(stack))


@contextmanager
def _without_one(stack: LocalStack, granted: RoleStatement) -> Iterator[None]:
    iam = stack.emulator.client("iam")
    which = {"RoleName": physical_id(stack, granted.role), "PolicyName": granted.policy}
    document = iam.get_role_policy(**which)["PolicyDocument"]
    kept = [one for one in document["Statement"] if one["Sid"] != granted.statement["Sid"]]
    assert len(kept) == len(document["Statement"]) - 1
    if kept:
        iam.put_role_policy(**which, PolicyDocument=json.dumps({**document, "Statement": kept}))
    else:
        iam.delete_role_policy(**which)
    try:
        yield
    finally:
        iam.put_role_policy(**which, PolicyDocument=json.dumps(document))


@contextmanager
def without_invoke_permission(stack: LocalStack, logical_id: str) -> Iterator[None]:
    """Take away what lets services invoke a function, and put it back."""
    client, function = stack.emulator.client("lambda"), physical_id(stack, logical_id)
    permissions = json.loads(client.get_policy(FunctionName=function)["Policy"])["Statement"]
    for one in permissions:
        client.remove_permission(FunctionName=function, StatementId=one["Sid"])
    yield
    for one in permissions:
        client.add_permission(
            FunctionName=function,
            StatementId=one["Sid"],
            Action=one["Action"],
            Principal=one["Principal"]["Service"],
            SourceArn=one["Condition"]["ArnLike"]["AWS:SourceArn"],
        )
