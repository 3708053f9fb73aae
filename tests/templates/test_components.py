"""The components of the architecture, under exactly their names, and what is said of parameters and outputs."""

import re

import pytest

from templates.release import contracts_digest, version
from templates.stack import build, render
from tests.templates.emitted import COMPONENTS, Node, properties, resources, template, walk

# The largest template that CloudFormation takes, from S3: bytes, resources, parameters, outputs.
MOST_BYTES, MOST_RESOURCES, MOST_PARAMETERS, MOST_OUTPUTS = 1_000_000, 500, 200, 200


@pytest.mark.parametrize(("name", "kind"), COMPONENTS.items())
def test_component_has_its_name_and_type(name: str, kind: str) -> None:
    """A component of the architecture stands under its logical ID, as its service's resource type."""
    assert resources()[name]["Type"] == kind


@pytest.mark.parametrize("kind", sorted(set(COMPONENTS.values()) - {"AWS::Lambda::LayerVersion"}))
def test_nothing_else_does_a_components_work(kind: str) -> None:
    """Buckets, tables, queues, functions and the like are those of the architecture, and no others."""
    assert resources(kind).keys() == {name for name, found in COMPONENTS.items() if found == kind}


def test_template_is_within_cloudformations_quotas() -> None:
    """The emitted text is no larger, and has no more in it, than CloudFormation takes."""
    assert len(render().encode()) <= MOST_BYTES
    assert len(resources()) <= MOST_RESOURCES
    assert len(template()["Parameters"]) <= MOST_PARAMETERS
    assert len(template()["Outputs"]) <= MOST_OUTPUTS


def test_only_the_artifact_bucket_must_be_given() -> None:
    """Every parameter says what it is, and every one but the artifact bucket has a default."""
    parameters = template()["Parameters"]
    assert all(parameter["Description"] for parameter in parameters.values())
    assert [name for name, parameter in parameters.items() if "Default" not in parameter] == ["ArtifactBucket"]


def test_every_parameter_is_used() -> None:
    """No parameter is there that changes nothing."""
    places = {name: template()[name] for name in ("Conditions", "Resources")}
    used = {node["Ref"] for _, node in walk(places) if isinstance(node, dict) and "Ref" in node}
    texts = [text for path, text in walk(places) if path.endswith(".Fn::Sub")]
    used |= {name for text in texts for name in re.findall(r"\$\{(\w+)\}", text)}
    assert template()["Parameters"].keys() <= used


def test_every_condition_is_used() -> None:
    """No condition is there that decides nothing."""
    of_values = {node["Fn::If"][0] for _, node in walk(resources()) if isinstance(node, dict) and "Fn::If" in node}
    of_resources = {entry["Condition"] for entry in resources().values() if "Condition" in entry}
    assert template()["Conditions"].keys() == of_values | of_resources


def test_console_shows_every_parameter_once_under_a_heading() -> None:
    """The groups of the console's form hold all parameters, in the order of the template."""
    shown = template()["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    assert [name for group in shown for name in group["Parameters"]] == list(template()["Parameters"])
    assert all(group["Label"]["default"] for group in shown)


def test_a_default_is_among_its_parameters_values() -> None:
    """A choice's default is one of what may be chosen, and a text's default fits its pattern."""
    for parameter in template()["Parameters"].values():
        assert parameter.get("Default") in parameter.get("AllowedValues", [parameter.get("Default")])
        assert re.fullmatch(parameter.get("AllowedPattern", ".*"), str(parameter.get("Default", "")))


def test_a_default_is_within_its_parameters_bounds() -> None:
    """A number's default lies between the lowest and the highest value that its parameter takes."""
    for parameter in template()["Parameters"].values():
        if "MinValue" in parameter:
            assert parameter["MinValue"] <= parameter["Default"] <= parameter["MaxValue"]


def test_an_output_is_what_its_name_says() -> None:
    """An output is called after the resource that it names, and after what names it; beside these there is an address."""
    outputs = {name: output["Value"] for name, output in template()["Outputs"].items()}
    assert "${RestApi}" in outputs.pop("UploadUrlEndpoint")["Fn::Sub"]
    assert {outputs.pop("Version"), outputs.pop("ContractsDigest")} == {version(), contracts_digest()}
    for name, value in outputs.items():
        assert re.fullmatch(rf"{value['Ref']}(Id|Name|Url|Arn)", name)
        assert value["Ref"] in resources()


def test_every_output_says_what_it_is() -> None:
    """Each output has a description for the operator who reads it."""
    assert all(output["Description"].strip() for output in template()["Outputs"].values())


def test_pipeline_is_of_the_kind_asked_for() -> None:
    """The state machine is a standard one, whose executions start once a name, unless an express one is asked for."""
    assert properties("ProcessingPipeline")["StateMachineType"] == {"Ref": "WorkflowType"}
    parameter = template()["Parameters"]["WorkflowType"]
    assert (parameter["Default"], parameter["AllowedValues"]) == ("STANDARD", ["STANDARD", "EXPRESS"])


def test_another_kind_of_pipeline_leaves_the_old_one_to_end() -> None:
    """Changing the kind makes a new state machine; the old one is kept, or what it runs would be ended."""
    assert resources()["ProcessingPipeline"]["UpdateReplacePolicy"] == "Retain"


def test_whatever_can_be_tagged_is() -> None:
    """Every resource of a kind that takes tags says which project it is of."""
    takers = {name for name, entry in build().resources.items() if entry.props.keys() & {"Tags", "UserPoolTags"}}
    assert takers
    assert takers == {name for name, entry in resources().items() if _tags(entry["Properties"])}


def _tags(given: Node) -> bool:
    tag = {"Key": "Project", "Value": "quantum-image-processor"}
    return tag in given.get("Tags", []) or given.get("UserPoolTags") == {tag["Key"]: tag["Value"]}
