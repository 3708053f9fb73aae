"""Records read many at a time."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, cast

from lambdas.domain.attribute_values import deserialize, expression_names
from lambdas.runtime import clients

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import TypeVar

    from workflow.contracts.payloads import MetadataRecord

    Subject = TypeVar("Subject")

BATCH_SIZE = 100  # records that DynamoDB returns for one request


def with_items(
    subjects: Iterable[Subject], image_id: Callable[[Subject], str], table: str, attributes: tuple[str, ...] = ()
) -> Iterator[tuple[Subject, MetadataRecord | None]]:
    """Yield each subject with the record of its image, also one that awaits its upload; the reads are eventually consistent.

    The records have those attributes, or all. A subject whose record DynamoDB does not return now is left out: it is for
    the next sweep.
    """
    left = iter(subjects)
    while batch := list(islice(left, BATCH_SIZE)):
        items, missed = _read_items(table, [image_id(subject) for subject in batch], attributes)
        found = ((subject, image_id(subject)) for subject in batch)
        yield from ((subject, items.get(one)) for subject, one in found if one not in missed)


def _read_items(
    table: str, image_ids: list[str], attributes: tuple[str, ...]
) -> tuple[dict[str, MetadataRecord], set[str]]:
    """Return the items by image id, and the ids that DynamoDB has left unprocessed."""
    keys = [{"imageId": {"S": image_id}} for image_id in dict.fromkeys(image_ids)]
    names = expression_names(*attributes)
    projected = {"ProjectionExpression": ", ".join(names), "ExpressionAttributeNames": names} if names else {}
    request: Any = {"Keys": keys, **projected}
    answer = clients.dynamodb().batch_get_item(RequestItems={table: request})
    left = answer["UnprocessedKeys"]
    missed = {key["imageId"]["S"] for key in left[table]["Keys"]} if table in left else set()
    items = [cast("MetadataRecord", deserialize(item)) for item in answer["Responses"].get(table, [])]
    return {item["imageId"]: item for item in items}, missed
