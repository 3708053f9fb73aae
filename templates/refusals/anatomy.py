"""The parts of a template: the allowed ones, the required ones, and the type of each."""

import re
from collections.abc import Iterator
from typing import Any

from templates.refusals.refusal import Node, Refusal, below, function_of, kind

ANATOMY = "CloudFormation: Template anatomy"
PARAMETERS = "CloudFormation: Parameters"
RESOURCES = "CloudFormation: Resources"
MAPPINGS = "CloudFormation: Mappings"
OUTPUTS = "CloudFormation: Outputs"
SECTIONS = ("Parameters", "Mappings", "Conditions", "Resources", "Outputs")
VERSION = "2010-09-09"
LITERAL_TYPES = {"String", "Number", "List<Number>", "CommaDelimitedList"}
_AWS_TYPES = re.compile(r"(List<AWS::[\w:]+>|AWS::[\w:]+(<[\w:<>]+>)?)")  # such as AWS::SSM::Parameter::Value<String>

# The names that are allowed at a place.
KNOWN: list[tuple[tuple[str, ...], set[str], str]] = [
    ((), {"AWSTemplateFormatVersion", "Description", "Hooks", "Metadata", "Rules", "Transform", *SECTIONS}, ANATOMY),
    (
        ("Parameters", "*"),
        {"AllowedPattern", "AllowedValues", "ConstraintDescription", "Default", "Description", "NoEcho", "Type"}
        | {f"{end}{what}" for end in ("Max", "Min") for what in ("Length", "Value")},
        PARAMETERS,
    ),
    (
        ("Resources", "*"),
        {"Condition", "CreationPolicy", "DeletionPolicy", "DependsOn", "Metadata", "Properties", "Type"}
        | {"UpdatePolicy", "UpdateReplacePolicy"},
        RESOURCES,
    ),
]
# The name that each entry of a section requires.
REQUIRED = [("Parameters", "Type", PARAMETERS), ("Resources", "Type", RESOURCES), ("Outputs", "Value", OUTPUTS)]
# The type of the value at a place.
KINDS: list[tuple[tuple[str, ...], tuple[type, ...], str, str]] = [
    *(((section,), (dict,), "an object", ANATOMY) for section in SECTIONS),
    *(((section, "*"), (dict,), "an object", ANATOMY) for section in SECTIONS),
    (("Mappings", "*", "*"), (dict,), "an object", MAPPINGS),
    (("Parameters", "*", "AllowedValues"), (list,), "a list", PARAMETERS),
    (("Resources", "*", "Properties"), (dict,), "an object", RESOURCES),
    (("Resources", "*", "DependsOn"), (str, list), "text or a list", RESOURCES),
]


def anatomy(template: Node) -> Iterator[Refusal]:
    """Yield the parts of template that are unknown, missing or of the wrong type."""
    yield from _kinds(template)
    if not template.get("Resources"):
        yield Refusal("$.Resources", "a template needs at least one resource", "add one", ANATOMY)
    yield from _parts(template)
    for path, condition in below(template, "Conditions", "*"):
        if not function_of(condition) and _names(condition) != {"Condition"}:
            yield Refusal(
                path, "a condition has to be one intrinsic function", "write one", "CloudFormation: Conditions"
            )
    if template.get("AWSTemplateFormatVersion", VERSION) != VERSION:
        yield Refusal("$.AWSTemplateFormatVersion", f"the only version is {VERSION}", "write it as text", ANATOMY)
    yield from _types_of_parameters(template)
    yield from _values_of_mappings(template)


def _parts(template: Node) -> Iterator[Refusal]:
    """Yield the names that are not allowed at their place, and the required ones that are missing."""
    for steps, known, source in KNOWN:
        for path, entry in below(template, *steps):
            for name in sorted(_names(entry) - known):
                yield Refusal(f"{path}.{name}", "this name is not allowed here", "correct or remove it", source)
    for section, name, source in REQUIRED:
        for path, entry in below(template, section, "*"):
            if isinstance(entry, dict) and name not in entry:
                yield Refusal(f"{path}.{name}", "this is missing", "add it", source)


def _names(entry: Any) -> set[str]:
    return set(entry) if isinstance(entry, dict) else set()


def _kinds(template: Node) -> Iterator[Refusal]:
    for steps, kinds, wanted, source in KINDS:
        for path, value in below(template, *steps):
            if value is not None and not isinstance(value, kinds):
                yield Refusal(path, f"{wanted} is required here, and this is {kind(value)}", f"write {wanted}", source)


def _types_of_parameters(template: Node) -> Iterator[Refusal]:
    for path, value in below(template, "Parameters", "*", "Type"):
        if isinstance(value, str) and value not in LITERAL_TYPES and not _AWS_TYPES.fullmatch(value):
            remedy = f"use one of {', '.join(sorted(LITERAL_TYPES))}, or a type of AWS"
            yield Refusal(path, f"there is no type {value}", remedy, PARAMETERS)


def _values_of_mappings(template: Node) -> Iterator[Refusal]:
    """Yield the values that are neither text nor lists of texts: mappings are read before functions are evaluated."""
    for path, value in below(template, "Mappings", "*", "*", "*"):
        for inner_path, inner in below(value, "*", path=path) if isinstance(value, list) else [(path, value)]:
            if isinstance(inner, dict | list) or function_of(inner):
                yield Refusal(inner_path, f"text is required here, and this is {kind(inner)}", "write text", MAPPINGS)
