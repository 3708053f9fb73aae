"""Text with references that CloudFormation substitutes: `Fn::Sub` is generated, and parsed again."""

import json
import re
from collections.abc import Mapping
from typing import Any

from troposphere import AWSHelperFn, Sub

_VARIABLE = re.compile(r"\$\{([^{}\"]*)\}")  # within one string of the JSON text


def placeholder(reference: AWSHelperFn) -> str:
    """Return the placeholder for reference in the text of an `Fn::Sub`."""
    match reference.to_dict():
        case {"Ref": name}:
            return f"${{{name}}}"
        case {"Fn::GetAtt": [name, attribute]}:
            return f"${{{name}.{attribute}}}"
        case {"Fn::Sub": text}:
            return str(text)
    raise TypeError(f"{type(reference).__name__} cannot be substituted in a text")


def definition_string(definition: dict[str, Any], references: Mapping[str, AWSHelperFn]) -> Sub:
    """Return a state machine's definition as text in which each `${Name}` of references is replaced by its reference.

    CloudFormation refuses the definition as an object: it may hold null, a template may not. Any other `${...}` is escaped,
    so that CloudFormation keeps it. Raises ValueError for a `${` that cannot be escaped.
    """
    text = json.dumps(definition, separators=(",", ":"))
    if text.count("${") != len(_VARIABLE.findall(text)):
        raise ValueError("a `${` of the state machine has no closing `}`: `Fn::Sub` cannot hold it")

    def substituted(found: re.Match[str]) -> str:
        name = found[1]
        return placeholder(references[name]) if name in references else f"${{!{name}}}"

    return Sub(_VARIABLE.sub(substituted, text))


def definition_of(properties: dict[str, Any]) -> dict[str, Any]:
    """Return the definition from the properties of a state machine, with `${Name}` for each reference to Name."""

    def named(found: re.Match[str]) -> str:
        literal = found[1].startswith("!")
        return f"${{{found[1][1:] if literal else found[1].removeprefix('AWS::').partition('.')[0]}}}"

    definition: dict[str, Any] = json.loads(_VARIABLE.sub(named, properties["DefinitionString"]["Fn::Sub"]))
    return definition
