"""The twelve components of the architecture, under exactly their names."""

import pytest

from generate import render
from tests.templates.emitted import FUNCTIONS, properties, resources, template, walk

COMPONENTS = {
    "UploadBucket": "AWS::S3::Bucket",
    "ArchiveBucket": "AWS::S3::Bucket",
    "MetadataTable": "AWS::DynamoDB::Table",
    "ProcessingQueue": "AWS::SQS::Queue",
    "DeadLetterQueue": "AWS::SQS::Queue",
    "NotificationTopic": "AWS::SNS::Topic",
    "ProcessingPipeline": "AWS::StepFunctions::StateMachine",
    "UploadRule": "AWS::Events::Rule",
    "RestApi": "AWS::ApiGateway::RestApi",
    "CognitoAuthorizer": "AWS::ApiGateway::Authorizer",
    "UserPool": "AWS::Cognito::UserPool",
    "ImagingLayer": "AWS::Lambda::LayerVersion",
    **dict.fromkeys(FUNCTIONS, "AWS::Lambda::Function"),
}
INLINE_LIMIT = 51_200  # bytes: the largest template that CloudFormation takes in a call


@pytest.mark.parametrize(("name", "kind"), COMPONENTS.items())
def test_component_has_its_name_and_type(name: str, kind: str) -> None:
    """A component of the architecture stands under its logical ID, as its service's resource type."""
    assert resources()[name]["Type"] == kind


@pytest.mark.parametrize("kind", sorted(set(COMPONENTS.values()) - {"AWS::Lambda::LayerVersion"}))
def test_nothing_else_does_a_components_work(kind: str) -> None:
    """Buckets, tables, queues, functions and the like are those of the architecture, and no others."""
    assert resources(kind).keys() == {name for name, found in COMPONENTS.items() if found == kind}


def test_template_is_small_enough_to_be_passed_inline() -> None:
    """The emitted text is no larger than CloudFormation takes without a detour over S3."""
    assert len(render().encode()) <= INLINE_LIMIT


def test_only_the_artifact_bucket_must_be_given() -> None:
    """Every parameter says what it is, and every one but the artifact bucket has a default."""
    parameters = template()["Parameters"]
    assert all(parameter["Description"] for parameter in parameters.values())
    assert [name for name, parameter in parameters.items() if "Default" not in parameter] == ["ArtifactBucket"]


def test_every_parameter_is_used() -> None:
    """No parameter is there that changes nothing."""
    used = {node["Ref"] for _, node in walk(template()["Resources"]) if isinstance(node, dict) and "Ref" in node}
    assert template()["Parameters"].keys() <= used


def test_a_default_is_within_its_parameters_bounds() -> None:
    """A number's default lies between the lowest and the highest value that its parameter takes."""
    for parameter in template()["Parameters"].values():
        if "MinValue" in parameter:
            assert parameter["MinValue"] <= parameter["Default"] <= parameter["MaxValue"]


def test_every_output_says_what_it_is() -> None:
    """Each output has a sentence for the operator who reads it."""
    assert all(output["Description"] and output["Value"] for output in template()["Outputs"].values())


def test_pipeline_is_of_the_standard_kind() -> None:
    """Executions start once a name, which only a standard state machine promises."""
    assert properties("ProcessingPipeline")["StateMachineType"] == "STANDARD"
