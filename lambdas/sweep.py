"""Sweep: on a schedule, find images that have stalled before their outcome, and start them again or finalize them."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice, takewhile
from typing import TYPE_CHECKING, Any, cast

from lambdas.domain import (
    conflicts,
    deletions,
    executions,
    object_keys,
    objects,
    stalled_uploads,
    tombstones,
    upload_versions,
)
from lambdas.domain.attribute_values import deserialize
from lambdas.domain.back_pressure import Pace
from lambdas.domain.expiry import may_have_expired
from lambdas.domain.finalization import finalize
from lambdas.domain.outcomes import DELETED, PROCESSING, Failure
from lambdas.domain.record import Record, is_begun, read_record
from lambdas.domain.upload_events import read_event
from lambdas.runtime import clients, clock
from lambdas.runtime.settings import SweepSettings
from lambdas.runtime.telemetry import add_log_keys, log_errors, logger, set_log_keys
from workflow import contracts
from workflow.contracts.durations import DAY, DEAD_LETTER_RETENTION
from workflow.contracts.errors import ContractViolation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from mypy_boto3_sqs.type_defs import MessageTypeDef

    from lambdas.domain.upload_versions import ListedUpload
    from workflow.contracts.payloads import MetadataRecord, PipelineInputImage

HORIZON = timedelta(days=3)  # hundreds of sweeps have looked at older uploads; the daily one looks at all
DELETING = timedelta(minutes=2)  # in which a sweep looks at deleted images, about a thousand; the next one goes on
STARTING = timedelta(minutes=4)  # in which a sweep starts executions: its other work takes ten of its fifteen minutes
BATCH_SIZE = 100  # records that DynamoDB returns for one request
VISIBILITY_TIMEOUT = 120  # seconds for which a dead-letter message is hidden from others; it is not deleted
MAX_MESSAGES = 1000  # dead-letter messages that one sweep reads
# After that its image fails, if nothing was started for it: a day later the message is gone.
DEAD_LETTER_AGE = timedelta(seconds=DEAD_LETTER_RETENTION - DAY)
DEAD_LETTER = "DeadLetter"  # the name of an error: the message was not processed in any of its deliveries


class SweepIncompleteError(Exception):
    """An error occurred for some of the images; the next sweep tries them again."""


def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """Sweep once and return how many images were `finalized`, `deleted`, `resumed` and `cleared`.

    The event `{"everything": true}` makes it look at all uploads, not only at recent ones.

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
    """One sweep: dead-letter messages that expire, deletions, uploads, and staged objects that no execution needs."""

    def __init__(self, settings: SweepSettings, *, everything: bool) -> None:
        """Look at uploads within the horizon, or at everything."""
        now = clock.now()
        self._settings = settings
        self._late = now - timedelta(seconds=settings.stalled_after_seconds)
        self._since = None if everything else now - HORIZON
        self._given_up = now - DEAD_LETTER_AGE
        self._pace = Pace(settings.max_concurrency, settings.metadata_table, now + STARTING)
        self._deleting = now + DELETING
        self._done: Counter[str] = Counter()

    def run(self) -> Counter[str]:
        """Run all parts, and return for each part the number of images that it changed."""
        for image, sent in dead_letter_images(self._settings):
            if sent <= self._given_up:
                self._for_each("finalized", image["imageId"], partial(self._fail_dead_letter, image))
        for image_id in takewhile(self._may_delete, tombstones.due_tombstones(self._settings.metadata_table)):
            self._for_each("deleted", image_id, partial(deletions.look_again, image_id, self._settings))
        uploads = upload_versions.list_uploads(self._settings.upload_bucket, self._since, self._late)
        for upload, stored in with_records(uploads, self._settings.metadata_table):
            self._for_each("resumed", upload.image["imageId"], partial(self._reconcile, upload, stored))
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
        if stored and stored["execution"] == name and stored["status"] == PROCESSING:
            return False
        return bool(objects.delete_prefix(self._settings.upload_bucket, object_keys.staged_folder(name)))


def dead_letter_images(settings: SweepSettings) -> Iterator[tuple[PipelineInputImage, datetime]]:
    """Yield the images that dead-letter messages are about, and when each message was sent first.

    Every message stays in the queue, for the alarm.
    """
    for body, sent in islice(receive_messages(settings.dead_letter_queue), MAX_MESSAGES):
        try:
            yield read_event(json.loads(body), settings.upload_bucket), sent
        except (ValueError, RecursionError):  # the latter for JSON that is nested too deep
            logger().warning("a dead-letter message is not about an upload")


def receive_messages(url: str) -> Iterator[tuple[str, datetime]]:
    """Yield the body of each message in the queue once, and when it was sent; the messages are hidden for a while.

    SQS keeps that time when it moves a message to the dead-letter queue.
    """
    while True:
        answer = clients.sqs().receive_message(
            QueueUrl=url,
            MaxNumberOfMessages=10,
            VisibilityTimeout=VISIBILITY_TIMEOUT,
            WaitTimeSeconds=1,
            AttributeNames=["SentTimestamp"],
        )
        if not (messages := answer.get("Messages", [])):
            return
        yield from ((message["Body"], _sent_at(message)) for message in messages)


def _sent_at(message: MessageTypeDef) -> datetime:
    milliseconds = int(message["Attributes"]["SentTimestamp"])
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def with_records(uploads: Iterable[ListedUpload], table: str) -> Iterator[tuple[ListedUpload, MetadataRecord | None]]:
    """Yield each upload with its record; an upload whose record DynamoDB does not return now is for the next sweep."""
    valid = (upload for upload in uploads if _is_valid(upload))
    while batch := list(islice(valid, BATCH_SIZE)):
        records, missed = _read_records(table, [upload.image["imageId"] for upload in batch])
        for upload in batch:
            if upload.image["imageId"] not in missed:
                yield upload, records.get(upload.image["imageId"])


def _read_records(table: str, image_ids: list[str]) -> tuple[dict[str, MetadataRecord], set[str]]:
    """Return the records by image id, and the ids that DynamoDB has left unprocessed."""
    keys = [{"imageId": {"S": image_id}} for image_id in dict.fromkeys(image_ids)]
    answer = clients.dynamodb().batch_get_item(RequestItems={table: {"Keys": keys}})
    left = answer["UnprocessedKeys"]
    missed = {key["imageId"]["S"] for key in left[table]["Keys"]} if table in left else set()
    stored = [cast("MetadataRecord", deserialize(item)) for item in answer["Responses"].get(table, [])]
    return {record["imageId"]: record for record in stored if is_begun(record)}, missed


def _is_valid(upload: ListedUpload) -> bool:
    """Return whether the pipeline accepts the upload; the event of any other one is a dead-letter message."""
    try:
        contracts.check("pipeline-input", {"image": upload.image})
    except ContractViolation:
        return False
    return True
