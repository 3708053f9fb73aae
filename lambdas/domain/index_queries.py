"""Queries of an index of the table for the images in a part of it, page by page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdas.domain.attribute_values import expression_names, expression_values
from lambdas.domain.conditional_writes import NAME
from lambdas.runtime import clients

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def find_images(table: str, index: str, condition: str, values: Mapping[str, str]) -> Iterator[str]:
    """Yield the IDs of the images whose records in the index meet a condition on its keys, in their order.

    In condition a name stands behind `#`, and one of values behind `:`. A request returns 1 MB of the index.
    """
    pages = (
        clients.dynamodb()
        .get_paginator("query")
        .paginate(
            TableName=table,
            IndexName=index,
            KeyConditionExpression=condition,
            ExpressionAttributeNames=expression_names(*dict.fromkeys(NAME.findall(condition))),
            ExpressionAttributeValues=expression_values(values),
        )
    )
    yield from (item["imageId"]["S"] for page in pages for item in page["Items"])
