"""The permissions that each call needs."""

import pytest

from tests.permissions.calls import Params, Permission, UnknownCallError, listing, needed

PLACE = {"Bucket": "a", "Key": "uploads/b"}
STAGED = {"Bucket": "a", "Key": "staged/c"}
COPY = {"Bucket": "d", "Key": "e"}
VERBS = ("Get", "Put", "Update", "Delete")
ON_A, ON_D = "arn:aws:s3:::a", "arn:aws:s3:::d"
MACHINE = "arn:aws:states:eu-central-1:123456789012:stateMachine:pipeline"
EXECUTION = "arn:aws:states:eu-central-1:123456789012:execution:pipeline:a-1"
TABLE = "arn:aws:dynamodb:eu-central-1:123456789012:table/records"
TOPIC = "arn:aws:sns:eu-central-1:123456789012:ends"
QUEUE_URL = "https://sqs.eu-central-1.amazonaws.com/123456789012/dead-letters"
QUEUE = "arn:aws:sqs:eu-central-1:123456789012:dead-letters"


@pytest.mark.parametrize(
    ("operation", "params", "permissions"),
    [
        ("s3:GetObject", PLACE, [("s3:GetObject", f"{ON_A}/uploads/b")]),
        ("s3:GetObject", {**PLACE, "VersionId": "1"}, [("s3:GetObjectVersion", f"{ON_A}/uploads/b")]),
        ("s3:HeadObject", PLACE, [("s3:GetObject", f"{ON_A}/uploads/b")]),
        ("s3:PutObject", STAGED, [("s3:PutObject", f"{ON_A}/staged/c")]),
        (
            "s3:PutObject",
            {**STAGED, "Tagging": "x=y"},
            [("s3:PutObject", f"{ON_A}/staged/c"), ("s3:PutObjectTagging", f"{ON_A}/staged/c")],
        ),
        (
            "s3:CopyObject",
            {**COPY, "CopySource": STAGED},
            [("s3:GetObject", f"{ON_A}/staged/c"), ("s3:PutObject", f"{ON_D}/e")],
        ),
        (
            "s3:CopyObject",
            {**COPY, "CopySource": {**PLACE, "VersionId": "1"}},
            [("s3:GetObjectVersion", f"{ON_A}/uploads/b"), ("s3:PutObject", f"{ON_D}/e")],
        ),
        (
            "s3:DeleteObjects",
            {"Bucket": "a", "Delete": {"Objects": [{"Key": "b"}, {"Key": "c", "VersionId": "1"}]}},
            [
                ("s3:DeleteObject", f"{ON_A}/b"),
                ("s3:DeleteObject", f"{ON_A}/c"),
                ("s3:DeleteObjectVersion", f"{ON_A}/c"),
            ],
        ),
        ("s3:ListObjectsV2", {"Bucket": "a", "Prefix": "staged/"}, [("s3:ListBucket", ON_A, "staged/")]),
        ("s3:ListObjectsV2", {"Bucket": "a"}, [("s3:ListBucket", ON_A, "")]),
        (
            "s3:ListObjectVersions",
            {"Bucket": "a", "Prefix": "uploads/b"},
            [("s3:ListBucketVersions", ON_A, "uploads/b")],
        ),
        *((f"dynamodb:{verb}Item", {"TableName": "records"}, [(f"dynamodb:{verb}Item", TABLE)]) for verb in VERBS),
        ("dynamodb:BatchGetItem", {"RequestItems": {"records": {}}}, [("dynamodb:BatchGetItem", TABLE)]),
        (
            "dynamodb:Query",
            {"TableName": "records", "IndexName": "OwnerIndex"},
            [("dynamodb:Query", f"{TABLE}/index/OwnerIndex")],
        ),
        ("sns:Publish", {"TopicArn": TOPIC}, [("sns:Publish", TOPIC)]),
        ("sqs:ReceiveMessage", {"QueueUrl": QUEUE_URL}, [("sqs:ReceiveMessage", QUEUE)]),
        ("stepfunctions:StartExecution", {"stateMachineArn": MACHINE}, [("states:StartExecution", MACHINE)]),
        ("stepfunctions:DescribeExecution", {"executionArn": EXECUTION}, [("states:DescribeExecution", EXECUTION)]),
        ("stepfunctions:GetExecutionHistory", {"executionArn": EXECUTION}, [("states:GetExecutionHistory", EXECUTION)]),
    ],
)
def test_a_call_needs_its_actions_on_its_target(
    operation: str, params: Params, permissions: list[tuple[str, ...]]
) -> None:
    """Each action is on the ARN of its target; a version needs another action, and a listing has a prefix."""
    assert needed(operation, params) == [Permission(*permission) for permission in permissions]


def test_another_region_is_another_table() -> None:
    """A table of the same name in another region is not the stack's."""
    (permission,) = needed("dynamodb:UpdateItem", {"TableName": "records"}, "us-east-1")
    assert permission.arn == TABLE.replace("eu-central-1", "us-east-1")


@pytest.mark.parametrize("operation", ["s3:ListBuckets", "dynamodb:Scan", "sns:Subscribe"])
def test_an_unknown_call_is_an_error(operation: str) -> None:
    """An unknown call is an error that names it, and the table to add it to."""
    with pytest.raises(UnknownCallError, match=f"{operation}: .*calls.py"):
        needed(operation, {})


@pytest.mark.parametrize(
    ("params", "bucket"), [(PLACE, ON_A), ({**COPY, "CopySource": STAGED}, ON_A)], ids=["an object", "a copy's source"]
)
def test_missing_objects_need_the_permission_to_list(params: Params, bucket: str) -> None:
    """To learn that an object does not exist needs the permission to list its bucket."""
    assert listing(params) == Permission("s3:ListBucket", bucket)
