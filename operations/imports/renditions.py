"""The images whose renditions can be made anew: those that have succeeded, by the table or by the index of owners."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from lambdas.domain.attribute_values import deserialize, expression_names, expression_values
from lambdas.domain.image_list import INDEX
from lambdas.domain.outcomes import SUCCEEDED
from lambdas.runtime import clients
from operations.imports.counting import Count


@dataclass
class Succeeded(Count):
    """Images that have succeeded: their IDs, and the bytes of their originals."""

    image_ids: list[str] = field(default_factory=list)


def find_succeeded(table: str, owner: str | None, since: str | None, tick: Callable[[list[str]], None]) -> Succeeded:
    """Return the images that have succeeded, of an owner or of all, and whose records are from a day or later, if one is given."""
    found = Succeeded()
    for item in _items(table, owner, since):
        found.image_ids.append(item["imageId"])
        found.images += 1
        found.size += item["archive"]["original"]["size"]
        tick([f"{found.images:,} images"])
    return found


def _items(table: str, owner: str | None, since: str | None) -> Iterator[dict[str, Any]]:
    """Yield ID and size of each: by the index of an owner, or by the whole table, whose oldest records have no createdAt."""
    names, values = ["imageId", "archive", "status"], {"succeeded": SUCCEEDED}
    chosen: list[str] = []
    for name, value, condition in (
        ("owner", owner, "#owner = :owner"),
        ("createdAt", since, "#createdAt >= :createdAt"),
    ):
        if value:
            names, values, chosen = [*names, name], {**values, name: value}, [*chosen, condition]
    succeeded = "#status = :succeeded"
    request: dict[str, Any] = {"FilterExpression": " AND ".join([succeeded, *chosen])}
    if owner:
        request = {
            "FilterExpression": succeeded,
            "IndexName": INDEX,
            "KeyConditionExpression": " AND ".join(chosen),
        }
    pages = clients.dynamodb().get_paginator("query" if owner else "scan")
    for page in pages.paginate(
        TableName=table,
        ProjectionExpression="#imageId, #archive.original",
        ExpressionAttributeNames=expression_names(*names),
        ExpressionAttributeValues=expression_values(values),
        **request,
    ):
        yield from map(deserialize, page["Items"])
