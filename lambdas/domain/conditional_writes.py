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
    removed: str = ""  # the name of an attribute

    @property
    def expression(self) -> str:
        """The update expression."""
        assigned = [*(f"#{name} = :{name}" for name in self.attributes), *self.assignments]
        return "SET " + ", ".join(assigned) + (f" REMOVE #{self.removed}" if self.removed else "")

    @property
    def all_names(self) -> list[str]:
        """Every attribute that the expressions name."""
        return [name for name in (*self.attributes, *self.names, self.removed) if name]


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


def put(table: str, item: Mapping[str, object], condition: str, values: Mapping[str, str]) -> dict[str, Any] | None:
    """Write item if condition is true and return None; otherwise return the item that is stored, which may be empty.

    In condition a name stands behind `#`, and one of values behind `:`.
    """
    client = clients.dynamodb()
    used: Any = {"ExpressionAttributeValues": expression_values(values)} if values else {}
    try:
        client.put_item(
            TableName=table,
            Item=serialize(item),
            ConditionExpression=condition,
            ExpressionAttributeNames=expression_names(*dict.fromkeys(NAME.findall(condition))),
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
            **used,
        )
    except client.exceptions.ConditionalCheckFailedException as error:
        return stored_item(error)
    return None


def stored_item(error: ClientError) -> dict[str, Any]:
    """Return the item for which a condition was false; empty if there is none."""
    response: dict[str, Any] = dict(error.response)
    return deserialize(response.get("Item", {}))
