"""The state machine's definition as text: Step Functions gets the definition that was proved."""

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from troposphere import AWSHelperFn, GetAtt, Join, Ref

from templates.substitution import definition_of, definition_string, placeholder
from tests.templates.emitted import properties, substituted, template, walk
from workflow.definition import states_language

REFERENCES: dict[str, AWSHelperFn] = {
    "Partition": Ref("AWS::Partition"),
    "Table": Ref("Table"),
    "Function": GetAtt("Function", "Arn"),
}
VALUES = {"AWS::Partition": "aws-cn", "Table": "stack-Table-1", "Function.Arn": "arn:aws-cn:lambda:x:1:function:f"}
TEXT = properties("ProcessingPipeline")["DefinitionString"]["Fn::Sub"]
PIECES = st.sampled_from(
    ["${Function}", "${Table}", "${Other}", "${!Table}", "${}", "$", "{", "}", "!", "é", '"', "\\"]
)
SOUND = st.lists(PIECES).map("".join).filter(lambda text: re.search(r"\$\{(?![^{}\"]*\})", text) is None)


def _arrived(definition: dict[str, Any]) -> Any:
    """Return the definition that Step Functions gets, with the value of each reference."""
    return json.loads(substituted(definition_string(definition, REFERENCES).to_dict()["Fn::Sub"], VALUES))


def _expected(text: str) -> str:
    names = {"Partition": "AWS::Partition", "Table": "Table", "Function": "Function.Arn"}
    return re.sub(r"\$\{(Partition|Table|Function)\}", lambda found: VALUES[names[found[1]]], text)


def test_template_holds_no_null() -> None:
    """CloudFormation refuses a template with null, at any place."""
    assert [path for path, node in walk(template()) if node is None] == []


def test_state_machine_arrives_as_it_was_proved() -> None:
    """Substituted by CloudFormation's rules, the text is the proved definition, byte for byte, except for its references."""
    named = {f"${{{name}}}": f"<{name}>" for name in set(re.findall(r"\$\{([\w:.]+)\}", TEXT))}
    proved = json.dumps(states_language(), separators=(",", ":"))
    for reference, value in named.items():
        inside = reference[2:-1].removeprefix("AWS::").partition(".")[0]
        proved = proved.replace(f"${{{inside}}}", value)
    assert substituted(TEXT, {reference[2:-1]: value for reference, value in named.items()}) == proved
    assert "${" not in proved


def test_no_parameter_is_in_the_text() -> None:
    """A deployment cannot change the definition: it refers to resources of the stack and the partition, not to parameters."""
    named = set(re.findall(r"\$\{([\w:.]+)\}", TEXT))
    assert named
    assert not named & template()["Parameters"].keys()
    assert {name for name in named if ":" in name} == {"AWS::Partition"}


@given(SOUND)
def test_any_text_arrives(text: str) -> None:
    """References are substituted in any definition, and texts that only look like one are kept."""
    definition = {"Comment": text, "States": {text: {"ResultPath": None}}}
    expected = {"Comment": _expected(text), "States": {_expected(text): {"ResultPath": None}}}
    assert _arrived(definition) == expected


@given(SOUND)
def test_definition_is_parsed_back(text: str) -> None:
    """The definition that is parsed from the template is the one that was written."""
    definition = {"Comment": text, "Next": "${Partition}"}
    made = {"DefinitionString": definition_string(definition, REFERENCES).to_dict()}
    assert definition_of(made) == definition


@pytest.mark.parametrize("text", ["${", "a ${b", "${a${Table}}", '${"}'])
def test_unclosed_placeholder_is_refused(text: str) -> None:
    """A `${` without a closing `}` is refused: CloudFormation would fail, or would deploy another definition than was proved."""
    with pytest.raises(ValueError, match=r"no closing `\}`"):
        definition_string({"Comment": text}, REFERENCES)


def test_other_reference_is_refused() -> None:
    """A reference that cannot be part of a text is refused by the name of its type."""
    with pytest.raises(TypeError, match="Join cannot be substituted"):
        placeholder(Join("", ["a"]))
