"""Permissions: least privilege for every role, and TLS for every request."""

import json
import re

import pytest

from lambdas.domain.object_keys import STAGED, UPLOADS
from tests.templates.emitted import (
    FUNCTIONS,
    Node,
    allowed,
    arn,
    properties,
    ref,
    resources,
    statements,
    target,
    tasks,
    template,
    walk,
)

KEYS_BELOW_A_BUCKET = re.compile(r"\$\{\w+\.Arn\}/([a-z]+/)?\*")
EXECUTIONS = "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:execution:${ProcessingPipeline.Name}:*"
OF_IMPORTS, OF_AUDITS = (
    EXECUTIONS.replace("ProcessingPipeline.Name", name) for name in ("ImportFunction", "AuditFunction")
)
MAPS = ("ImportPipelineRole", "AuditPipelineRole")
SOURCES = "${ImportSources}/*"  # the objects of the buckets that the parameter lists
# The action of each integration, and the parameter that names its target.
INTEGRATIONS = {
    "lambda:invoke": ("lambda:InvokeFunction", "FunctionName"),
    "dynamodb:updateItem": ("dynamodb:UpdateItem", "TableName"),
    "sns:publish": ("sns:Publish", "TopicArn"),
}
# The actions that are allowed on `*`, and the reason. X-Ray has no resource types for traces and for reading sampling rules.
TRACES = {"xray:PutTraceSegments", "xray:PutTelemetryRecords"}
SAMPLING = {"xray:GetSamplingRules", "xray:GetSamplingTargets"}
# For the log deliveries of Step Functions; its guide asks for them on `*`, since they have no resource types.
LOG_DELIVERY = {
    "logs:CreateLogDelivery",
    "logs:GetLogDelivery",
    "logs:UpdateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:DescribeResourcePolicies",
    "logs:DescribeLogGroups",
}
# API Gateway has one logs role for all APIs of an account and region, and refuses one that allows less than the managed
# policy AmazonAPIGatewayPushToCloudWatchLogs.
LOGS_OF_APIS = {
    "logs:CreateLogGroup",
    "logs:CreateLogStream",
    "logs:DescribeLogGroups",
    "logs:DescribeLogStreams",
    "logs:FilterLogEvents",
    "logs:GetLogEvents",
    "logs:PutLogEvents",
}
ON_EVERYTHING = {
    **{f"{function}Role": TRACES for function in FUNCTIONS},
    **dict.fromkeys(("ProcessingPipelineRole", *MAPS), LOG_DELIVERY | TRACES | SAMPLING),
    "ApiAccountRole": LOGS_OF_APIS,
}
VERSIONS, WAITING = (["s3:ListBucketVersions"], f"{UPLOADS}*"), (["s3:ListBucket"], f"{STAGED}*")
# The prefixes that functions list in the upload bucket.
TO_DELETE = (["s3:ListBucketVersions"], ["uploads/*", "staged/*"])
LISTS: dict[str, list[tuple[list[str], str | list[str]]]] = {
    "ValidateFunction": [VERSIONS],
    "SqsTriggerFunction": [VERSIONS],
    "ImportFunction": [VERSIONS],
    "FinalizeFunction": [VERSIONS, WAITING],
    "SweepFunction": [WAITING, TO_DELETE],
    "DeleteImageFunction": [TO_DELETE],
}
ORIGINALS = "${ArchiveBucket.Arn}/?*/?*/?*/original.*"
ROLES = sorted(resources("AWS::IAM::Role"))
POLICIES = [
    name for name, entry in resources().items() if entry["Type"] in ("AWS::SQS::QueuePolicy", "AWS::SNS::TopicPolicy")
]


@pytest.mark.parametrize("name", [*ROLES, *POLICIES])
def test_no_allowed_action_is_a_pattern(name: str) -> None:
    """An allowed action is named in full."""
    assert not any("*" in action for action, _ in allowed(name))


@pytest.mark.parametrize("name", [*ROLES, *POLICIES])
def test_no_allowed_resource_is_everything(name: str) -> None:
    """The resource of an allowed action is one of this stack, except for the actions listed above for the role.

    Elsewhere `*` stands for the keys in one bucket, for the originals in it, or for the pipeline's executions.
    """
    assert {action for action, on in allowed(name) if on == "*"} == ON_EVERYTHING.get(name, set())
    for _, on in allowed(name):
        if on != "*" and "*" in json.dumps(on):
            assert KEYS_BELOW_A_BUCKET.fullmatch(on["Fn::Sub"]) or on["Fn::Sub"] in (
                EXECUTIONS,
                OF_IMPORTS,
                OF_AUDITS,
                SOURCES,
                ORIGINALS,
            )


