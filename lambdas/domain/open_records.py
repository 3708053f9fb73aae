"""The open records: a sparse index of the table, by the time since which an image waits for its outcome.

A record is in the index from its beginning until nothing is left to do: its outcome is notified and the archive is clear. So
the work of a sweep grows with the images that are open, and not with those that were ever uploaded. The index follows the
table within moments; the sweep looks at entries that are more than an hour old.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, cast

from lambdas.domain import conditional_writes
from lambdas.domain.conditional_writes import Update
from lambdas.domain.index_queries import find_images
from lambdas.runtime import clients, clock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from workflow.contracts.payloads import MetadataRecord

INDEX: Final = "OpenIndex"
SINCE: Final = "openSince"
# A partition of an index takes 1,000 writes a second, and an image has four. One partition would bound the stack at 250 images
# a second, and MaxConcurrency allows 500. The first digit of the image's ID, which is random, chooses one of four.
SHARD: Final = "openShard"
SHARDS: Final = tuple("0123")
QUERIES: Final = 2 * len(SHARDS)  # for what is open, if it fits the pages of DynamoDB, of 1 MB
LONGEST: Final = 14 * 24 * 3600  # seconds that an image is open, as a rule
SHUFFLED: Final = 100_000  # images at once: more than a sweep has time for, in 10 MB
EARLIEST, MILLISECOND = datetime(2000, 1, 1, tzinfo=UTC), timedelta(milliseconds=1)
KEYS: Final = (SHARD, SINCE)  # of the index; without them a record is not in it
BETWEEN: Final = f"#{SHARD} = :shard AND #{SINCE} BETWEEN :low AND :high"
LEFT_OUT: Final = f"attribute_not_exists(#{SINCE}) AND #status = :status AND #execution = :execution"
SAME: Final = f"#{SINCE} = :seen AND #status = :status AND #execution = :execution"


@cache
def random() -> Random:
    """Return what chooses where a sweep begins. Only the sweep imports it, and not the functions of the API."""
    from random import Random

    return Random()  # noqa: S311 - it spreads work, and protects nothing


def opened(image_id: str, since: str) -> dict[str, object]:
    """Return the attributes by which a record is in the index."""
    return {SHARD: SHARDS[int(image_id[0], 16) % len(SHARDS)], SINCE: since}


def list_open(table: str, until: datetime) -> Iterator[str]:
    """Yield the IDs of the images that are open since until or longer, each once.

    They come by shard and time, but begin with a random shard and at a random time, and many of them are shuffled at once: a sweep
    that runs out of time leaves others each time, also if it finds the same images open again and again, and if all are open
    since the same moment.
    """
    for shard in random().sample(SHARDS, len(SHARDS)):
        first = until - timedelta(seconds=LONGEST ** random().random())
        for low, high in ((first, until), (EARLIEST, first - MILLISECOND)):
            values = {"shard": shard, "low": clock.rfc3339(low), "high": clock.rfc3339(high)}
            yield from _shuffled(find_images(table, INDEX, BETWEEN, values))


def _shuffled(images: Iterator[str]) -> Iterator[str]:
    while part := list(islice(images, SHUFFLED)):
        random().shuffle(part)
        yield from part


def close(table: str, stored: MetadataRecord) -> None:
    """Remove the record from the index, unless it has changed since it was read."""
    _write(table, stored, Update({}, SAME, _seen(stored), ("status", "execution"), removed=KEYS))


def postpone(table: str, stored: MetadataRecord, since: datetime) -> None:
    """Let the record be open since another time, unless it has changed since it was read."""
    values = {**_seen(stored), "since": clock.rfc3339(since)}
    _write(table, stored, Update({}, SAME, values, (SINCE, "status", "execution"), (f"#{SINCE} = :since",)))


def reopen(table: str, stored: MetadataRecord) -> None:
    """Put the record into the index, unless it has changed since it was read: the next sweep looks at it."""
    attributes = opened(stored["imageId"], stored["updatedAt"])
    seen = {name: stored[name] for name in ("status", "execution")}
    _write(table, stored, Update(attributes, LEFT_OUT, seen, (SINCE, "status", "execution")))


def _seen(stored: MetadataRecord) -> dict[str, object]:
    return {"seen": stored["openSince"], "status": stored["status"], "execution": stored["execution"]}


def _write(table: str, stored: MetadataRecord, change: Update) -> None:
    key: Any = {"imageId": {"S": stored["imageId"]}}
    try:
        conditional_writes.update(table, key, change)
    except clients.dynamodb().exceptions.ConditionalCheckFailedException:
        return  # the image goes on, and a later sweep looks at it


def is_open(stored: MetadataRecord) -> bool:
    """Return whether the record is in the index."""
    return SINCE in cast("dict[str, object]", stored)
