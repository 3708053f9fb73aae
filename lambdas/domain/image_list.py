"""The records of one owner, the newest first: one query of an index a page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from lambdas.domain.attribute_values import deserialize, expression_names, expression_values, serialize
from lambdas.domain.cursors import Position
from lambdas.runtime import clients

if TYPE_CHECKING:
    from workflow.contracts.payloads import MetadataRecord

INDEX = "OwnerIndex"  # of the table: by owner and createdAt
# The attributes of a record that the index holds beside its keys: what the list shows. A step that writes none costs no write.
INDEXED = (
    "status",
    "filename",
    "announced",
    "finishedAt",
    "reason",
    "message",
    "validation",
    "metadata",
    "thumbnail",
    "archive",
)
SEARCHED = 1000  # records that a page with a status looks through at most, and 1 MB of them


@dataclass(frozen=True)
class Page:
    """Some of an owner's records, and where the next page begins, None on the last one."""

    records: list[MetadataRecord]
    end: Position | None


def read_page(table: str, owner: str, limit: int, *, after: Position | None, status: str | None) -> Page:
    """Return at most limit records of owner, with status if there is one, that come after a position.

    It takes one query. The index follows the table within moments.
    """
    sought = {"owner": owner, **({"status": status} if status else {})}
    query: dict[str, Any] = {"FilterExpression": "#status = :status"} if status else {}
    if after:
        start = {"owner": owner, "createdAt": after.created_at, "imageId": after.image_id}
        query["ExclusiveStartKey"] = serialize(start)
    answer = clients.dynamodb().query(
        TableName=table,
        IndexName=INDEX,
        KeyConditionExpression="#owner = :owner",
        ExpressionAttributeNames=expression_names(*sought),
        ExpressionAttributeValues=expression_values(sought),
        ScanIndexForward=False,
        Limit=SEARCHED if status else limit + 1,  # one more shows whether there is a next page
        **query,
    )
    # With a status there may be a thousand, which would take a second to deserialize.
    found = [cast("MetadataRecord", deserialize(item)) for item in answer["Items"][:limit]]
    if len(answer["Items"]) > limit:
        return Page(found, _position(found[-1]))
    last = answer.get("LastEvaluatedKey")
    return Page(found, _position(deserialize(last)) if last else None)


def _position(record: Any) -> Position:
    return Position(record["createdAt"], record["imageId"])
