"""The refusals of a template's form, counts and references, which emulators accept."""

import json
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from templates.refusals.check import TemplateRefusedError, check_deployment, check_template, refusals
from templates.refusals.given import STACK_NAME
from templates.refusals.refusal import Refusal
from tests.effort import times
from tests.templates.emitted import Node, template
from tests.templates.refusals.changes import CHANGES, Change, refused, setting


def test_condition_named_like_a_resource_is_no_circle() -> None:
    """Conditions have their own names: a resource with a condition of the same name does not depend on itself."""

    def change(node: Node) -> None:
        node["Conditions"]["UserPool"] = {"Fn::Equals": [{"Ref": "UserMfa"}, "ON"]}
        node["Resources"]["UserPool"]["Condition"] = "UserPool"

    assert refused(change) == []


def test_template_is_not_refused() -> None:
    """AWS accepts the template, as far as its documentation states what is refused."""
    assert refusals(json.dumps(template())) == []


@pytest.mark.parametrize("fault", [*CHANGES][:: times(3, 1)])
def test_fault_is_refused(fault: str) -> None:
    """Each fault is refused with its path, a remedy and the page that states the rule; nothing else is refused."""
    change, expected = CHANGES[fault]
    found = refused(change)
    assert found
    assert all(expected in one for one in found)
    assert all("; " in one and one.endswith(")") for one in found)


@pytest.mark.share(1)
@pytest.mark.parametrize(
    ("section", "most", "entry"),
    [
        ("Parameters", 200, {"Type": "String", "Default": ""}),
        ("Outputs", 200, {"Value": "a"}),
        ("Mappings", 200, {"a": {"b": "c"}}),
        ("Resources", 500, {"Type": "AWS::CloudFormation::WaitConditionHandle"}),
    ],
)
def test_count_is_bounded(section: str, most: int, entry: Node) -> None:
    """As many entries as CloudFormation allows are accepted, and one more is refused."""

    def fill(number: int) -> Change:
        def change(node: Node) -> None:
            entries = node.setdefault(section, {})
            entries.update({f"More{index}": entry for index in range(number - len(entries))})

        return change

    assert refused(fill(most)) == []
    (found,) = refused(fill(most + 1))
    assert found.startswith(f"$.{section}: {most + 1} {section.lower()}, and the maximum is {most}; ")


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("Description", 1024),
        ("Outputs/UserPoolId/Description", 1024),
        ("Parameters/Quality/Description", 4000),
    ],
)
def test_text_is_bounded(path: str, most: int) -> None:
    """The length of descriptions is limited."""
    assert refused(setting(path, "x" * most)) == []
    (found,) = refused(setting(path, "x" * (most + 1)))
    assert found.startswith(f"$.{path.replace('/', '.')}: {most + 1:,} ")


def test_default_is_bounded() -> None:
    """The value of a parameter has at most 4,096 bytes, its default too."""
    fits, exceeds = ({"Type": "String", "Default": "x" * number} for number in (4096, 4097))
    assert refused(setting("Parameters/Own", fits)) == []
    (found,) = refused(setting("Parameters/Own", exceeds))
    assert found.startswith("$.Parameters.Own.Default: 4,097 bytes, and the maximum is 4,096; ")


def test_bytes_are_counted_where_bytes_are_meant() -> None:
    """A description of 1,024 bytes has half as many characters if they are umlauts."""
    assert refused(setting("Description", "ä" * 512)) == []
    assert "1,026 bytes, and the maximum is 1,024" in refused(setting("Description", "ä" * 513))[0]


@pytest.mark.parametrize("section", ["Parameters", "Outputs", "Mappings", "Resources", "Conditions"])
def test_names_are_bounded(section: str) -> None:
    """A name has at most 255 characters."""
    entry: dict[str, Node] = {
        "Parameters": {"Type": "String"},
        "Outputs": {"Value": "a"},
        "Mappings": {"a": {"b": "c"}},
        "Resources": {"Type": "AWS::CloudFormation::WaitConditionHandle"},
        "Conditions": {"Fn::Equals": ["a", "b"]},
    }
    assert refused(setting(f"{section}/{'N' * 255}", entry[section])) == []
    if section != "Conditions":  # the page states no limit for them
        assert (
            "256 characters in the name, and the maximum is 255"
            in refused(setting(f"{section}/{'N' * 256}", entry[section]))[0]
        )


def test_attributes_of_a_mapping_are_bounded() -> None:
    """A mapping has at most 200 attributes, with names of 255 characters."""
    assert refused(setting("Mappings/Sizes/large", {f"a{number}": "x" for number in range(200)})) == []
    assert "201 attributes" in refused(setting("Mappings/Sizes/large", {f"a{number}": "x" for number in range(201)}))[0]
    assert "256 characters in the name" in refused(setting("Mappings/Sizes/large", {"a" * 256: "x"}))[0]
    assert "256 characters in the name" in refused(setting("Mappings/Sizes", {"a" * 256: {"b": "x"}}))[0]


def test_dynamic_references_are_bounded() -> None:
    """A template has at most sixty dynamic references."""
    assert refused(setting("Metadata/Own", ["{{resolve:ssm:a}}"] * 60)) == []
    assert "61 dynamic references" in refused(setting("Metadata/Own", ["{{resolve:ssm:a}}"] * 61))[0]


def test_size_is_bounded() -> None:
    """A template of a million bytes is accepted from S3, and one with a byte more is not."""
    room = 1_000_000 - len(json.dumps({**template(), "Metadata": ""}))
    assert refused(setting("Metadata", "x" * room)) == []
    assert refused(setting("Metadata", "x" * (room + 1)))[0].startswith(
        "$: 1,000,001 bytes, and the maximum is 1,000,000"
    )


