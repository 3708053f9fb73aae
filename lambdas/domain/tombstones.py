"""Tombstones: the record of a deleted image, which keeps whatever arrives late from bringing the image back.

Nobody but a deletion writes a tombstone again; the state machine writes the status DELETED over itself, to learn of it. Every other write of a record names an execution, and the execution of a
tombstone is none of the pipeline's. An execution that finds the record of another one replaces it only if it has the same
key, and a tombstone has none. Both hold for the functions of version 0.2 and for its executions, too.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from lambdas.domain.conditional_writes import RefusedError, Update, exchange, update
from lambdas.domain.grants import NONE
from lambdas.domain.image_list import INDEX
from lambdas.domain.index_queries import find_images
from lambdas.domain.outcomes import DELETED, NOTIFIED_AT, PROCESSING
from lambdas.domain.record import CLAIM, EXPIRES_AT, SUPERSEDED, read_item
from lambdas.runtime import clients, clock
from workflow.contracts.durations import DAY, EXECUTION_TIMEOUT, TOMBSTONE_LIFETIME

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workflow.contracts.payloads import MetadataRecord

# The owner of every tombstone: no user has this id, so that no route shows one. In the index by owner and createdAt, the
# tombstones that a sweep has to look at are together, in the order of their next looks.
NOBODY = "deletions"
NEXT_LOOK = "createdAt"
# After a deletion, a sweep looks for what executions have written since: at once; when no EXPRESS execution can run any more;
# when no STANDARD one can; and before the tombstone expires, after anything that may have come late.
LOOKS = tuple(
    timedelta(seconds=seconds) for seconds in (0, 2 * 3600, EXECUTION_TIMEOUT + DAY, TOMBSTONE_LIFETIME - DAY)
)


class NoSuchImageError(Exception):
    """The user has no image with that id."""


def replace_record(table: str, image_id: str, user: str) -> tuple[MetadataRecord, str]:
    """Write a tombstone in the place of the record of user's image, and return it with the status that the record had.

    The status is PROCESSING, too, if renditions were being made anew or replaced: that execution may write more. If the user has
    deleted the image before, this is the earlier tombstone, with the status DELETED. It is one write in any case. Raises
    NoSuchImageError if the user has no such image.
    """
    tombstone = _tombstone(image_id, user)
    try:
        replaced = exchange(table, tombstone, "#owner = :user", {"user": user})
    except RefusedError as refused:
        if refused.stored.get("deletedBy") != user:
            raise NoSuchImageError from refused
        tombstone = replaced = refused.stored
    is_written = CLAIM in replaced or SUPERSEDED in replaced
    return cast("MetadataRecord", tombstone), PROCESSING if is_written else replaced["status"]


def _tombstone(image_id: str, user: str) -> dict[str, Any]:
    now = clock.timestamp()
    return {
        "imageId": image_id,
        "owner": NOBODY,
        "deletedBy": user,
        "status": DELETED,
        "bucket": NONE,
        "key": NONE,
        "versionId": NONE,
        "execution": f"{image_id}-deleted",  # the ID of the notification
        "updatedAt": now,
        NEXT_LOOK: now,
        EXPIRES_AT: int(clock.now().timestamp()) + TOMBSTONE_LIFETIME,
    }


def read_tombstone(table: str, image_id: str) -> MetadataRecord | None:
    """Return the tombstone of an image, or None if the image is not deleted."""
    stored = read_item(table, image_id)
    return stored if stored and stored["status"] == DELETED else None


def due_tombstones(table: str) -> Iterator[str]:
    """Return the IDs of the images whose tombstones a sweep has to look at, the longest due first."""
    condition, values = f"#owner = :owner AND #{NEXT_LOOK} <= :now", {"owner": NOBODY, "now": clock.timestamp()}
    return find_images(table, INDEX, condition, values)


def next_look(tombstone: MetadataRecord) -> str:
    """Return when a sweep has to look next at a tombstone that was looked at now; empty if it need not any more."""
    deleted = datetime.fromisoformat(tombstone["updatedAt"])
    following = (deleted + after for after in LOOKS if deleted + after > clock.now())
    return next(map(clock.rfc3339, following), "")


def mark_notified(table: str, tombstone: MetadataRecord) -> None:
    """Store when the deletion was published."""
    _write(table, tombstone, {NOTIFIED_AT: clock.timestamp()})


def mark_looked_at(table: str, tombstone: MetadataRecord) -> None:
    """Store when a sweep has to look at the tombstone next, if at all."""
    following = next_look(tombstone)
    _write(table, tombstone, {NEXT_LOOK: following} if following else {}, removed=() if following else (NEXT_LOOK,))


def bring_forward(table: str, tombstone: MetadataRecord) -> None:
    """Let the next sweep look at the tombstone; the looks after that stay as they are."""
    _write(table, tombstone, {NEXT_LOOK: clock.timestamp()})


def _write(table: str, tombstone: MetadataRecord, attributes: dict[str, str], removed: tuple[str, ...] = ()) -> None:
    """Change attributes of a tombstone, unless it has expired."""
    key: Any = {"imageId": {"S": tombstone["imageId"]}}
    change = Update(attributes, "#status = :deleted", {"deleted": DELETED}, ("status",), removed=removed)
    with suppress(clients.dynamodb().exceptions.ConditionalCheckFailedException):
        update(table, key, change)