@pytest.mark.parametrize("name", FUNCTIONS)
def test_listings_of_uploads_are_by_prefix(name: str) -> None:
    """A function that lists the upload bucket names the prefix, except two, which learn that a single key does not exist."""
    listing = [one for one in statements(f"{name}Role") if arn("UploadBucket") in one["Resource"]]
    found = [(one["Action"], one["Condition"]["StringLike"]["s3:prefix"]) for one in listing if "Condition" in one]
    assert found == LISTS.get(name, [])
    assert len(found) == len(listing) or name in ("ArchiveFunction", "ImportFunction")


@pytest.mark.parametrize("name", FUNCTIONS)
def test_listings_of_the_archive_are_of_one_image(name: str) -> None:
    """A function that lists the archive names owner and image, except the archiving one, which requests single keys."""
    listing = [one for one in statements(f"{name}Role") if arn("ArchiveBucket") in one["Resource"]]
    if name != "ArchiveFunction":
        assert [one["Condition"] for one in listing] == [{"StringLike": {"s3:prefix": "?*/?*/*"}}] * len(listing)
    assert bool(listing) == (name in {"ArchiveFunction", "DeleteImageFunction", "FinalizeFunction", "SweepFunction"})


@pytest.mark.parametrize("name", ROLES)
def test_roles_have_inline_policies_only(name: str) -> None:
    """A role has inline policies, no deny and no managed policy."""
    assert "ManagedPolicyArns" not in properties(name)
    assert {statement["Effect"] for statement in statements(name)} == {"Allow"}


def test_no_policy_is_attached_to_roles() -> None:
    """No policy outside of a role is attached to it: it would escape these tests and the emulator."""
    assert not {**resources("AWS::IAM::Policy"), **resources("AWS::IAM::ManagedPolicy")}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_each_function_has_a_role_of_its_own(name: str) -> None:
    """Each function has its own role, which only Lambda may assume."""
    role = target(properties(name)["Role"])
    users = [other for other, entry in resources().items() if arn(role) in entry["Properties"].values()]
    assert users == [name]
    assert _trusted(role) == {"Service": "lambda.amazonaws.com"}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_each_function_writes_to_its_own_log_only(name: str) -> None:
    """A function may write only to its configured log group, and create none."""
    group = target(properties(name)["LoggingConfig"]["LogGroup"])
    logging = [(action, on) for action, on in allowed(f"{name}Role") if action.startswith("logs:")]
    assert logging == [("logs:CreateLogStream", arn(group)), ("logs:PutLogEvents", arn(group))]


def test_pipeline_may_call_exactly_what_its_states_call() -> None:
    """The state machine's role allows each call of the definition, and no other.

    The actions of Step Functions itself, for logs and traces, are on `*` and tested above.
    """
    granted = [(action, target(on)) for action, on in allowed("ProcessingPipelineRole") if on != "*"]
    assert sorted(granted) == sorted({_call(state) for state in tasks().values()})
    assert _trusted("ProcessingPipelineRole") == {"Service": "states.amazonaws.com"}


def _call(state: Node) -> tuple[str, str]:
    """Return the action of a state and the logical ID of its target."""
    action, parameter = INTEGRATIONS[state["Resource"].split(":::")[1]]
    return action, state["Parameters"][parameter].strip("${}")


def test_services_act_for_this_account_only() -> None:
    """A service that AWS documents to send its source acts only for this account, or for a resource of this stack.

    AWS documents no such key for Lambda when it assumes a function's role, nor for API Gateway and its logs role.
    """
    unconditional = {
        path.split(".")[2]
        for path, node in walk(template())
        if isinstance(node, dict) and "Service" in node.get("Principal", ()) and not _bound(node)
    }
    assert unconditional == {"ApiAccountRole", *(f"{function}Role" for function in FUNCTIONS)}
    permissions = [entry["Properties"] for entry in resources("AWS::Lambda::Permission").values()]
    assert permissions
    assert all("SourceArn" in permission for permission in permissions)


def test_an_upload_url_replaces_nothing() -> None:
    """The role that signs URLs may put an object only on the condition that there is none."""
    (sign,) = (one for one in statements("GetUploadUrlFunctionRole") if one["Action"] == ["s3:PutObject"])
    assert sign["Condition"] == {"Null": {"s3:if-none-match": False}}


def test_step_functions_assumes_its_role_for_this_account_only() -> None:
    """The trust policy of the state machine compares the account of the caller's resource with this one."""
    (trust,) = properties("ProcessingPipelineRole")["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": ref("AWS::AccountId")}}


