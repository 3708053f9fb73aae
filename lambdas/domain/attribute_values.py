"""DynamoDB's attribute values and JSON's, each as the other."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


def expression_names(*attributes: str) -> dict[str, str]:
    """Return the names for an expression: `#status` stands for the attribute status."""
    return {f"#{name}": name for name in attributes}


def expression_values(values: Mapping[str, object]) -> dict[str, Any]:
    """Return the values for an expression, serialized: `:status` stands for the value of status."""
    return {f":{name}": value for name, value in serialize(values).items()}


def serialize(item: Mapping[str, object]) -> dict[str, Any]:
    """Return a JSON object as DynamoDB stores it. Its numbers are decimal: a float is written as JSON writes it."""
    from boto3.dynamodb.types import TypeSerializer

    exact = json.loads(json.dumps(dict(item)), parse_float=Decimal)
    return {name: TypeSerializer().serialize(value) for name, value in exact.items()}


def deserialize(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return an item of DynamoDB as a JSON object."""
    from boto3.dynamodb.types import TypeDeserializer

    return {name: without_decimals(TypeDeserializer().deserialize(value)) for name, value in item.items()}


def without_decimals(value: Any) -> Any:
    """Return value with an int or a float in the place of each Decimal, at any depth."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, list):
        return [without_decimals(element) for element in value]
    if isinstance(value, dict):
        return {name: without_decimals(element) for name, element in value.items()}
    return value
