"""What CloudFormation refuses in a template's form, counts and references, and emulators take."""

import json
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from templates.refusals.check import TemplateRefusedError, check_deployment, check_template, refusals
from templates.refusals.refusal import Refusal
from tests.templates.emitted import Node, template
from tests.templates.refusals.changes import CHANGES, Change, refused, setting


def test_condition_that_is_called_like_a_resource_is_no_circle() -> None:
    """Conditions have names of their own: a resource that depends on the condition of its name does not need itself."""

    def change(node: Node) -> None:
        node["Conditions"]["UserPool"] = {"Fn::Equals": [{"Ref": "UserMfa"}, "ON"]}
        node["Resources"]["UserPool"]["Condition"] = "UserPool"

    assert refused(change) == []


def test_our_template_is_notrefused() -> None:
    """AWS takes what `generate.py` makes, as far as its documentation states what is refused."""
    assert refusals(json.dumps(template())) == []


@pytest.mark.parametrize("fault", CHANGES)
def test_fault_isrefused(fault: str) -> None:
    """Each fault is refused with its place, what to do, and the page that says so; nothing else is found."""
    change, expected = CHANGES[fault]
    found = refused(change)
    assert found
    assert all(expected in one for one in found)
    assert all("; " in one and one.endswith(")") for one in found)


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
    """As many entries as CloudFormation takes are taken, and one more is refused."""

    def fill(number: int) -> Change:
        def change(node: Node) -> None:
            entries = node.setdefault(section, {})
            entries.update({f"More{index}": entry for index in range(number - len(entries))})

        return change

    assert refused(fill(most)) == []
    (found,) = refused(fill(most + 1))
    assert found.startswith(f"$.{section}: {most + 1} {section.lower()}, and {most} are the most; ")


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("Description", 1024),
        ("Outputs/UserPoolId/Description", 1024),
        ("Parameters/Quality/Description", 4000),
    ],
)
def test_text_is_bounded(path: str, most: int) -> None:
    """Descriptions and defaults may be so long, and no longer."""
    assert refused(setting(path, "x" * most)) == []
    (found,) = refused(setting(path, "x" * (most + 1)))
    assert found.startswith(f"$.{path.replace('/', '.')}: {most + 1:,} ")


def test_default_is_bounded() -> None:
    """A parameter's value has 4,096 bytes at most, its default too."""
    fits, exceeds = ({"Type": "String", "Default": "x" * number} for number in (4096, 4097))
    assert refused(setting("Parameters/Own", fits)) == []
    (found,) = refused(setting("Parameters/Own", exceeds))
    assert found.startswith("$.Parameters.Own.Default: 4,097 bytes, and 4,096 are the most; ")


def test_bytes_are_counted_where_bytes_are_meant() -> None:
    """A description of 1,024 bytes has half as many letters with umlauts."""
    assert refused(setting("Description", "ä" * 512)) == []
    assert "1,026 bytes, and 1,024 are the most" in refused(setting("Description", "ä" * 513))[0]


@pytest.mark.parametrize("section", ["Parameters", "Outputs", "Mappings", "Resources", "Conditions"])
def test_names_are_bounded(section: str) -> None:
    """A name has 255 characters at most."""
    entry: dict[str, Node] = {
        "Parameters": {"Type": "String"},
        "Outputs": {"Value": "a"},
        "Mappings": {"a": {"b": "c"}},
        "Resources": {"Type": "AWS::CloudFormation::WaitConditionHandle"},
        "Conditions": {"Fn::Equals": ["a", "b"]},
    }
    assert refused(setting(f"{section}/{'N' * 255}", entry[section])) == []
    if section != "Conditions":  # of which the page says nothing
        assert (
            "256 characters in the name, and 255 are the most"
            in refused(setting(f"{section}/{'N' * 256}", entry[section]))[0]
        )


def test_attributes_of_a_mapping_are_bounded() -> None:
    """A mapping has 200 attributes at most, with names of 255 characters."""
    assert refused(setting("Mappings/Sizes/large", {f"a{number}": "x" for number in range(200)})) == []
    assert "201 attributes" in refused(setting("Mappings/Sizes/large", {f"a{number}": "x" for number in range(201)}))[0]
    assert "256 characters in the name" in refused(setting("Mappings/Sizes/large", {"a" * 256: "x"}))[0]
    assert "256 characters in the name" in refused(setting("Mappings/Sizes", {"a" * 256: {"b": "x"}}))[0]


def test_dynamic_references_are_bounded() -> None:
    """Sixty dynamic references in a template, and no more."""
    assert refused(setting("Metadata/Own", ["{{resolve:ssm:a}}"] * 60)) == []
    assert "61 dynamic references" in refused(setting("Metadata/Own", ["{{resolve:ssm:a}}"] * 61))[0]


