"""Text in which CloudFormation fills in references: `Fn::Sub` made from text of our own, and read back."""

import json
import re
from collections.abc import Mapping
from typing import Any

from troposphere import AWSHelperFn, Sub

_VARIABLE = re.compile(r"\$\{([^{}\"]*)\}")  # within one string of the JSON


def placeholder(reference: AWSHelperFn) -> str:
    """Return what stands in the text of an `Fn::Sub` for reference."""
    match reference.to_dict():
        case {"Ref": name}:
            return f"${{{name}}}"
        case {"Fn::GetAtt": [name, attribute]}:
            return f"${{{name}.{attribute}}}"
        case {"Fn::Sub": text}:
            return str(text)
    raise TypeError(f"{type(reference).__name__} has no place in a text")


def definition_string(definition: dict[str, Any], references: Mapping[str, AWSHelperFn]) -> Sub:
    """Return a state machine's definition as text, references in the place of the `${Name}` that name them.

    As an object CloudFormation would refuse it: a definition may hold null, a template may not.
    Any other `${...}` is escaped, so that it arrives as it is. Raises ValueError for a `${` that cannot be escaped.
    """
    text = json.dumps(definition, separators=(",", ":"))
    if text.count("${") != len(_VARIABLE.findall(text)):
        raise ValueError("a `${` of the state machine has no `}` that ends it: CloudFormation cannot take it as text")

    def substituted(found: re.Match[str]) -> str:
        name = found[1]
        return placeholder(references[name]) if name in references else f"${{!{name}}}"

    return Sub(_VARIABLE.sub(substituted, text))


def definition_of(properties: dict[str, Any]) -> dict[str, Any]:
    """Return the definition in the properties of a state machine, with `${Name}` for each reference to a Name."""

    def named(found: re.Match[str]) -> str:
        literal = found[1].startswith("!")
        return f"${{{found[1][1:] if literal else found[1].removeprefix('AWS::').partition('.')[0]}}}"

    definition: dict[str, Any] = json.loads(_VARIABLE.sub(named, properties["DefinitionString"]["Fn::Sub"]))
    return definition
