"""What each user uses of the limits: open uploads, and upload URLs of the day. One item for a user, in a table of its own.

An upload is open while its URL is valid and its image has no final status. So nothing has to count down: an item names the
open uploads, and whoever finds it full leaves out those that are over. The check and the count are one conditional write, so that
requests at the same time do not exceed a limit. A request that fails after it was counted stays counted, until its URL expires or the day
ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from lambdas.domain import conditional_writes
from lambdas.domain.attribute_values import expression_names, expression_values
from lambdas.domain.conditional_writes import stored_item
from lambdas.domain.outcomes import is_final
from lambdas.domain.record import EXPIRES_AT
from lambdas.domain.record_batches import with_items
from lambdas.runtime import clients, clock

if TYPE_CHECKING:
    from lambdas.domain.grants import Grant

OPEN, DAILY = "TOO_MANY_OPEN_UPLOADS", "TOO_MANY_UPLOADS_TODAY"  # reasons
TRIES: Final = 10  # of a write that other requests of the same user overtake
SOON: Final = 10  # seconds, after which an upload may be over that was just open
DAY: Final = timedelta(days=1)
FREE: Final = "#day = :day AND #count < :daily AND size(#open) < :open"
UNCHANGED: Final = "#day = :day AND #count = :count"  # both only grow, so that this means the same item


class LimitReachedError(Exception):
    """The user has to wait before another upload."""

    def __init__(self, reason: str, retry_after: int) -> None:
        """Take a stable code, and the seconds until a request makes sense."""
        super().__init__(reason)
        self.reason, self.retry_after = reason, retry_after


@dataclass(frozen=True)
class Limits:
    """The limits of each user, and the tables."""

    table: str  # of usage
    records: str
    open: int
    daily: int


def count_upload(grant: Grant, limits: Limits) -> None:
    """Count an upload of its owner; raises LimitReachedError if that exceeds a limit."""
    for _ in range(TRIES):
        stored = _add(grant, limits)
        if stored is None or _replace(stored, grant, limits):
            return
    raise LimitReachedError(OPEN, 1)


def _add(grant: Grant, limits: Limits) -> dict[str, Any] | None:
    """Count an upload in one write; return what is stored if the item does not allow that as it is, and None otherwise."""
    values = {"day": _today(), "daily": limits.daily, "open": limits.open, "one": 1, "end": _end(grant)}
    client = clients.dynamodb()
    try:
        client.update_item(
            TableName=limits.table,
            Key={"owner": {"S": grant.owner}},
            UpdateExpression="SET #count = #count + :one, #open.#image = :end",
            ConditionExpression=FREE,
            ExpressionAttributeNames={**expression_names("day", "count", "open"), "#image": grant.image_id},
            ExpressionAttributeValues=expression_values(values),
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    except client.exceptions.ConditionalCheckFailedException as error:
        return stored_item(error)
    return None


def _replace(stored: dict[str, Any], grant: Grant, limits: Limits) -> bool:
    """Count an upload in the place of those that are over, and return whether the item was still as stored."""
    today = _today()
    count = stored["count"] if stored.get("day") == today else 0
    if count >= limits.daily:
        raise LimitReachedError(DAILY, _seconds_of_today())
    item = {
        "owner": grant.owner,
        "day": today,
        "count": count + 1,
        "open": {**_open(stored, limits), grant.image_id: _end(grant)},
        EXPIRES_AT: int((clock.now() + 2 * DAY).timestamp()),
    }
    condition = UNCHANGED if stored else "attribute_not_exists(#day)"
    seen = {name: stored[name] for name in ("day", "count") if stored}
    return conditional_writes.put(limits.table, item, condition, seen) is None


def _open(stored: dict[str, Any], limits: Limits) -> dict[str, int]:
    """Return the open uploads among those stored, with the ends of their URLs; raises LimitReachedError if they are too many."""
    now = clock.now().timestamp()
    valid = {image_id: end for image_id, end in stored.get("open", {}).items() if end > now}
    if len(valid) < limits.open:
        return valid
    over = {image_id for image_id, item in with_items(valid, str, limits.records) if item and is_final(item)}
    left = {image_id: end for image_id, end in valid.items() if image_id not in over}
    if len(left) >= limits.open:
        raise LimitReachedError(OPEN, max(1, min(SOON, int(min(left.values()) - now))))
    return left


def _today() -> str:
    return f"{clock.now():%Y-%m-%d}"


def _seconds_of_today() -> int:
    now = clock.now()
    return int((datetime(now.year, now.month, now.day, tzinfo=UTC) + DAY - now).total_seconds()) + 1


def _end(grant: Grant) -> int:
    return int(grant.expires.timestamp())
