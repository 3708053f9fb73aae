"""The components of the architecture with their exact names, and the descriptions of parameters and outputs."""

import re

import pytest

from templates.release import contracts_digest, version
from templates.stack import build, render
from tests.templates.emitted import COMPONENTS, Node, properties, resources, template, walk

# The quotas of CloudFormation for a template in S3: bytes, resources, parameters, outputs.
MOST_BYTES, MOST_RESOURCES, MOST_PARAMETERS, MOST_OUTPUTS = 1_000_000, 500, 200, 200


@pytest.mark.parametrize(("name", "kind"), COMPONENTS.items())
def test_component_has_its_name_and_type(name: str, kind: str) -> None:
    """A component of the architecture has its logical ID and its service's resource type."""
    assert resources()[name]["Type"] == kind


@pytest.mark.parametrize("kind", sorted(set(COMPONENTS.values()) - {"AWS::Lambda::LayerVersion"}))
def test_there_are_no_other_components(kind: str) -> None:
    """There are no other buckets, tables, queues, functions and the like than those of the architecture."""
    assert resources(kind).keys() == {name for name, found in COMPONENTS.items() if found == kind}


def test_template_is_within_cloudformations_quotas() -> None:
    """Size and number of entries of the template are within the quotas of CloudFormation."""
    assert len(render().encode()) <= MOST_BYTES
    assert len(resources()) <= MOST_RESOURCES
    assert len(template()["Parameters"]) <= MOST_PARAMETERS
    assert len(template()["Outputs"]) <= MOST_OUTPUTS


def test_only_the_artifact_bucket_must_be_given() -> None:
    """Every parameter has a description, and every one but the artifact bucket has a default."""
    parameters = template()["Parameters"]
    assert all(parameter["Description"] for parameter in parameters.values())
    assert [name for name, parameter in parameters.items() if "Default" not in parameter] == ["ArtifactBucket"]


def test_every_parameter_is_used() -> None:
    """No parameter is unused."""
    places = {name: template()[name] for name in ("Conditions", "Resources")}
    used = {node["Ref"] for _, node in walk(places) if isinstance(node, dict) and "Ref" in node}
    texts = [text for path, text in walk(places) if path.endswith(".Fn::Sub")]
    used |= {name for text in texts for name in re.findall(r"\$\{(\w+)\}", text)}
    assert template()["Parameters"].keys() <= used


def test_every_condition_is_used() -> None:
    """No condition is unused."""
    of_values = {node["Fn::If"][0] for _, node in walk(resources()) if isinstance(node, dict) and "Fn::If" in node}
    of_resources = {entry["Condition"] for entry in resources().values() if "Condition" in entry}
    assert template()["Conditions"].keys() == of_values | of_resources


def test_every_parameter_is_in_one_group() -> None:
    """The groups of the console have all parameters, in the order of the template."""
    shown = template()["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    assert [name for group in shown for name in group["Parameters"]] == list(template()["Parameters"])
    assert all(group["Label"]["default"] for group in shown)


def test_a_default_is_among_its_parameters_values() -> None:
    """The default of a choice is one of its values, and the default of a text matches its pattern."""
    for parameter in template()["Parameters"].values():
        assert parameter.get("Default") in parameter.get("AllowedValues", [parameter.get("Default")])
        assert re.fullmatch(parameter.get("AllowedPattern", ".*"), str(parameter.get("Default", "")))


def test_a_default_is_within_its_parameters_bounds() -> None:
    """The default of a number is between its minimum and maximum."""
    for parameter in template()["Parameters"].values():
        if "MinValue" in parameter:
            assert parameter["MinValue"] <= parameter["Default"] <= parameter["MaxValue"]


def test_outputs_refer_to_the_resources_in_their_names() -> None:
    """An output is named after its resource and the kind of its value; only those of the API are not."""
    outputs = {name: output["Value"] for name, output in template()["Outputs"].items()}
    of_api = ("ApiEndpoint", "UploadUrlEndpoint", "WebPageUrl")
    assert all("${RestApi}" in outputs.pop(name)["Fn::Sub"] for name in of_api)
    assert {outputs.pop("Version"), outputs.pop("ContractsDigest")} == {version(), contracts_digest()}
    for name, value in outputs.items():
        assert re.fullmatch(rf"{value['Ref']}(Id|Name|Url|Arn)", name)
        assert value["Ref"] in resources()


def test_every_output_has_a_description() -> None:
    """Each output has a description."""
    assert all(output["Description"].strip() for output in template()["Outputs"].values())


def test_workflow_type_is_a_parameter() -> None:
    """The state machine is STANDARD, with unique names of executions, unless EXPRESS is chosen."""
    assert properties("ProcessingPipeline")["StateMachineType"] == {"Ref": "WorkflowType"}
    parameter = template()["Parameters"]["WorkflowType"]
    assert (parameter["Default"], parameter["AllowedValues"]) == ("STANDARD", ["STANDARD", "EXPRESS"])


def test_another_workflow_type_keeps_the_old_state_machine() -> None:
    """Another workflow type creates a new state machine; the old one is kept, since its deletion would stop its executions."""
    assert resources()["ProcessingPipeline"]["UpdateReplacePolicy"] == "Retain"


def test_everything_is_tagged() -> None:
    """Every resource of a type with tags has the tag of the project."""
    takers = {name for name, entry in build().resources.items() if entry.props.keys() & {"Tags", "UserPoolTags"}}
    assert takers
    assert takers == {name for name, entry in resources().items() if _tags(entry["Properties"])}


def _tags(given: Node) -> bool:
    tag = {"Key": "Project", "Value": "quantum-image-processor"}
    return tag in given.get("Tags", []) or given.get("UserPoolTags") == {tag["Key"]: tag["Value"]}
