"""The form of a template: no null, the right parts, and text where text is required."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from templates.refusals.anatomy import ANATOMY, OUTPUTS, PARAMETERS, anatomy
from templates.refusals.refusal import Node, Refusal, below, function_of, kind

ATTRIBUTES = "CloudFormation: Resource attribute reference"
RESOURCES = "CloudFormation: Resource and property types reference"
KEEPING = {
    "DeletionPolicy": {"Delete", "Retain", "RetainExceptOnCreate", "Snapshot"},
    "UpdateReplacePolicy": {"Delete", "Retain", "Snapshot"},
}

# The places that require literal text.
LITERAL = [
    (("Description",), ANATOMY),
    (("AWSTemplateFormatVersion",), ANATOMY),
    *((("Parameters", "*", name), PARAMETERS) for name in ("Type", "Description", "AllowedPattern")),
    (("Parameters", "*", "ConstraintDescription"), PARAMETERS),
    *((("Resources", "*", name), ATTRIBUTES) for name in ("Type", "Condition", *KEEPING)),
    (("Resources", "*", "DependsOn", "*"), ATTRIBUTES),
    *((("Outputs", "*", name), OUTPUTS) for name in ("Description", "Condition")),
]
# The places that require text or an intrinsic function.
COMPUTED = [
    (("Outputs", "*", "Value"), OUTPUTS),
    (("Outputs", "*", "Export", "Name"), OUTPUTS),
    (("Resources", "*", "Properties", "Tags", "*", "Key"), RESOURCES),
    (("Resources", "*", "Properties", "Tags", "*", "Value"), RESOURCES),
    (("Resources", "*", "Properties", "UserPoolTags", "*"), RESOURCES),
    (("Resources", "*", "Properties", "Environment", "Variables", "*"), RESOURCES),
    # Of gateway responses and stages; troposphere does not check the content of these properties.
    *(
        (("Resources", "*", "Properties", name, "*"), RESOURCES)
        for name in ("ResponseTemplates", "ResponseParameters", "Variables")
    ),
]


def form(template: Node) -> Iterator[Refusal]:
    """Yield the deviations from the form that CloudFormation requires."""
    yield from _nulls(template, "$")
    yield from anatomy(template)
    for steps, source in LITERAL:
        yield from _unlike(template, steps, source, lambda value: isinstance(value, str))
    for steps, source in COMPUTED:
        yield from _unlike(template, steps, source, lambda value: isinstance(value, str) or bool(function_of(value)))
    yield from _values_of_parameters(template)
    yield from _bounds_of_parameters(template)
    for name, kept in KEEPING.items():
        for path, value in below(template, "Resources", "*", name):
            if isinstance(value, str) and value not in kept:
                yield Refusal(path, f"{value} is not a {name}", f"use one of {', '.join(sorted(kept))}", ATTRIBUTES)
    yield from _policies(template)


def _nulls(node: Any, path: str) -> Iterator[Refusal]:
    if node is None:
        remedy = "remove the property, or pass the document as text"
        yield Refusal(path, "null is not allowed in a template", remedy, ANATOMY)
    for path_of, value in below(node, "*", path=path):
        if value is None or isinstance(value, dict | list):
            yield from _nulls(value, path_of)


def _unlike(template: Node, steps: tuple[str, ...], source: str, fits: Callable[[Any], bool]) -> Iterator[Refusal]:
    for path, value in below(template, *steps):
        if value is not None and not fits(value):
            yield Refusal(path, f"text is required here, and this is {kind(value)}", "write it as text", source)


def _values_of_parameters(template: Node) -> Iterator[Refusal]:
    """Yield the defaults and allowed values of parameters that are neither text nor numbers."""
    for steps in (("Default",), ("AllowedValues", "*")):
        for path, value in below(template, "Parameters", "*", *steps):
            if value is not None and (isinstance(value, bool) or not isinstance(value, str | int | float)):
                problem = f"the value of a parameter has to be text or a number, and this is {kind(value)}"
                yield Refusal(path, problem, "write it as text, a list with commas", PARAMETERS)


def _bounds_of_parameters(template: Node) -> Iterator[Refusal]:
    """Yield limits that are not numbers and patterns that are not regular expressions."""
    for name in (f"{end}{what}" for end in ("Min", "Max") for what in ("Length", "Value")):
        for path, value in below(template, "Parameters", "*", name):
            if isinstance(value, bool) or not re.fullmatch(r"-?\d+(\.\d+)?", str(value)):
                yield Refusal(path, f"a number is required here, and this is {kind(value)}", "write digits", PARAMETERS)
    for path, value in below(template, "Parameters", "*", "AllowedPattern"):
        try:
            re.compile(str(value))
        except re.error as error:
            yield Refusal(path, f"this is not a regular expression: {error}", "correct it", PARAMETERS)


def _policies(template: Node) -> Iterator[Refusal]:
    """Yield the conditions of policies without keys."""
    for steps in (
        ("PolicyDocument",),
        ("AssumeRolePolicyDocument",),
        ("KeyPolicy",),
        ("Policies", "*", "PolicyDocument"),
    ):
        where = ("Resources", "*", "Properties", *steps, "Statement")
        one, many = below(template, *where, "Condition", "*"), below(template, *where, "*", "Condition", "*")
        for path, keys in (*one, *many):
            if not isinstance(keys, dict) or not all(keys):
                remedy = 'write {"Operator": {"key": "value"}}'
                yield Refusal(path, "a condition needs keys and values", remedy, "IAM: JSON policy elements: Condition")
