"""A picture's record in the metadata table: begun once, filled in step by step, ended once."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from lambdas import clients

PROCESSING = "PROCESSING"
SUCCEEDED = "SUCCEEDED"


def now() -> str:
    """Return the current time as RFC 3339 in UTC, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def begin(table: str, image: dict[str, Any], execution: str) -> None:
    """Make the record of image, or leave it as it is when a retry begins again.

    Raises ConditionalCheckFailedException if the picture has its end already or belongs to another execution.
    """
    facts = {name: image[name] for name in ("owner", "bucket", "key", "versionId")}
    first = {"createdAt": now(), "steps": {}}
    _update(
        table,
        image,
        sets=[f"#{name} = :{name}" for name in (*facts, "execution", "status", "updatedAt")]
        + [f"#{name} = if_not_exists(#{name}, :{name})" for name in first],
        values={**facts, **first, "execution": execution, "status": PROCESSING, "updatedAt": now()},
        condition="attribute_not_exists(#status) OR (#status = :status AND #execution = :execution)",
    )


def done(table: str, image: dict[str, Any], execution: str, step: str, found: dict[str, Any], status: str) -> None:
    """Note in the record that step is done and what it found, and move to status.

    Raises ConditionalCheckFailedException if the record is not this execution's, or has another end than status.
    """
    time = now()
    ended = {} if status == PROCESSING else {"finishedAt": time}
    values = {**found, **ended, "status": status, "updatedAt": time}
    _update(
        table,
        image,
        sets=[f"#{name} = :{name}" for name in values] + ["#steps.#step = :updatedAt"],
        values={**values, "execution": execution, "open": PROCESSING},
        names={"steps": "steps", "step": step, "execution": "execution"},
        condition="#execution = :execution AND (#status = :open OR #status = :status)",
    )


def _update(
    table: str,
    image: dict[str, Any],
    sets: list[str],
    values: dict[str, Any],
    condition: str,
    names: dict[str, str] | None = None,
) -> None:
    known = {name: name for name in values if name != "open"} | (names or {})
    clients.dynamodb().update_item(
        TableName=table,
        Key={"imageId": {"S": image["imageId"]}},
        UpdateExpression="SET " + ", ".join(sets),
        ConditionExpression=condition,
        ExpressionAttributeNames={f"#{short}": name for short, name in known.items()},
        ExpressionAttributeValues={f":{name}": _item(value) for name, value in values.items()},
    )


def _item(value: object) -> Any:
    from boto3.dynamodb.types import TypeSerializer

    # DynamoDB's numbers are decimal; a float is written as JSON would write it.
    return TypeSerializer().serialize(json.loads(json.dumps(value), parse_float=Decimal))