def test_sources_can_be_read_only_if_they_are_named() -> None:
    """Without ImportSources no role has a permission for another bucket, and without ImportKeys none for a key."""
    for role in ("ImportFunctionRole", "ImportPipelineRole"):
        _, sources, keys = (policy.get("Fn::If") for policy in properties(role)["Policies"])
        assert (sources[0], sources[2]) == ("HasImportSources", ref("AWS::NoValue"))
        assert (keys[0], keys[2]) == ("HasImportKeys", ref("AWS::NoValue"))
        assert [one["Action"] for one in keys[1]["PolicyDocument"]["Statement"]] == [["kms:Decrypt"]]
    others = [name for name in ROLES if name not in ("ImportFunctionRole", "ImportPipelineRole")]
    assert not any("ImportSources" in json.dumps(properties(name)) for name in others)


def test_import_pipeline_may_call_exactly_what_its_states_call() -> None:
    """The role runs the function, its own executions and their results, and reads sources."""
    granted = {action for action, on in allowed("ImportPipelineRole") if on != "*"}
    assert granted == {
        *("lambda:InvokeFunction", "states:StartExecution", "states:DescribeExecution", "states:StopExecution"),
        *("s3:PutObject", "s3:GetObject", "s3:ListMultipartUploadParts", "s3:AbortMultipartUpload"),
        *("s3:ListBucket", "kms:Decrypt"),
    }
    assert _trusted("ImportPipelineRole") == {"Service": "states.amazonaws.com"}


def test_audit_pipeline_may_call_exactly_what_its_states_call() -> None:
    """The role runs the function and its own executions, and has no bucket but that of inventories."""
    granted = {action: on for action, on in allowed("AuditPipelineRole") if on != "*"}
    files = {"s3:PutObject", "s3:GetObject", "s3:ListMultipartUploadParts", "s3:AbortMultipartUpload"}
    runs = {"lambda:InvokeFunction", "states:StartExecution", "states:DescribeExecution", "states:StopExecution"}
    assert granted.keys() == files | runs
    assert {json.dumps(granted[action]) for action in files} == {json.dumps({"Fn::Sub": "${InventoryBucket.Arn}/*"})}


def test_the_audit_may_do_nothing_but_index_records() -> None:
    """The function of the audit starts, deletes and lists nothing: it has the table only."""
    granted = {(action, json.dumps(on)) for action, on in allowed("AuditFunctionRole") if on != "*"}
    actions = ("dynamodb:BatchGetItem", "dynamodb:PutItem", "dynamodb:UpdateItem")
    table = json.dumps(arn("MetadataTable"))
    assert {one for one in granted if not one[0].startswith("logs:")} == {(action, table) for action in actions}


def test_only_its_rule_may_start_an_audit() -> None:
    """EventBridge starts audits with a role that allows nothing else."""
    assert allowed("AuditRuleRole") == [("states:StartExecution", ref("AuditPipeline"))]
    assert _trusted("AuditRuleRole") == {"Service": "events.amazonaws.com"}
    (rule_target,) = properties("AuditRule")["Targets"]
    assert (rule_target["Arn"], rule_target["RoleArn"]) == (ref("AuditPipeline"), arn("AuditRuleRole"))


def test_s3_may_write_inventories_of_this_stack_only() -> None:
    """S3 may write below one prefix of the bucket of inventories, for the upload bucket, and leaves the objects to their owner."""
    (write,) = (one for one in statements("InventoryBucketPolicy") if one["Effect"] == "Allow")
    assert (write["Principal"], write["Action"]) == ({"Service": "s3.amazonaws.com"}, ["s3:PutObject"])
    assert write["Resource"] == [{"Fn::Sub": "${InventoryBucket.Arn}/inventories/*"}]
    assert write["Condition"] == {
        "ArnLike": {"aws:SourceArn": arn("UploadBucket")},
        "StringEquals": {"aws:SourceAccount": ref("AWS::AccountId"), "s3:x-amz-acl": "bucket-owner-full-control"},
    }


def _bound(statement: Node) -> bool:
    keys = {key for test in statement.get("Condition", {}).values() for key in test}
    return bool(keys & {"aws:SourceAccount", "aws:SourceArn"})


def _trusted(role: str) -> Node:
    """Return the one principal that may assume a role."""
    (statement,) = properties(role)["AssumeRolePolicyDocument"]["Statement"]
    principal: Node = statement["Principal"]
    assert statement["Action"] == ["sts:AssumeRole"]
    return principal
