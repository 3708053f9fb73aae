"""Placeholders such as `${TableName}`: text that CloudFormation, SAM or Terraform puts in before the deployment.

Nothing is known of what replaces one: neither its length nor its value.
"""

import re
from typing import Any

from asl.check.shapes import Array, Shape, Text, constant, exact_object

PLACEHOLDER = re.compile(r"\$\{[^}]*\}")
# Characters that replace one at most: CloudFormation's limit of a parameter's value, in bytes.
MAX_REPLACED = 4096


def has_placeholder(value: Any) -> bool:
    """Return whether value is text with a placeholder."""
    return isinstance(value, str) and PLACEHOLDER.search(value) is not None


def is_placeholder(value: Any) -> bool:
    """Return whether value is nothing but a placeholder."""
    return isinstance(value, str) and PLACEHOLDER.fullmatch(value) is not None


def written(value: object) -> Shape:
    """Return the shape of value as a machine has it; what replaces placeholders is unknown."""
    match value:
        case str() if has_placeholder(value):
            least, number = written_and_replaced(value)
            return Text(least, least + number * MAX_REPLACED, placeholder=True)
        case list():
            return Array(tuple(map(written, value)), None, len(value), len(value))
        case dict():
            return exact_object(**{str(name): written(one) for name, one in value.items()})
    return constant(value)


def written_and_replaced(text: str) -> tuple[int, int]:
    """Return how many characters of text are written out, and how many placeholders it has."""
    return len(PLACEHOLDER.sub("", text)), len(PLACEHOLDER.findall(text))
