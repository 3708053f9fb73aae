"""The statements of the template's roles, and how to remove some of them from a running stack."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, NamedTuple

from local.stack import LocalStack
from tests.local.account import eventually
from tests.local.stack_access import cannot_poll, physical_id
from tests.templates.emitted import resources
from workflow.steps import ARCHIVE, STEPS, VALIDATE

# Actions of AWS itself that the emulator does not do under a role: it keeps functions' logs without a check, and has no
# traces and no delivery of logs of state machines and APIs.
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
# What the trigger does for EXPRESS state machines only.
ONLY_EXPRESS = {f"SqsTriggerFunctionRole-{sid}" for sid in ("ClaimAndReleaseTheRecord", "FindTheNewestVersion")}

# What a step does only if it fails; the first one also does it for an image that it rejects.
ONLY_FAILING = {f"{step.function}Role-LearnThatTheImageWasDeleted" for step in STEPS if step is not VALIDATE}

# What GetUploadUrlFunction does only for a user who has as many open uploads as are allowed.
ONLY_AT_LIMIT = {"GetUploadUrlFunctionRole-FindUploadsThatAreOver"}

# What renditions that are made anew need, of which none are here. The tests of least privilege judge these calls.
ONLY_RERENDERS = {
    *(f"{step.function}Role-ReadTheArchivedOriginal" for step in STEPS if step is not ARCHIVE),
    "SweepFunctionRole-LetReplacedRenditionsExpire",
    "ImportFunctionRole-ReadTheUpload",
    "ImportFunctionRole-ReadTheArchivedOriginal",
}

# What Step Functions does to the executions of a distributed Map, which the emulator does without a role.
ONLY_MAPS = {f"{name}PipelineRole-WatchAndStopTheseExecutions" for name in ("Import", "Audit")}
# Without it a rule starts nothing, for which no test can wait.
ONLY_RULES = {"AuditRuleRole-StartAudits"}
# A Map reads a listing or a list; of sources it reads an object only for an inventory, which the emulator does not know.
ONLY_INVENTORIES = {"ImportPipelineRole-ReadSources"}
NO_KEYS = "keys"  # the policies of a stack with ImportKeys: the emulator decrypts nothing


class RoleStatement(NamedTuple):
    """A statement of a role in the generated template."""

    role: str
    policy: str
    statement: dict[str, Any]

    @property
    def name(self) -> str:
        """Its unique name."""
        return f"{self.role}-{self.statement['Sid']}"

    @property
    def only_aws(self) -> bool:
        """Whether the emulator does none of its actions."""
        return ONLY_AWS.issuperset(self.statement["Action"])


STATEMENTS = [  # of a stack with ImportSources
    RoleStatement(role, policy["PolicyName"], statement)
    for role, entry in resources("AWS::IAM::Role").items()
    for conditional in entry["Properties"].get("Policies", [])
    for policy in [conditional["Fn::If"][1] if "Fn::If" in conditional else conditional]
    if policy["PolicyName"] != NO_KEYS
    for statement in policy["PolicyDocument"]["Statement"]
]


@contextmanager
def without_statements(stack: LocalStack, *removed: RoleStatement) -> Iterator[None]:
    """Remove statements from the deployed roles within the block."""
    with ExitStack() as back:
        for one in removed:
            back.enter_context(_without_one(stack, one))
        yield
    eventually(lambda: not cannot_poll(stack))


@contextmanager
def _without_one(stack: LocalStack, removed: RoleStatement) -> Iterator[None]:
    iam = stack.emulator.client("iam")
    which = {"RoleName": physical_id(stack, removed.role), "PolicyName": removed.policy}
    document = iam.get_role_policy(**which)["PolicyDocument"]
    kept = [one for one in document["Statement"] if one["Sid"] != removed.statement["Sid"]]
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
    """Remove the permissions of services to invoke a function within the block."""
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
