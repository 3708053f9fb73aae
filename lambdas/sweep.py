"""Sweep: on a schedule, find images that have stalled before their outcome, and start them again or finalize them."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime, timedelta
from functools import partial
from itertools import takewhile
from typing import TYPE_CHECKING, Any, cast

from lambdas.domain import (
    conflicts,
    deletions,
    executions,
    object_keys,
    objects,
    open_records,
    stalled_uploads,
    tombstones,
    upload_versions,
)
from lambdas.domain.back_pressure import Pace
from lambdas.domain.dead_letters import dead_letter_images
from lambdas.domain.expiry import may_have_expired
from lambdas.domain.finalization import finalize
from lambdas.domain.outcomes import DELETED, PROCESSING, Failure, is_final, notification_pending
from lambdas.domain.record import CLAIM, Record, is_begun, read_record
from lambdas.domain.record_batches import with_items
from lambdas.runtime import clock
from lambdas.runtime.settings import YES, SweepSettings
from lambdas.runtime.telemetry import add_log_keys, log_errors, logger, set_log_keys
from workflow.contracts.durations import DAY, DEAD_LETTER_RETENTION

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdas.domain.upload_versions import ListedUpload
    from workflow.contracts.payloads import MetadataRecord, PipelineInputImage

# Of sweeps without the index: hundreds have looked at older uploads, and the daily one of such a stack looks at all.
HORIZON = timedelta(days=3)
DELETING = timedelta(minutes=2)  # in which a sweep looks at deleted images, about a thousand; the next one goes on
STARTING = timedelta(minutes=4)  # in which a sweep starts executions: its other work takes ten of its fifteen minutes
LOOKING = timedelta(minutes=11)  # in which a sweep by the index looks at images; it goes on in the next sweep
# After that its image fails, if nothing was started for it: a day later the message is gone.
DEAD_LETTER_AGE = timedelta(seconds=DEAD_LETTER_RETENTION - DAY)
OF_IMAGE = ("imageId", "owner", "bucket", "key", "versionId")  # in a record
DEAD_LETTER = "DeadLetter"  # the name of an error: the message was not processed in any of its deliveries


class SweepIncompleteError(Exception):
    """An error occurred for some of the images; the next sweep tries them again."""


def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """Sweep once and return how many images were `finalized`, `deleted`, `resumed` and `cleared`.

    The event `{"everything": true}` makes it list all uploads, instead of reading the index of open records.

    Sweeps may run at the same time, and beside everything else. An error with one image does not keep others from being
    processed; raises SweepIncompleteError at the end if there was any.
    """
    set_log_keys(requestId=context.aws_request_id)
    with log_errors():
        done = Sweep(SweepSettings.read(), everything=bool(event.get("everything"))).run()
        logger().info("swept", extra={"done": done})
        if done["failed"]:
            raise SweepIncompleteError(f"{done['failed']} images could not be processed; the log says why")
        return dict(done)


class Sweep:
    """One sweep: dead-letter messages, deletions, open images, and staged objects that no execution needs."""

    def __init__(self, settings: SweepSettings, *, everything: bool) -> None:
        """Look at what the index of open records has, or list everything; without the index, list recent uploads."""
        now = clock.now()
        self._settings = settings
        self._by_index = settings.sweep_index == YES and not everything
        self._until = now + LOOKING
        self._late = now - timedelta(seconds=settings.stalled_after_seconds)
        self._since = None if everything else now - HORIZON
        self._given_up = now - DEAD_LETTER_AGE
        self._pace = Pace(settings.max_concurrency, settings.metadata_table, now + STARTING)
        self._deleting = now + DELETING
        self._done: Counter[str] = Counter()

    def run(self) -> Counter[str]:
        """Run all parts, and return for each part the number of images that it changed."""
        unread: list[PipelineInputImage] = []
        for image, sent in dead_letter_images(self._settings):
            if sent <= self._given_up:
                self._for_each("finalized", image["imageId"], partial(self._fail_dead_letter, image))
            else:
                unread.append(image)
        for image_id in takewhile(self._may_delete, tombstones.due_tombstones(self._settings.metadata_table)):
            self._for_each("deleted", image_id, partial(deletions.look_again, image_id, self._settings))
        if self._by_index:
            self._look_at_open(unread)
        else:
            self._look_at_listed()
        for name in objects.list_staged_executions(self._settings.upload_bucket, self._late):
            self._for_each("cleared", executions.image_id(name), partial(self._delete_staged, name))
        return self._done

    def _for_each(self, part: str, image_id: str, do: Callable[[], bool]) -> None:
        """Run a part for one image, and count the image if something was done; an error is logged, and the sweep continues."""
        add_log_keys(imageId=image_id)
        try:
            with conflicts.leave_to_sweep():
                self._done[part] += do()
        except Exception:  # noqa: BLE001 - the sweep continues; the handler raises an error at the end
            logger().exception("an image is left to the next sweep")
            self._done["failed"] += 1

    def _may_delete(self, _: str) -> bool:
        return clock.now() < self._deleting

    def _look_at_open(self, dead: list[PipelineInputImage]) -> None:
        """Look at the open images of the index, and at those of dead-letter messages that have no record, in limited time."""
        table = self._settings.metadata_table
        for image, item in with_items(dead, lambda one: one["imageId"], table):
            if not item:
                self._for_each("resumed", image["imageId"], partial(self._reconcile_dead, image))
        due = open_records.list_open(table, self._late)
        for image_id, item in takewhile(lambda _: clock.now() < self._until, with_items(due, str, table)):
            if item and open_records.is_open(item):
                self._for_each("resumed", image_id, partial(self._look, item))

    def _look_at_listed(self) -> None:
        """Look at the images of the uploads that S3 lists."""
        listed = upload_versions.list_uploads(self._settings.upload_bucket, self._since, self._late)
        uploads = (upload for upload in listed if stalled_uploads.is_valid(upload))
        for upload, item in with_items(uploads, lambda one: one.image["imageId"], self._settings.metadata_table):
            stored = item if item and is_begun(item) else None
            self._for_each("resumed", upload.image["imageId"], partial(self._reconcile, upload, stored))

    def _look(self, item: MetadataRecord) -> bool:
        """Reconcile an open image. If nothing was to be done, take it from the index, or look at it later."""
        table, begun = self._settings.metadata_table, is_begun(item)
        upload = self._find(item["key"])
        newer = upload is not None and stalled_uploads.is_newer(upload, item)
        if begun and not newer and stalled_uploads.is_complete(item):
            open_records.close(table, item)
            return False
        if upload is None and begun:
            return self._reconcile_gone(item)
        if done := self._reconcile_found(upload, item if begun else None):
            return done
        gone = upload is None or (upload.deleted and not begun)
        # An upload that was not made by now is seldom made, and an execution whose outcome is notified seldom leaves more.
        if gone or (is_final(item) and not newer and not notification_pending(item)):
            waited = clock.now() - datetime.fromisoformat(item.get("createdAt", item["updatedAt"]))
            open_records.postpone(table, item, self._late + min(waited, stalled_uploads.LONGEST_PAUSE))
        return False

    def _reconcile_gone(self, item: MetadataRecord) -> bool:
        """Bring the record of an upload of which S3 has no version any more to its outcome, by what the record has of it."""
        image = cast("PipelineInputImage", {name: value for name, value in item.items() if name in OF_IMAGE})
        return stalled_uploads.reconcile_deleted(image, item, self._late, self._settings, self._pace)

    def _reconcile_dead(self, image: PipelineInputImage) -> bool:
        """Reconcile the image of a dead-letter message, which has no record."""
        return self._reconcile_found(self._find(image["key"]), None)

    def _find(self, key: str) -> ListedUpload | None:
        return upload_versions.find_upload(self._settings.upload_bucket, key)

    def _reconcile_found(self, upload: ListedUpload | None, stored: MetadataRecord | None) -> bool:
        """Reconcile an upload, if there is one that may have stalled."""
        is_due = upload is not None and upload.modified < self._late and stalled_uploads.is_valid(upload)
        return self._reconcile(upload, stored) if upload and is_due else False

    def _reconcile(self, upload: ListedUpload, stored: MetadataRecord | None) -> bool:
        """Reconcile one upload, unless its record may have expired: its image would be processed again."""
        if not stored and may_have_expired(upload.image, self._settings.record_retention_days):
            return False
        if stored and stored["status"] == DELETED:
            return deletions.look_again(stored["imageId"], self._settings)
        reconcile = stalled_uploads.reconcile_deleted if upload.deleted else stalled_uploads.reconcile
        return reconcile(upload.image, stored, self._late, self._settings, self._pace)

    def _fail_dead_letter(self, image: PipelineInputImage) -> bool:
        """Fail an image for which no execution was ever started, though each sweep has tried it as a stalled upload."""
        record = Record(self._settings.metadata_table, image, executions.name(image))
        if record.read() or executions.status(image, self._settings):
            return False
        error = {"Error": DEAD_LETTER, "Cause": "The message was not processed in any of its deliveries."}
        # Another message about the same upload may have been processed by now.
        failure = Failure("ProcessingQueue", DEAD_LETTER, json.dumps(error))
        finalize(record, failure, self._settings, only_if_new=True)
        return True

    def _delete_staged(self, name: str) -> bool:
        """Delete what the execution called name has staged, unless its image is being processed."""
        stored = read_record(self._settings.metadata_table, executions.image_id(name))
        if stored and name in (stored["execution"] if stored["status"] == PROCESSING else "", stored.get(CLAIM)):
            return False
        return bool(objects.delete_prefix(self._settings.upload_bucket, object_keys.staged_folder(name)))
