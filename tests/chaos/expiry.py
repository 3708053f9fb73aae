"""What a long time does: DynamoDB deletes expired records, lifecycle rules hide and remove old versions of uploads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, timedelta
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from tests.chaos.faults import Fault
from tests.fake_aws.resources import ENVIRONMENT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from tests.chaos.context import Context
    from tests.chaos.uploaders import Uploaders
    from tests.chaos.world import World

RECORD_DAYS = int(ENVIRONMENT["RECORD_RETENTION_DAYS"])
UPLOAD_DAYS = (1, 30, 3650)  # UploadRetentionDays: less than a record is kept, or more
NONCURRENT_DAYS = 30
JUST_BEFORE = 0.5  # of the jumps end before the first record expires
OFTEN = 0.1  # of the world's turns with something that has expired


@dataclass(frozen=True)
class Expired:
    """Something that AWS may delete from now on."""

    fault: Fault
    delete: Callable[[], object]


class Expiry:
    """Deletes what has expired, one thing after the other, at random turns: AWS does it soon, not at once."""

    def __init__(self, context: Context, world: World, uploaders: Uploaders) -> None:
        """Let nothing expire before months have passed."""
        self.begun = False
        self._world = world
        self._uploaders = uploaders
        self._account = context.account
        self._journal = context.journal
        self._faults = context.faults
        self._random = context.random
        self._upload_days = 0

    def begin(self) -> None:
        """Let months pass; often until just before the first record expires."""
        self.begun = True
        self._upload_days = self._upload_days or self._random.choice(UPLOAD_DAYS)
        first = min(self._account.expiries().values(), default=None)
        jump = timedelta(days=self._random.choice((NONCURRENT_DAYS, RECORD_DAYS)) + 1)
        if first and self._random.random() < JUST_BEFORE:
            jump = first - self._world.now() - timedelta(seconds=self._random.randrange(60))
        self._world.forget_messages()
        self._world.tick(max(jump.total_seconds(), 0))

    def act(self) -> None:
        """Let a moment pass, and delete something that has expired, or nothing."""
        if not self.begun:
            return
        self._world.tick(self._random.uniform(0, 2))
        expired = list(self._expired())
        if expired and self._random.random() < OFTEN:
            one = self._random.choice(expired)
            self._faults.count(one.fault)
            self._world.note(one.fault)
            one.delete()

    def _expired(self) -> Iterator[Expired]:
        for image_id, expires in self._account.expiries().items():
            if expires < self._world.now():
                yield Expired(Fault.RECORD_EXPIRED, partial(self._delete_record, image_id))
        for key, versions in self._account.upload_versions().items():
            yield from self._expired_versions(key, versions)

    def _expired_versions(self, key: str, versions: list[Any]) -> Iterator[Expired]:
        """Yield what the template's lifecycle rules do with the versions of a key, the oldest first."""
        now, newest = self._world.now(), versions[-1]
        is_marker = not hasattr(newest, "size")
        if not is_marker and _modified(newest) < now - timedelta(days=self._upload_days):
            yield Expired(Fault.UPLOAD_EXPIRED, partial(self._uploaders.hide, key))
        if is_marker and len(versions) == 1:
            yield Expired(Fault.VERSION_EXPIRED, partial(self._account.delete_upload, key, newest.version_id))
        for older, newer in pairwise(versions):
            if _modified(newer) < now - timedelta(days=NONCURRENT_DAYS):
                yield Expired(Fault.VERSION_EXPIRED, partial(self._account.delete_upload, key, older.version_id))

    def _delete_record(self, image_id: str) -> None:
        self._journal.expire(image_id)
        self._account.delete_record(image_id)


def _modified(version: Any) -> datetime:
    return version.last_modified.replace(tzinfo=UTC)  # type: ignore[no-any-return]  # moto's