SPOILS: list[Any] = [
    None,
    True,
    1,
    "x",
    "",
    [],
    [[]],
    ["a"],
    {},
    {"a": 1},
    {"Ref": 1},
    {"Fn::Sub": {"Ref": "a"}},
    {"Fn::Join": 1},
]


def _places(value: Any) -> list[tuple[Any, Any]]:
    """Return each place within a JSON value: its container, and its name or number there."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [found for name, one in inner for found in [(value, name), *_places(one)]]


@settings(max_examples=times(15, 100))
@given(number=st.integers(min_value=0), spoil=st.sampled_from(SPOILS))
def test_any_value_at_any_place_is_checked(number: int, spoil: Any) -> None:
    """A template is checked with any value at any place, and never causes another error."""
    changed = deepcopy(template())
    places = _places(changed)
    holder, name = places[number % len(places)]
    holder[name] = spoil
    assert all(isinstance(one, Refusal) for one in refusals(json.dumps(changed)))


def test_all_reasons_are_reported_at_once() -> None:
    """The error has every reason, one per line, and none of the values."""

    def spoil(node: Node) -> None:
        setting("Description", None)(node)
        setting("Outputs/UserPoolId/Description", {"Secret": "hidden"})(node)

    changed = deepcopy(template())
    spoil(changed)
    with pytest.raises(
        TemplateRefusedError, match=r"^AWS would refuse the template:\n  \$\.Desc.*\n  \$\.Outputs"
    ) as found:
        check_template(json.dumps(changed))
    assert "hidden" not in str(found.value)


@pytest.mark.share(8)
@pytest.mark.parametrize(
    ("invalid", "expected"),
    [
        ({"stack": "s" * 129}, "the stack: 129 characters in the stack's name, and the maximum is 128"),
        (
            {"parameters": {"AlarmEmail": f"a@{'x' * 4095}"}},
            "the parameter AlarmEmail: 4,097 bytes, and the maximum is 4,096",
        ),
        (
            {"parameters": {"AllowedOrigins": f"https://{'x' * 4000}"}},
            "GetUploadUrlFunction.Properties.Environment.Variables: ",
        ),
        ({"stack": "my_stack"}, "the stack: its name may only have A-Z, a-z, 0-9 and -"),
        ({"stack": "1st"}, "the stack: its name may only have A-Z, a-z, 0-9 and -, and has to begin"),
        (
            {"parameters": {"Quality": "101"}},
            "the parameter Quality: this number is not between 1 and 100; use one that is",
        ),
        ({"parameters": {"Quality": "0"}}, "the parameter Quality: this number is not between 1 and 100"),
        ({"parameters": {"Quality": "good"}}, "the parameter Quality: this value is not a number"),
        (
            {"parameters": {"WorkflowType": "express"}},
            "WorkflowType: this value is not allowed; use one of STANDARD, EXPRESS",
        ),
        ({"parameters": {"LogRetentionDays": "31"}}, "the parameter LogRetentionDays: this value is not allowed"),
        ({"parameters": {"AlarmEmail": "nobody"}}, "the parameter AlarmEmail: this value does not match ^([^@ ]+@"),
        (
            {"parameters": {"AllowedOrigins": "https://a.example,b"}},
            "the parameter AllowedOrigins: this value does not match",
        ),
        (
            {"parameters": {"EnabledFormats": "JPEG,HEIC"}},
            "the parameter EnabledFormats: this value does not match ^(JPEG|PNG|",
        ),
        ({"parameters": {"EnabledFormats": ""}}, "the parameter EnabledFormats: this value does not match"),
        ({"tags": {f"t{number}": "" for number in range(51)}}, "the stack: 51 tags, and the maximum is 50"),
        ({"tags": {"k" * 129: ""}}, "129 characters in the tag's key, and the maximum is 128"),
        ({"tags": {"Team": "x" * 257}}, "the tag Team: 257 characters, and the maximum is 256"),
    ],
)
def test_input_of_a_deployment_is_checked(invalid: dict[str, Any], expected: str) -> None:
    """A deployment is refused for its name, tags or parameters, and for the template with these parameters."""
    largest: dict[str, Any] = {
        "stack": "s" * 128,
        "parameters": {"AlarmEmail": f"a@{'x' * 4094}"},
        "tags": {"k" * 128: "x" * 256},
    }
    check_deployment(json.dumps(template()), **largest)
    with pytest.raises(TemplateRefusedError, match=r"^AWS would refuse the deployment:\s") as found:
        check_deployment(json.dumps(template()), **{**largest, **invalid})
    assert expected in str(found.value)


@pytest.mark.parametrize(
    "parameters",
    [
        {"Quality": "1", "MaxBytes": "100000000", "LogRetentionDays": "30"},
        {"AllowedOrigins": "https://a.example, http://localhost:3000", "ResizeEdges": "2048,1024"},
        {"AllowedOrigins": "*", "WebAclArn": "", "AlarmEmail": "", "WorkflowType": "EXPRESS"},
        {"EnabledFormats": "WEBP,JPEG,PNG"},
    ],
)
def test_declared_values_are_accepted(parameters: dict[str, str]) -> None:
    """Values that a parameter's type, list, limits and pattern allow are accepted, also in a stack named by its ARN."""
    name = "s" * STACK_NAME.most
    arn = f"arn:aws:cloudformation:eu-central-1:123456789012:stack/{name}/e722ae60-fe62-11e8-9a0e-0ae8cc519968"
    check_deployment(json.dumps(template()), arn, {"ArtifactBucket": "my-bucket", **parameters}, {})
