"""What refers to what: every name that is used is there, and no resource waits for itself."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Any

from templates.refusals.refusal import Node, Refusal

SOURCE = "CloudFormation: Intrinsic function reference"
REFERENCE, CONDITION, DEPENDENCY = "resource or parameter", "condition", "resource"
_VARIABLE = re.compile(r"\$\{(?!!)([^}]*)\}")


@dataclass(frozen=True)
class Use:
    """That something names something else."""

    path: str
    what: str  # that is named
    name: str


def references(template: Node) -> Iterator[Refusal]:
    """Yield what refers to nothing, and a circle of resources of which each needs another first."""
    resources, parameters = template.get("Resources", {}), template.get("Parameters", {})
    conditions = template.get("Conditions", {})
    known = {REFERENCE: {*resources, *parameters}, CONDITION: {*conditions}, DEPENDENCY: {*resources}}
    needed = {name: list(_used(entry, f"$.Resources.{name}")) for name, entry in resources.items()}
    outputs = _used(template.get("Outputs", {}), "$.Outputs")
    for one in (*(one for used in needed.values() for one in used), *outputs):
        yield from _missing(one, known[one.what])
    for one in _used(conditions, "$.Conditions"):
        yield from _missing(one, {*parameters} if one.what == REFERENCE else known[one.what])
    yield from _circle(
        {name: {one.name for one in used if one.what != CONDITION} & {*resources} for name, used in needed.items()}
    )


def _missing(one: Use, known: set[str]) -> Iterator[Refusal]:
    if one.name not in known:
        yield Refusal(one.path, f"there is no {one.what} {one.name}", "correct the name, or add it", SOURCE)


def _used(node: Any, path: str) -> Iterator[Use]:
    """Yield what node and everything below it uses; what is AWS's own is always there."""
    if isinstance(node, dict):
        yield from (Use(path, what, name) for what, name in _names(node) if not name.startswith("AWS::"))
        for key, value in node.items():
            yield from _used(value, f"{path}.{key}")
    elif isinstance(node, list):
        for number, value in enumerate(node):
            yield from _used(value, f"{path}[{number}]")


def _names(node: Node) -> Iterator[tuple[str, str]]:
    match node:
        case {"Ref": str(name)} | {"Fn::GetAtt": [str(name), *_]}:
            yield REFERENCE, name
        case {"Fn::Sub": str(text)}:
            yield from ((REFERENCE, name.partition(".")[0]) for name in _VARIABLE.findall(text))
        case {"Fn::Sub": [str(text), dict(own)]}:
            yield from ((REFERENCE, name.partition(".")[0]) for name in _VARIABLE.findall(text) if name not in own)
        case {"Fn::If": [str(name), *_]}:
            yield CONDITION, name
    whole = {"Type", "Value"} & node.keys()  # a resource or an output
    if (whole or len(node) == 1) and isinstance(condition := node.get("Condition"), str):
        yield CONDITION, condition
    if whole and (depends := node.get("DependsOn")):
        yield from ((DEPENDENCY, name) for name in ([depends] if isinstance(depends, str) else depends))


def _circle(needed: dict[str, set[str]]) -> Iterator[Refusal]:
    try:
        TopologicalSorter(needed).prepare()
    except CycleError as error:
        circle = ", ".join(error.args[1])
        yield Refusal("$.Resources", f"each of these is needed by the next: {circle}", "cut the circle", SOURCE)
