"""The grants of the template, and their ARNs in a test's account."""

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.fake_aws.account import UPLOAD_BUCKET
from tests.permissions.calls import Permission
from tests.permissions.grants import BY_AWS, NAMES, Grant, by_aws, granted, grants_of, roles
from tests.templates.emitted import properties, resources, target

OBJECTS = {"Fn::Sub": "${UploadBucket.Arn}/uploads/*"}
READ = Grant("ValidateFunctionRole", "s3:GetObject", json.dumps(OBJECTS))
TLS_ONLY = '{"Bool": {"aws:SecureTransport": "%s"}}'
LIST = Grant(
    "ValidateFunctionRole",
    "s3:ListBucketVersions",
    json.dumps({"Fn::GetAtt": ["UploadBucket", "Arn"]}),
    json.dumps({"StringLike": {"s3:prefix": "uploads/*"}}),
)
MACHINE = "arn:aws:states:eu-central-1:123456789012:stateMachine:mine"
QUEUE_URL = "https://sqs.eu-central-1.amazonaws.com/123456789012/mine"
EXECUTIONS = "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:execution:${ProcessingPipeline.Name}:*"


def test_upload_bucket_has_one_name_in_all_tests() -> None:
    """The input of a step names the upload bucket: all tests use the same name."""
    assert NAMES["UploadBucket"] == UPLOAD_BUCKET


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        ({"Fn::GetAtt": ["UploadBucket", "Arn"]}, "arn:aws:s3:::mine"),
        (OBJECTS, "arn:aws:s3:::mine/uploads/*"),
        ({"Fn::GetAtt": ["MetadataTable", "Arn"]}, "arn:aws:dynamodb:eu-central-1:123456789012:table/mine"),
        ({"Ref": "ProcessingPipeline"}, MACHINE),
        ({"Fn::Sub": EXECUTIONS}, "arn:aws:states:eu-central-1:123456789012:execution:mine:*"),
        ({"Fn::GetAtt": ["DeadLetterQueue", "Arn"]}, "arn:aws:sqs:eu-central-1:123456789012:mine"),
        ({"Fn::GetAtt": ["ProcessingQueue", "Arn"]}, "${ProcessingQueue.Arn}"),
        ("*", "*"),
    ],
    ids=str,
)
def test_references_are_those_of_the_variables(monkeypatch: pytest.MonkeyPatch, resource: Any, expected: str) -> None:
    """A resource is the one in the functions' variables; a resource in none of them is unknown."""
    for variable in ("UPLOAD_BUCKET", "METADATA_TABLE"):
        monkeypatch.setenv(variable, "mine")
    monkeypatch.setenv("STATE_MACHINE_ARN", MACHINE)
    monkeypatch.setenv("DEAD_LETTER_QUEUE", QUEUE_URL)
    assert replace(READ, resource=json.dumps(resource)).arn == expected


@pytest.mark.parametrize(
    ("grant", "action", "key", "allowed"),
    [
        (READ, "s3:GetObject", "uploads/b", True),
        (READ, "s3:GetObject", "uploads/b/c", True),
        (READ, "s3:GetObject", "staged/b", False),
        (READ, "s3:GetObject", "Uploads/b", False),
        (READ, "s3:GetObjectVersion", "uploads/b", False),
        (replace(READ, condition=TLS_ONLY % "true"), "s3:GetObject", "uploads/b", True),
        (replace(READ, condition=TLS_ONLY % "false"), "s3:GetObject", "uploads/b", False),
    ],
)
def test_a_grant_allows_its_action_on_its_keys(grant: Grant, action: str, key: str, allowed: bool) -> None:
    """A grant allows one action, on keys with exactly its prefix, and only under its condition."""
    assert grant.allows(Permission(action, f"arn:aws:s3:::{NAMES['UploadBucket']}/{key}")) is allowed


@pytest.mark.parametrize(
    ("prefix", "allowed"), [("uploads/", True), ("uploads/b", True), ("staged/", False), ("", False), (None, False)]
)
def test_a_listing_is_allowed_by_its_prefix(prefix: str | None, allowed: bool) -> None:
    """A permission to list a prefix allows only that, and does not reveal that objects elsewhere do not exist."""
    permission = Permission("s3:ListBucketVersions", f"arn:aws:s3:::{NAMES['UploadBucket']}", prefix)
    assert LIST.allows(permission) is allowed


def test_every_role_of_a_function_has_grants() -> None:
    """Every function has grants of its own, and AWS uses none of those; the one with the web page calls no service."""
    assert {grant.role for grant in granted()} == set(roles().values()) - {"WebPageFunctionRole"}
    assert not any(by_aws(grant) for grant in granted())


def test_lambda_polls_its_queue_and_handlers_receive_from_others() -> None:
    """Lambda receives from the queue that it polls; the handler receives from any other."""
    receiving = [
        grant for role in roles().values() for grant in grants_of(role) if grant.action == "sqs:ReceiveMessage"
    ]
    queues = {json.loads(grant.resource)["Fn::GetAtt"][0]: by_aws(grant) for grant in receiving}
    assert queues == {"ProcessingQueue": True, "DeadLetterQueue": False}


@pytest.mark.parametrize("role", roles().values())
def test_nothing_is_granted_twice(role: str) -> None:
    """A role grants each action on each resource once; a second grant would never be unused."""
    grants = grants_of(role)
    assert len(grants) == len(set(grants))


def test_a_function_receives_from_its_own_queue_only() -> None:
    """The event source polls its queue under the role of its function."""
    for entry in resources("AWS::Lambda::EventSourceMapping").values():
        source = entry["Properties"]
        role = target(properties(target(source["FunctionName"]))["Role"])
        receiving = {target(json.loads(grant.resource)) for grant in grants_of(role) if "sqs:" in grant.action}
        assert receiving == {target(source["EventSourceArn"])}


@pytest.mark.parametrize("action", BY_AWS)
def test_grants_that_aws_uses_are_where_it_uses_them(action: str) -> None:
    """Every function may write its log; traced functions may send traces, those with a queue may receive from it.

    S3 decrypts what ImportFunction reads.
    """
    granting = [(role, grant) for role in roles().values() for grant in grants_of(role) if by_aws(grant)]
    given = {role for role, grant in granting if grant.action == action}
    assert given == {target(properties(name)["Role"]) for name in _served(action.partition(":")[0])}
    assert given


def _served(service: str) -> set[str]:
    """Return the functions for which AWS calls service."""
    functions = resources("AWS::Lambda::Function").keys()
    return {
        "logs": set(functions),
        "kms": {"ImportFunction"},
        "xray": {name for name in functions if properties(name).get("TracingConfig") == {"Mode": "Active"}},
        "sqs": {
            target(entry["Properties"]["FunctionName"])
            for entry in resources("AWS::Lambda::EventSourceMapping").values()
        },
    }[service]
