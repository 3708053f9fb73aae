"""A picture's record in the metadata table: begun once, filled in step by step, ended once."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from lambdas import clients
from workflow.contracts.errors import AlreadyEnded

if TYPE_CHECKING:
    from collections.abc import Mapping

PROCESSING = "PROCESSING"
SUCCEEDED = "SUCCEEDED"
EXPIRES_AT = "expiresAt"  # the attribute that tells the table when an item may go: its time to live


def now() -> str:
    """Return the current time as RFC 3339 in UTC, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def expiry(days: int) -> int:
    """Return the time that is days from now in seconds since 1970, as DynamoDB reads a time to live."""
    return int((datetime.now(UTC) + timedelta(days=days)).timestamp())


@dataclass(frozen=True)
class Record:
    """The record of one picture, as one execution may write it."""

    table: str
    image: dict[str, Any]  # as in the contracts
    execution: str

    def begin(self, retention_days: int) -> None:
        """Make the record, or leave it as it is when a retry begins again; after retention_days the table removes it.

        Raises AlreadyEnded if the picture has its end, ConditionalCheckFailedException if it is another execution's.
        """
        time = now()
        first = {"createdAt": time, "steps": {}, EXPIRES_AT: expiry(retention_days)}
        facts = {name: self.image[name] for name in ("owner", "bucket", "key", "versionId")}
        facts |= {"execution": self.execution, "status": PROCESSING, "updatedAt": time}
        self._update(
            [f"#{name} = :{name}" for name in facts] + [f"#{name} = if_not_exists(#{name}, :{name})" for name in first],
            condition="attribute_not_exists(#status) OR (#status = :status AND #execution = :execution)",
            names=[*facts, *first],
            values={**facts, **first},
        )

    def done(self, step: str, found: dict[str, Any], status: str) -> None:
        """Note that step is done and what it found, and move to status.

        A record that succeeds stays, for it tells of what stays in the archive.
        Raises AlreadyEnded if the record has another end than status, or is another execution's and has its end;
        ConditionalCheckFailedException if it is not this execution's otherwise.
        """
        time = now()
        ended = {} if status == PROCESSING else {"finishedAt": time}
        facts = {**found, **ended, "status": status, "updatedAt": time}
        self._update(
            [f"#{name} = :{name}" for name in facts] + [f"#steps.#{step} = :updatedAt"],
            condition="#execution = :execution AND (#status = :open OR #status = :status)",
            names=[*facts, "steps", step, "execution"],
            values={**facts, "execution": self.execution, "open": PROCESSING},
            removed=EXPIRES_AT if status == SUCCEEDED else "",
        )

    def _update(
        self, sets: list[str], *, condition: str, names: list[str], values: dict[str, Any], removed: str = ""
    ) -> None:
        client = clients.dynamodb()
        try:
            client.update_item(
                TableName=self.table,
                Key={"imageId": {"S": self.image["imageId"]}},
                UpdateExpression="SET " + ", ".join(sets) + (f" REMOVE #{removed}" if removed else ""),
                ConditionExpression=condition,
                ExpressionAttributeNames={f"#{name}": name for name in (*names, removed) if name},
                ExpressionAttributeValues={f":{name}": _item(value) for name, value in values.items()},
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except client.exceptions.ConditionalCheckFailedException as refusal:
            found: dict[str, Any] = dict(refusal.response)
            if _has_end(found.get("Item", {})):
                raise AlreadyEnded("the picture's record has its end") from refusal
            raise


def _has_end(item: Mapping[str, Any]) -> bool:
    """Tell whether the record that item holds, if it is there, has its end."""
    return bool(item.get("status", {}).get("S", PROCESSING) != PROCESSING)


def _item(value: object) -> Any:
    from boto3.dynamodb.types import TypeSerializer

    # DynamoDB's numbers are decimal; a float is written as JSON would write it.
    return TypeSerializer().serialize(json.loads(json.dumps(value), parse_float=Decimal))
