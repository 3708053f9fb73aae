"""The form of a template: no null, its parts, text where only text may stand."""

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

# Where only text may stand, written out.
LITERAL = [
    (("Description",), ANATOMY),
    (("AWSTemplateFormatVersion",), ANATOMY),
    *((("Parameters", "*", name), PARAMETERS) for name in ("Type", "Description", "AllowedPattern")),
    (("Parameters", "*", "ConstraintDescription"), PARAMETERS),
    *((("Resources", "*", name), ATTRIBUTES) for name in ("Type", "Condition", *KEEPING)),
    (("Resources", "*", "DependsOn", "*"), ATTRIBUTES),
    *((("Outputs", "*", name), OUTPUTS) for name in ("Description", "Condition")),
]
# Where text may also be what an intrinsic function makes.
COMPUTED = [
    (("Outputs", "*", "Value"), OUTPUTS),
    (("Outputs", "*", "Export", "Name"), OUTPUTS),
    (("Resources", "*", "Properties", "Tags", "*", "Key"), RESOURCES),
    (("Resources", "*", "Properties", "Tags", "*", "Value"), RESOURCES),
    (("Resources", "*", "Properties", "UserPoolTags", "*"), RESOURCES),
    (("Resources", "*", "Properties", "Environment", "Variables", "*"), RESOURCES),
    # Of gateway responses and stages; troposphere, which knows what a property is, does not know what is in these.
    *(
        (("Resources", "*", "Properties", name, "*"), RESOURCES)
        for name in ("ResponseTemplates", "ResponseParameters", "Variables")
    ),
]


def form(template: Node) -> Iterator[Refusal]:
    """Yield what has not the form that CloudFormation reads."""
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
                yield Refusal(path, f"{value} is no {name}", f"take one of {', '.join(sorted(kept))}", ATTRIBUTES)
    yield from _policies(template)


def _nulls(node: Any, path: str) -> Iterator[Refusal]:
    if node is None:
        remedy = "leave the property out, or hand the document over as text"
        yield Refusal(path, "null is not allowed in a template", remedy, ANATOMY)
    for path_of, value in below(node, "*", path=path):
        yield from _nulls(value, path_of)


def _unlike(template: Node, steps: tuple[str, ...], source: str, fits: Callable[[Any], bool]) -> Iterator[Refusal]:
    for path, value in below(template, *steps):
        if value is not None and not fits(value):
            yield Refusal(path, f"only text may stand here, and this is {kind(value)}", "write it as text", source)


def _values_of_parameters(template: Node) -> Iterator[Refusal]:
    """Yield the defaults and allowed values of parameters that are neither text nor number."""
    for steps in (("Default",), ("AllowedValues", "*")):
        for path, value in below(template, "Parameters", "*", *steps):
            if value is not None and (isinstance(value, bool) or not isinstance(value, str | int | float)):
                problem = f"a parameter's value is text or a number, and this is {kind(value)}"
                yield Refusal(path, problem, "write it as text; a list's values with commas between", PARAMETERS)


def _bounds_of_parameters(template: Node) -> Iterator[Refusal]:
    """Yield bounds that are no numbers and patterns that are no regular expressions."""
    for name in (f"{end}{what}" for end in ("Min", "Max") for what in ("Length", "Value")):
        for path, value in below(template, "Parameters", "*", name):
            if isinstance(value, bool) or not re.fullmatch(r"-?\d+(\.\d+)?", str(value)):
                yield Refusal(path, f"a number stands here, and this is {kind(value)}", "write digits", PARAMETERS)
    for path, value in below(template, "Parameters", "*", "AllowedPattern"):
        try:
            re.compile(str(value))
        except re.error as error:
            yield Refusal(path, f"this is no regular expression: {error}", "correct it", PARAMETERS)


def _policies(template: Node) -> Iterator[Refusal]:
    """Yield the conditions of policies whose keys are no names."""
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
                yield Refusal(path, "a condition has keys and values", remedy, "IAM: JSON policy elements: Condition")
