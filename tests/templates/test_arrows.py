"""Every arrow of the architecture, as a reference from one resource to another."""

import re
from typing import Any

import pytest

from lambdas.storage import STAGED, UPLOADS
from tests.templates.emitted import STEPS, Node, allowed, arn, at, properties, ref, resources, state_of, sub, tasks

UPLOADED = sub(f"${{UploadBucket.Arn}}/{UPLOADS}*")
WAITING = sub(f"${{UploadBucket.Arn}}/{STAGED}*")
ARCHIVED = sub("${ArchiveBucket.Arn}/*")
SETTLING = ["SettleFunction", "SweepFunction"]

# From, where in it, to: what it refers to.
ARROWS = [
    ("UploadBucket", "NotificationConfiguration.EventBridgeConfiguration.EventBridgeEnabled", True),
    ("UploadRule", "EventPattern.detail.bucket.name.0", ref("UploadBucket")),
    ("UploadRule", "Targets.0.Arn", arn("ProcessingQueue")),
    ("UploadRule", "Targets.0.DeadLetterConfig.Arn", arn("DeadLetterQueue")),
    ("ProcessingQueue", "RedrivePolicy.deadLetterTargetArn", arn("DeadLetterQueue")),
    ("ProcessingQueueMapping", "EventSourceArn", arn("ProcessingQueue")),
    ("ProcessingQueueMapping", "FunctionName", arn("SqsTriggerFunction")),
    ("SqsTriggerFunction", "Environment.Variables.STATE_MACHINE_ARN", ref("ProcessingPipeline")),
    ("SqsTriggerFunction", "Environment.Variables.UPLOAD_BUCKET", ref("UploadBucket")),
    ("GetUploadUrlMethod", "AuthorizerId", ref("CognitoAuthorizer")),
    ("CognitoAuthorizer", "ProviderARNs.0", arn("UserPool")),
    ("UserPoolClient", "UserPoolId", ref("UserPool")),
    ("GetUploadUrlFunction", "Environment.Variables.UPLOAD_BUCKET", ref("UploadBucket")),
    ("ArchiveFunction", "Environment.Variables.ARCHIVE_BUCKET", ref("ArchiveBucket")),
    ("SettleRule", "EventPattern.detail.stateMachineArn.0", ref("ProcessingPipeline")),
    ("SettleRule", "Targets.0.Arn", arn("SettleFunction")),
    ("SweepRule", "Targets.0.Arn", arn("SweepFunction")),
    ("DailySweepRule", "Targets.0.Arn", arn("SweepFunction")),
    ("SweepFunction", "Environment.Variables.STATE_MACHINE_ARN", ref("ProcessingPipeline")),
    ("SweepFunction", "Environment.Variables.DEAD_LETTER_QUEUE", ref("DeadLetterQueue")),
    *((name, "Environment.Variables.METADATA_TABLE", ref("MetadataTable")) for name in (*STEPS, *SETTLING)),
    *((name, "Environment.Variables.UPLOAD_BUCKET", ref("UploadBucket")) for name in SETTLING),
    *((name, "Environment.Variables.ARCHIVE_BUCKET", ref("ArchiveBucket")) for name in SETTLING),
    *((name, "Environment.Variables.NOTIFICATION_TOPIC", ref("NotificationTopic")) for name in SETTLING),
]
# Whose role, what it may do, and on what.
RIGHTS = [
    ("GetUploadUrlFunction", "s3:PutObject", UPLOADED),
    ("SqsTriggerFunction", "sqs:ReceiveMessage", arn("ProcessingQueue")),
    ("SqsTriggerFunction", "states:StartExecution", ref("ProcessingPipeline")),
    ("ResizeFunction", "s3:PutObject", WAITING),
    ("ThumbnailFunction", "s3:PutObject", WAITING),
    ("ArchiveFunction", "s3:GetObject", WAITING),
    ("ArchiveFunction", "s3:DeleteObject", WAITING),
    ("ArchiveFunction", "s3:PutObject", ARCHIVED),
    ("ValidateFunction", "dynamodb:PutItem", arn("MetadataTable")),
    ("SweepFunction", "states:StartExecution", ref("ProcessingPipeline")),
    ("SweepFunction", "sqs:ReceiveMessage", arn("DeadLetterQueue")),
    *((step, "s3:GetObjectVersion", UPLOADED) for step in STEPS),
    *((name, "dynamodb:UpdateItem", arn("MetadataTable")) for name in (*STEPS, *SETTLING)),
    *((name, "sns:Publish", ref("NotificationTopic")) for name in SETTLING),
    *((name, "s3:DeleteObject", on) for name in SETTLING for on in (WAITING, ARCHIVED)),
]


@pytest.mark.parametrize(("source", "path", "destination"), ARROWS)
def test_arrow_is_a_reference(source: str, path: str, destination: Any) -> None:
    """Where one component of the architecture points to another, so does its resource."""
    assert at(properties(source), path) == destination


def test_pipeline_refers_to_what_it_calls() -> None:
    """Step Functions takes the name of a table, and the ARN of a topic, which its Ref is, or of a function."""
    text = properties("ProcessingPipeline")["DefinitionString"]["Fn::Sub"]
    called = {"MetadataTable", "NotificationTopic", *(f"{step}.Arn" for step in STEPS)}
    assert set(re.findall(r"\$\{(.+?)\}", text)) == {"AWS::Partition", *called}


@pytest.mark.parametrize(("function", "action", "on"), RIGHTS)
def test_arrow_is_allowed(function: str, action: str, on: Node) -> None:
    """What a function does to another component on the diagram, its role lets it do."""
    assert (action, on) in allowed(f"{function}Role")


@pytest.mark.parametrize("function", STEPS)
def test_pipeline_invokes_each_step_once(function: str) -> None:
    """Every step's function is invoked by one state, over Step Functions' own integration."""
    assert state_of(function)["Resource"].endswith(":states:::lambda:invoke")


@pytest.mark.parametrize("name", ["PublishSuccess", "PublishRejection", "PublishFailure"])
def test_pipeline_publishes_every_end(name: str) -> None:
    """However a picture ends, the topic is told."""
    state = tasks()[name]
    assert state["Resource"].endswith(":states:::sns:publish")
    assert state["Parameters"]["TopicArn"] == "${NotificationTopic}"


def test_picture_functions_use_the_image_library_layer() -> None:
    """Functions that open pictures have the imaging layer; those that only move them do not carry it."""
    users = {name for name, entry in _functions() if ref("ImagingLayer") in entry["Layers"]}
    assert users == {"ValidateFunction", "MetadataFunction", "ResizeFunction", "ThumbnailFunction"}


def test_every_function_has_the_runtime_layer() -> None:
    """Logging and contracts, which all functions use, are in the layer that all have."""
    assert all(ref("RuntimeLayer") in entry["Layers"] for _, entry in _functions())


def test_request_reaches_the_function_behind_the_authorizer() -> None:
    """GET /upload-url asks the authorizer first and then goes to the function with all it brought."""
    method = properties("GetUploadUrlMethod")
    assert (method["HttpMethod"], method["AuthorizationType"]) == ("GET", "COGNITO_USER_POOLS")
    assert method["ResourceId"] == ref("UploadUrlResource")
    assert method["Integration"]["Type"] == "AWS_PROXY"
    assert "/functions/${GetUploadUrlFunction.Arn}/invocations" in method["Integration"]["Uri"]["Fn::Sub"]


def _functions() -> list[tuple[str, Node]]:
    return [(name, properties(name)) for name in resources("AWS::Lambda::Function")]
