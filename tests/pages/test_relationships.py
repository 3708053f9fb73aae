"""Every arrow of the architecture is a reference from one resource to another."""

import re
from typing import Any

import pytest

from tests.templates.emitted import FUNCTIONS, STEPS, Node, arn, at, properties, ref, resources, target

# A variable without the name of its resource.
NAMED_OTHERWISE = {"STATE_MACHINE_ARN": "ProcessingPipeline"}

# Source, path in it, and target of each reference.
ARROWS = [
    ("UploadBucket", "NotificationConfiguration.EventBridgeConfiguration.EventBridgeEnabled", True),
    ("UploadRule", "EventPattern.detail.bucket.name.0", ref("UploadBucket")),
    ("UploadRule", "Targets.0.Arn", arn("ProcessingQueue")),
    ("UploadRule", "Targets.0.DeadLetterConfig.Arn", arn("DeadLetterQueue")),
    ("ProcessingQueue", "RedrivePolicy.deadLetterTargetArn", arn("DeadLetterQueue")),
    ("ProcessingQueueMapping", "EventSourceArn", arn("ProcessingQueue")),
    ("ProcessingQueueMapping", "FunctionName", arn("SqsTriggerFunction")),
    ("GetUploadUrlMethod", "AuthorizerId", ref("CognitoAuthorizer")),
    ("CognitoAuthorizer", "ProviderARNs.0", arn("UserPool")),
    ("UserPoolClient", "UserPoolId", ref("UserPool")),
    ("FinalizeRule", "EventPattern.detail.stateMachineArn.0", ref("ProcessingPipeline")),
    ("FinalizeRule", "Targets.0.Arn", arn("FinalizeFunction")),
    ("SweepRule", "Targets.0.Arn", arn("SweepFunction")),
    ("DailySweepRule", "Targets.0.Arn", arn("SweepFunction")),
]


@pytest.mark.parametrize(("source", "path", "destination"), ARROWS)
def test_arrow_is_a_reference(source: str, path: str, destination: Any) -> None:
    """Where one component of the architecture points to another, its resource refers to the other."""
    assert at(properties(source), path) == destination


def test_pipeline_refers_to_what_it_calls() -> None:
    """Step Functions calls a table by its name, and a topic or a function by its ARN."""
    text = properties("ProcessingPipeline")["DefinitionString"]["Fn::Sub"]
    called = {"MetadataTable", "NotificationTopic", *(f"{step}.Arn" for step in STEPS)}
    assert set(re.findall(r"\$\{(.+?)\}", text)) == {"AWS::Partition", *called}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_variables_refer_to_the_resources_in_their_names(function: str) -> None:
    """A variable of a function refers to the resource that it is named after, and not to another bucket."""
    variables = properties(function)["Environment"]["Variables"]
    # Texts made of several values are those of the web page, whose own tests compare them.
    texts = {"Fn::Join", "Fn::If", "Fn::Sub"}
    named = {
        name: target(value) for name, value in variables.items() if isinstance(value, dict) and not texts & value.keys()
    }
    for name, resource in named.items():
        if resource in resources():
            assert resource == NAMED_OTHERWISE.get(name, name.title().replace("_", ""))


def test_functions_that_open_images_have_the_imaging_layer() -> None:
    """Functions that open images have the imaging layer; functions that only move them do not."""
    users = {name for name, entry in _functions() if ref("ImagingLayer") in entry["Layers"]}
    assert users == {"ValidateFunction", "MetadataFunction", "ResizeFunction", "ThumbnailFunction"}


def test_every_function_has_the_runtime_layer() -> None:
    """Every function has the layer with logging and contracts."""
    assert all(ref("RuntimeLayer") in entry["Layers"] for _, entry in _functions())


def test_request_reaches_the_function_behind_the_authorizer() -> None:
    """GET /upload-url is authorized first, and then passed to the function in full."""
    method = properties("GetUploadUrlMethod")
    assert (method["HttpMethod"], method["AuthorizationType"]) == ("GET", "COGNITO_USER_POOLS")
    assert method["ResourceId"] == ref("UploadUrlResource")
    assert method["Integration"]["Type"] == "AWS_PROXY"
    assert "/functions/${GetUploadUrlFunction.Arn}/invocations" in method["Integration"]["Uri"]["Fn::Sub"]


def _functions() -> list[tuple[str, Node]]:
    return [(name, properties(name)) for name in resources("AWS::Lambda::Function")]
