"""Items of a table as JSON has them, and back."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


def expression_names(*attributes: str) -> dict[str, str]:
    """Return what stands for attributes in an expression: each one's name behind a hash sign."""
    return {f"#{name}": name for name in attributes}


def expression_values(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return what stands for the values of facts in an expression: each one's name behind a colon."""
    return {f":{name}": value for name, value in serialize(facts).items()}


def serialize(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return facts as DynamoDB has them: its numbers are decimal; a float is written as JSON would write it."""
    from boto3.dynamodb.types import TypeSerializer

    exact = json.loads(json.dumps(dict(facts)), parse_float=Decimal)
    return {name: TypeSerializer().serialize(value) for name, value in exact.items()}


def deserialize(stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return an item of DynamoDB as JSON has it."""
    from boto3.dynamodb.types import TypeDeserializer

    found: dict[str, Any] = _without_decimals(TypeDeserializer().deserialize({"M": stored}))
    return found


def _without_decimals(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, list):
        return [_without_decimals(one) for one in value]
    if isinstance(value, dict):
        return {name: _without_decimals(one) for name, one in value.items()}
    return value
