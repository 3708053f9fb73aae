"""Importers: two runs that import one source at the same time, whose batches are tried again as Step Functions does it."""

from __future__ import annotations

from functools import partial
from random import Random
from typing import TYPE_CHECKING, Any

from lambdas.domain.object_keys import parse_upload_key
from tests.chaos import uploads
from tests.chaos.faults import Fault
from tests.fake_aws import stores
from tests.fake_aws.account import OWNER, REGION

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.chaos.context import Context
    from tests.chaos.invocations import Functions

SOURCE = "pictures-of-ten-years"
RUNS = ("run-1", "run-2")
KEYS = ("1.jpg", "2.jpg", "3.jpg", "4.jpg")
MISSING = "missing.jpg"  # which the listing has, and S3 has not any more
BATCH = 2  # objects
ATTEMPTS = 4  # at a batch, before it fails
CHANGES = 3  # of the source, at most

Item = dict[str, str]


class Importers:
    """The source and the runs of one schedule."""

    def __init__(self, context: Context, functions: Functions, seed: int) -> None:
        """Fill the source."""
        self._context = context
        self._functions = functions
        self._random = Random(f"imports of {seed}")  # noqa: S311 - it is to be replayed
        self._s3 = stores.backend("s3", "aws")
        self._sound: dict[str, bool] = {}  # by ETag
        self.finished: list[tuple[str, list[Item]]] = []  # runs and items of batches that succeeded
        if SOURCE not in self._s3.buckets:
            self._s3.create_bucket(SOURCE, REGION)
        for key in [*self._s3.buckets[SOURCE].keys]:
            self._s3.delete_object(SOURCE, key)
        for key in KEYS:
            self._put(key)

    def acts(self) -> list[Callable[[], None]]:
        """Return what happens at some time: both runs, and changes of the source."""
        changes = [self._change] * self._random.randint(0, CHANGES)
        return [*(partial(self.start, run) for run in RUNS), *changes]

    def _put(self, key: str) -> None:
        data, sound = uploads.content(self._random)
        # Otherwise two keys, or two contents of one key, might be the same.
        marked = data and data + str(self._random.random()).encode()
        self._sound[self._s3.put_object(SOURCE, key, marked).etag] = sound

    def _change(self) -> None:
        """Replace or remove an object, past the API."""
        key = self._random.choice(KEYS)
        self._context.scheduler.note(f"source changes {key}")
        if self._random.random() < 0.5:
            self._put(key)
        else:
            self._s3.delete_object(SOURCE, key)

    def listed(self) -> list[Item]:
        """Return what S3 lists, with an object that is gone."""
        there = [{"key": one.name, "etag": one.etag} for one in self._s3.buckets[SOURCE].keys.values()]
        return [*sorted(there, key=lambda one: str(one["key"])), {"key": MISSING, "etag": "gone"}]

    def start(self, run: str) -> None:
        """Start an execution of a run: one actor for each batch."""
        items = self.listed()
        for first in range(0, len(items), BATCH):
            batch = items[first : first + BATCH]
            self._context.scheduler.spawn("batch", partial(self._import, run, batch))

    def _import(self, run: str, items: list[Item]) -> None:
        """Try a batch until an attempt succeeds. One that is given up goes on."""
        event: Any = {"run": run, "bucket": SOURCE, "ownership": {"kind": "ONE", "owner": OWNER}, "items": items}
        scheduler = self._context.scheduler
        for _ in range(ATTEMPTS):
            invocation = self._functions.invoke("lambdas.import_images", event)
            if self._context.faults.draw({Fault.ZOMBIE: 1}, often=2):
                scheduler.pause("batch is given up")
                continue
            scheduler.wait(partial(getattr, invocation, "over"))
            self.register()
            if not invocation.error:
                self.finished.append((run, items))
                return

    def register(self) -> None:
        """Record the uploads that imports have made."""
        journal = self._context.journal
        for key, versions in self._context.account.upload_versions().items():
            image_id = parse_upload_key(key)[1]
            for version in (one for one in versions if hasattr(one, "size")):
                if version.version_id not in journal.sound:
                    journal.uploaded(image_id, version.version_id, sound=self._sound[version.etag])