def test_size_is_bounded() -> None:
    """A template of a million bytes is taken from S3, one of a byte more is not."""
    room = 1_000_000 - len(json.dumps({**template(), "Metadata": ""}))
    assert refused(setting("Metadata", "x" * room)) == []
    assert refused(setting("Metadata", "x" * (room + 1)))[0].startswith(
        "$: 1,000,001 bytes, and 1,000,000 are the most"
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
    """Return each place within a JSON value: what it is in, and under which name or number."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [found for name, one in inner for found in [(value, name), *_places(one)]]


@given(number=st.integers(min_value=0), spoil=st.sampled_from(SPOILS))
def test_whatever_stands_anywhere_is_read(number: int, spoil: Any) -> None:
    """A template is judged, whatever stands where something else is expected; nothing is read as what it is not."""
    changed = deepcopy(template())
    places = _places(changed)
    holder, name = places[number % len(places)]
    holder[name] = spoil
    assert all(isinstance(one, Refusal) for one in refusals(json.dumps(changed)))


def test_all_reasons_are_told_at_once() -> None:
    """Whoever is refused reads every reason, a line each, and none of the values."""

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


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"stack": "s" * 129}, "the stack: 129 characters in the stack's name, and 128 are the most"),
        (
            {"parameters": {"AlarmEmail": f"a@{'x' * 4095}"}},
            "the parameter AlarmEmail: 4,097 bytes, and 4,096 are the most",
        ),
        (
            {"parameters": {"AllowedOrigins": f"https://{'x' * 4000}"}},
            "GetUploadUrlFunction.Properties.Environment.Variables: ",
        ),
        ({"stack": "my_stack"}, "the stack: its name has A-Z, a-z, 0-9 and - only"),
        ({"stack": "1st"}, "the stack: its name has A-Z, a-z, 0-9 and - only, a letter first"),
        (
            {"parameters": {"Quality": "101"}},
            "the parameter Quality: this number is not from 1 to 100; take one that is",
        ),
        ({"parameters": {"Quality": "0"}}, "the parameter Quality: this number is not from 1 to 100"),
        ({"parameters": {"Quality": "good"}}, "the parameter Quality: this value is no number"),
        (
            {"parameters": {"WorkflowType": "express"}},
            "WorkflowType: this value is not allowed; take one of STANDARD, EXPRESS",
        ),
        ({"parameters": {"LogRetentionDays": "31"}}, "the parameter LogRetentionDays: this value is not allowed"),
        ({"parameters": {"AlarmEmail": "nobody"}}, "the parameter AlarmEmail: this value does not match ^([^@ ]+@"),
        (
            {"parameters": {"AllowedOrigins": "https://a.example,b"}},
            "the parameter AllowedOrigins: this value does not match",
        ),
        ({"tags": {f"t{number}": "" for number in range(51)}}, "the stack: 51 tags, and 50 are the most"),
        ({"tags": {"k" * 129: ""}}, "129 characters in the tag's key, and 128 are the most"),
        ({"tags": {"Team": "x" * 257}}, "the tag Team: 257 characters, and 256 are the most"),
    ],
)
def test_what_is_given_is_checked(said: dict[str, Any], expected: str) -> None:
    """A deployment is refused for what is said beside the template, and for what that makes of the template."""
    largest: dict[str, Any] = {
        "stack": "s" * 128,
        "parameters": {"AlarmEmail": f"a@{'x' * 4094}"},
        "tags": {"k" * 128: "x" * 256},
    }
    check_deployment(json.dumps(template()), **largest)
    with pytest.raises(TemplateRefusedError, match=r"^AWS would refuse the deployment: ") as found:
        check_deployment(json.dumps(template()), **{**largest, **said})
    assert expected in str(found.value)


@pytest.mark.parametrize(
    "parameters",
    [
        {"Quality": "1", "MaxBytes": "100000000", "LogRetentionDays": "30"},
        {"AllowedOrigins": "https://a.example, http://localhost:3000", "ResizeEdges": "2048,1024"},
        {"AllowedOrigins": "*", "WebAclArn": "", "AlarmEmail": "", "WorkflowType": "EXPRESS"},
    ],
)
def test_values_that_the_template_declares_are_taken(parameters: dict[str, str]) -> None:
    """What a parameter's type, values, bounds and pattern allow is not refused, in a stack named by its ARN either."""
    arn = "arn:aws:cloudformation:eu-central-1:123456789012:stack/pictures/4f2c"
    check_deployment(json.dumps(template()), arn, {"ArtifactBucket": "my-bucket", **parameters}, {})
