"""Conditional writes to a DynamoDB table: an item is written only if what is stored is as expected."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lambdas.domain.attribute_values import deserialize, expression_names, expression_values, serialize
from lambdas.runtime import clients

if TYPE_CHECKING:
    from collections.abc import Mapping

    from botocore.exceptions import ClientError

NAME = re.compile(r"#(\w+)")  # of an attribute in an expression


@dataclass(frozen=True)
class Update:
    """A change of one item. In expressions a name stands behind `#`, and a value behind `:`."""

    attributes: Mapping[str, object]  # these are set
    condition: str
    values: Mapping[str, object]  # of the condition and of the assignments
    names: tuple[str, ...]  # of the condition and of the assignments
    assignments: tuple[str, ...] = ()  # further ones, such as "#steps.#step = :now"
    removed: tuple[str, ...] = ()  # the names of attributes

    @property
    def expression(self) -> str:
        """The update expression."""
        assigned = [*(f"#{name} = :{name}" for name in self.attributes), *self.assignments]
        clauses = {"SET": assigned, "REMOVE": [f"#{name}" for name in self.removed]}
        return " ".join(f"{clause} {', '.join(parts)}" for clause, parts in clauses.items() if parts)

    @property
    def all_names(self) -> list[str]:
        """Every attribute that the expressions name."""
        return list(dict.fromkeys((*self.attributes, *self.names, *self.removed)))


def update(table: str, key: Mapping[str, Any], change: Update) -> None:
    """Make the change; raises ConditionalCheckFailedException, which holds the stored item, if its condition is false."""
    clients.dynamodb().update_item(
        TableName=table,
        Key=key,
        UpdateExpression=change.expression,
        ConditionExpression=change.condition,
        ExpressionAttributeNames=expression_names(*change.all_names),
        ExpressionAttributeValues=expression_values({**change.attributes, **change.values}),
        ReturnValuesOnConditionCheckFailure="ALL_OLD",
    )


class RefusedError(Exception):
    """The condition of a write is false; stored is the item that is stored, empty if there is none."""

    def __init__(self, stored: dict[str, Any]) -> None:
        """Take the item."""
        super().__init__("the condition of the write is false")
        self.stored = stored


def exchange(table: str, item: Mapping[str, object], condition: str, values: Mapping[str, object]) -> dict[str, Any]:
    """Write item in the place of another one and return that; raises RefusedError if condition is false."""
    client = clients.dynamodb()
    try:
        answer = client.put_item(
            TableName=table,
            Item=serialize(item),
            ReturnValues="ALL_OLD",
            **_conditional(condition, values),
        )
    except client.exceptions.ConditionalCheckFailedException as error:
        raise RefusedError(stored_item(error)) from error
    return deserialize(answer["Attributes"])


def put(table: str, item: Mapping[str, object], condition: str, values: Mapping[str, object]) -> dict[str, Any] | None:
    """Write item if condition is true and return None; otherwise return the item that is stored, which may be empty.

    In condition a name stands behind `#`, and one of values behind `:`.
    """
    client = clients.dynamodb()
    try:
        client.put_item(TableName=table, Item=serialize(item), **_conditional(condition, values))
    except client.exceptions.ConditionalCheckFailedException as error:
        return stored_item(error)
    return None


def _conditional(condition: str, values: Mapping[str, object]) -> Any:
    """Return the parameters of a write that fails with the stored item if condition is false."""
    used = {"ExpressionAttributeValues": expression_values(values)} if values else {}
    return {
        "ConditionExpression": condition,
        "ExpressionAttributeNames": expression_names(*dict.fromkeys(NAME.findall(condition))),
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        **used,
    }


def stored_item(error: ClientError) -> dict[str, Any]:
    """Return the item for which a condition was false; empty if there is none."""
    response: dict[str, Any] = dict(error.response)
    return deserialize(response.get("Item", {}))
