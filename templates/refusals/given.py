"""The other input of a deployment: the name of the stack, tags, and values of parameters."""

import re
from collections.abc import Iterator, Mapping

from templates.refusals.quotas import QUOTAS, VALUE
from templates.refusals.refusal import Limit, Node, Refusal, below

CHANGE_SET = "CloudFormation API: CreateChangeSet"
STACK_NAME = Limit(128, "characters in the stack's name", QUOTAS)
TAGS = Limit(50, "tags", CHANGE_SET, "remove some")
TAG_KEY = Limit(128, "characters in the tag's key", "CloudFormation API: Tag")
TAG_VALUE = Limit(256, "characters", "CloudFormation API: Tag")
PARAMETERS = "CloudFormation: Parameters"
_STACK = re.compile(r"[A-Za-z][A-Za-z0-9-]*|arn:.*")  # an ARN is the name of an existing stack


def given(template: Node, stack: str, parameters: Mapping[str, str], tags: Mapping[str, str]) -> Iterator[Refusal]:
    """Yield AWS's refusals of the other input of a deployment of template."""
    yield from STACK_NAME.exceeded("the stack", len(stack.rpartition(":stack/")[2].partition("/")[0]))
    if not _STACK.fullmatch(stack):
        yield Refusal(
            "the stack",
            "its name may only have A-Z, a-z, 0-9 and -, and has to begin with a letter",
            "rename it",
            CHANGE_SET,
        )
    yield from TAGS.exceeded("the stack", len(tags))
    for key, value in tags.items():
        yield from TAG_KEY.exceeded(f"the tag {key}", len(key))
        yield from TAG_VALUE.exceeded(f"the tag {key}", len(value))
    for name, value in parameters.items():
        yield from _parameter(f"the parameter {name}", template.get("Parameters", {}).get(name, {}), value)


def defaults(template: Node) -> Iterator[Refusal]:
    """Yield the defaults that their parameters do not allow."""
    for path, declared in below(template, "Parameters", "*"):
        if "Default" in declared:
            yield from _parameter(f"{path}.Default", declared, str(declared["Default"]))


def _parameter(path: str, declared: Node, value: str) -> Iterator[Refusal]:
    """Yield why the parameter as declared does not allow value; a parameter that is not declared allows any."""
    yield from VALUE.exceeded(path, len(value.encode()))
    allowed = [str(one) for one in declared.get("AllowedValues", [])]
    if allowed and value not in allowed:
        yield Refusal(path, "this value is not allowed", f"use one of {', '.join(allowed)}", PARAMETERS)
    if declared.get("Type") == "Number":
        yield from _number(path, declared, value)
    is_list = declared.get("Type") == "CommaDelimitedList"  # CloudFormation trims its values, and matches each of them
    parts = [part.strip() for part in value.split(",")] if is_list else [value]
    pattern = declared.get("AllowedPattern", "")
    if pattern and not all(re.fullmatch(pattern, part) for part in parts):
        meaning = declared.get("Description", "not described")
        yield Refusal(path, f"this value does not match {pattern}", f"its meaning: {meaning}", PARAMETERS)


def _number(path: str, declared: Node, value: str) -> Iterator[Refusal]:
    low, high = float(declared.get("MinValue", "-inf")), float(declared.get("MaxValue", "inf"))
    if not re.fullmatch(r"-?\d+(\.\d+)?", value):
        yield Refusal(path, "this value is not a number", "write digits", PARAMETERS)
    elif not low <= float(value) <= high:
        yield Refusal(path, f"this number is not between {low:.15g} and {high:.15g}", "use one that is", PARAMETERS)
