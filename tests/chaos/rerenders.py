"""Rerenders: two runs that make the renditions of all images anew, whose batches are tried again as Step Functions does it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from lambdas.domain import executions
from lambdas.domain.attribute_values import deserialize
from lambdas.domain.object_keys import archive_folder
from lambdas.domain.outcomes import SUCCEEDED
from lambdas.domain.record import CLAIM, SUPERSEDED
from tests.chaos.archive_statement import archived
from tests.fake_aws import stores
from tests.fake_aws.resources import ARCHIVE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.chaos.context import Context
    from tests.chaos.invocations import Functions

RUNS = ("rerender-1", "rerender-2")
ATTEMPTS = 4  # at a batch, before it fails


class Rerenders:
    """The runs of one schedule, and what was wrong with a record at any time."""

    def __init__(self, context: Context, functions: Functions) -> None:
        """Look at each write of a record."""
        self._context = context
        self._functions = functions
        self.torn: list[str] = []
        written = context.journal.written

        def look(old: Any, new: Any, step: int) -> None:
            written(old, new, step)
            if new:
                self._look(deserialize(new))

        context.journal.written = look  # type: ignore[method-assign]

    def acts(self) -> list[Callable[[], None]]:
        """Return what happens at some time."""
        return [partial(self._start, run) for run in RUNS]

    def _start(self, run: str) -> None:
        """Start a run for all images that have succeeded by now: one batch."""
        records = self._context.account.records()
        found = sorted(image_id for image_id, item in records.items() if item["status"]["S"] == SUCCEEDED)
        if found:
            self._context.scheduler.note(f"{run} of {len(found)} images")
            items = [{"key": image_id, "version": "", "owner": ""} for image_id in found]
            event = {"run": run, "bucket": ARCHIVE, "ownership": {"kind": "RECORD"}, "items": items}
            self._context.scheduler.spawn("batch", partial(self._try, event))

    def _try(self, event: dict[str, Any]) -> None:
        for _ in range(ATTEMPTS):
            invocation = self._functions.invoke("lambdas.import_images", event)
            self._context.scheduler.wait(partial(getattr, invocation, "over"))
            if not invocation.error:
                return

    def _look(self, record: dict[str, Any]) -> None:
        """Note renditions that the record of a success names, and that are not there, or are of several executions."""
        if record["status"] != SUCCEEDED:
            return
        keys = set(archived(record["archive"]))
        missing = keys - set(self._context.account.keys(ARCHIVE))
        if missing:
            self.torn.append(f"{record['imageId']} names what is not there: {sorted(missing)}")
        folders = {key.rpartition("/")[0] for key in keys - {record["archive"]["original"]["key"]}}
        if len(folders) != 1:
            self.torn.append(f"{record['imageId']} has renditions of several executions: {sorted(folders)}")

    def violations(self) -> Iterator[str]:
        """Yield what is wrong in the end, and what was at some time."""
        yield from (f"rerenders: {text}" for text in self.torn)
        for image_id, item in self._context.account.records().items():
            left = {CLAIM, SUPERSEDED} & item.keys()
            if left:
                yield f"rerenders: {image_id} has {sorted(left)} in the end"
            record = deserialize(item)
            if record["status"] == SUCCEEDED and executions_of(record):
                yield from self._kept(record)

    def _kept(self, record: dict[str, Any]) -> Iterator[str]:
        """Yield replaced renditions of the version that do not expire, and current ones that do."""
        bucket = stores.backend("s3", "aws")
        names = set(archived(record["archive"]))
        folders = self._folders(record)
        for key in self._context.account.keys(ARCHIVE):
            folder, _, name = key.rpartition("/")
            if folder not in folders or name.startswith("original"):
                continue
            tags = bucket.tagger.get_tag_dict_for_resource(bucket.get_object(ARCHIVE, key).arn)
            if bool(tags) == (key in names):
                yield f"rerenders: {key} {'expires' if tags else 'does not expire'}"

    def _folders(self, record: dict[str, Any]) -> set[str]:
        """Return the folders of the executions for the version: what older versions have archived stays."""
        inputs = (execution.input_data["image"] for execution in self._context.journal.executions)
        images = [image for image in inputs if image["versionId"] == record["versionId"]]
        return {archive_folder(image, executions.name(image)).rstrip("/") for image in images}


def executions_of(record: dict[str, Any]) -> list[str]:
    """Return the executions that have made renditions of the version anew."""
    names = {executions.name({**record, "original": {"run": run}}) for run in RUNS}  # type: ignore[typeddict-item]
    return [name for name in (*record.get("earlier", []), record["execution"]) if name in names]
