"""The references of a template: every name exists, and no resource depends on itself."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Any

from templates.refusals.refusal import Node, Refusal, function_of

SOURCE = "CloudFormation: Intrinsic function reference"
REFERENCE, CONDITION, RESOURCE, MAPPING = "resource or parameter", "condition", "resource", "mapping"
FUNCTION = "intrinsic function"
# Including those of the transform AWS::LanguageExtensions.
FUNCTIONS = {
    f"Fn::{name}"
    for name in (
        *(
            "Base64",
            "Cidr",
            "FindInMap",
            "GetAtt",
            "GetAZs",
            "GetStackOutput",
            "ImportValue",
            "Join",
            "Length",
            "Select",
        ),
        *("Split", "Sub", "ToJsonString", "Transform", "And", "Equals", "If", "Not", "Or"),
    )
}
PSEUDO = {
    f"AWS::{name}"
    for name in (
        *("AccountId", "NotificationARNs", "NoValue", "Partition", "Region", "StackId", "StackName", "URLSuffix"),
    )
}
_VARIABLE = re.compile(r"\$\{(?!!)([^}]*)\}")


@dataclass(frozen=True)
class Use:
    """One reference to a name."""

    path: str
    what: str  # the kind of name
    name: str


def references(template: Node) -> Iterator[Refusal]:
    """Yield the references to unknown names, and circles of resources or conditions."""
    resources, parameters = template.get("Resources", {}), template.get("Parameters", {})
    conditions = template.get("Conditions", {})
    known = {
        REFERENCE: {*resources, *parameters, *PSEUDO},
        CONDITION: {*conditions},
        RESOURCE: {*resources},
        MAPPING: {*template.get("Mappings", {})},
        FUNCTION: FUNCTIONS,
    }
    needed = {name: list(_used(entry, f"$.Resources.{name}")) for name, entry in resources.items()}
    outputs = _used(template.get("Outputs", {}), "$.Outputs")
    for one in (*(one for used in needed.values() for one in used), *outputs):
        yield from _missing(one, known[one.what])
    before = {
        REFERENCE: {*parameters, *PSEUDO},
        RESOURCE: set[str](),
    }  # conditions are evaluated before any resource is created
    for one in _used(conditions, "$.Conditions"):
        yield from _missing(one, before.get(one.what, known[one.what]))
    asked = {
        name: {one.name for one in _used(entry, "") if one.what == CONDITION} for name, entry in conditions.items()
    }
    yield from _circle("$.Conditions", asked)
    yield from _circle(
        "$.Resources",
        {
            name: {one.name for one in used if one.what in (REFERENCE, RESOURCE)} & {*resources}
            for name, used in needed.items()
        },
    )


def _missing(one: Use, known: set[str]) -> Iterator[Refusal]:
    if one.name not in known:
        yield Refusal(one.path, f"there is no {one.what} {one.name}", "correct the name, or add it", SOURCE)


def _used(node: Any, path: str) -> Iterator[Use]:
    """Yield the references in node, at any depth."""
    if isinstance(node, dict):
        yield from (Use(path, what, name) for what, name in _names(node))
        for key, value in node.items():
            if isinstance(value, dict | list):
                yield from _used(value, f"{path}.{key}")
    elif isinstance(node, list):
        for number, value in enumerate(node):
            if isinstance(value, dict | list):
                yield from _used(value, f"{path}[{number}]")


def _names(node: Node) -> Iterator[tuple[str, str]]:
    match node:
        case {"Ref": str(name)}:
            yield REFERENCE, name
        case {"Fn::GetAtt": [str(name), *_]}:
            yield RESOURCE, name
        case {"Fn::FindInMap": [str(name), *_]}:
            yield MAPPING, name
        case {"Fn::Sub": str(text)}:
            yield from map(_variable, _VARIABLE.findall(text))
        case {"Fn::Sub": [str(text), dict(own)]}:
            yield from (_variable(name) for name in _VARIABLE.findall(text) if name not in own)
        case {"Fn::If": [str(name), *_]}:
            yield CONDITION, name
    if (function := function_of(node)) and function != "Ref" and not function.startswith("Fn::ForEach::"):
        yield FUNCTION, function
    whole = {"Type", "Value"} & node.keys()  # a resource or an output
    if (whole or len(node) == 1) and isinstance(condition := node.get("Condition"), str):
        yield CONDITION, condition
    if whole and (depends := node.get("DependsOn")):
        yield from ((RESOURCE, name) for name in ([depends] if isinstance(depends, str) else depends))


def _variable(name: str) -> tuple[str, str]:
    """Return the kind and name of a variable in a text; with an attribute, it is a resource."""
    owner, dot, _ = name.partition(".")
    return (RESOURCE if dot else REFERENCE), owner


def _circle(path: str, needed: dict[str, set[str]]) -> Iterator[Refusal]:
    try:
        TopologicalSorter(needed).prepare()
    except CycleError as error:
        circle = ", ".join(error.args[1])
        yield Refusal(path, f"each of these depends on the previous one: {circle}", "remove one dependency", SOURCE)
