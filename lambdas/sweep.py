"""Sweep: on a schedule, find what got lost on its way to an end, and start it again or settle it."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

from lambdas.domain import conflicts, executions, object_keys, objects, stalled_uploads, upload_versions
from lambdas.domain.attribute_values import deserialize
from lambdas.domain.finalization import finalize
from lambdas.domain.record import PROCESSING, Failure, Item, Record
from lambdas.domain.upload_events import read_event
from lambdas.runtime import clients, clock
from lambdas.runtime.settings import SweepSettings
from lambdas.runtime.telemetry import add_log_keys, log_errors, logger, set_log_keys
from workflow import contracts
from workflow.contracts.errors import ContractViolation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from lambdas.domain.upload_versions import ListedUpload

HORIZON = timedelta(days=3)  # what is older has been looked at by hundreds of sweeps; a daily one looks further
BATCH_SIZE = 100  # records that DynamoDB gives at once
VISIBILITY_TIMEOUT = (
    120  # seconds for which a dead letter that is looked at is kept from others; then it is there again
)
MAX_MESSAGES = 1000  # looked at in one sweep
DEAD_LETTER = "DeadLetter"  # as an error's name: the message was not taken up in all its deliveries

Image = dict[str, Any]


def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """Sweep once and return how often what was done; `{"everything": true}` looks beyond the horizon.

    Sweeps may run at once, and beside everything else. What cannot be settled does not keep others from it; raises
    Unswept at the end if there was any.
    """
    set_log_keys(requestId=context.aws_request_id)
    with log_errors():
        done = Sweep(SweepSettings.read(), bool(event.get("everything"))).run()
        logger().info("swept", extra={"done": done})
        if done["failed"]:
            raise SweepIncompleteError(
                f"{done['failed']} pictures could be neither settled nor started again; the log says why"
            )
        return dict(done)


class SweepIncompleteError(Exception):
    """Something went wrong with some of the pictures; the next sweep tries again."""


class Sweep:
    """One sweep: dead letters, then uploads, then what is staged for nobody."""

    def __init__(self, environment: SweepSettings, everything: bool) -> None:  # noqa: FBT001 - as the event has it
        """Look at uploads within the horizon, or at everything."""
        now = clock.now()
        self._environment = environment
        self._late = now - timedelta(seconds=environment.stalled_after_seconds)
        self._since = None if everything else now - HORIZON
        self._recorded = now - timedelta(days=environment.record_retention_days)
        self._done: Counter[str] = Counter()

    def run(self) -> Counter[str]:
        """Do all of it and return how often what was done."""
        for image in dead_letter_images(self._environment):
            self._each("settled", image, self._settle_letter)
        uploads = upload_versions.list_uploads(self._environment.upload_bucket, self._since, self._late)
        for upload, found in with_records(uploads, self._environment.metadata_table):
            self._each("resumed", upload.image, partial(self._look_at, found=found, deleted=upload.deleted))
        for name in objects.list_staged_executions(self._environment.upload_bucket, self._late):
            self._each("cleared", {"imageId": executions.image_id(name)}, partial(self._unstage, name=name))
        return self._done

    def _each(self, what: str, image: Image, do: Callable[[Image], bool]) -> None:
        """Do it for one picture, and count that it was done; an error is logged and leaves the others alone."""
        add_log_keys(imageId=image["imageId"])
        try:
            with conflicts.leave_to_sweep():
                self._done[what] += do(image)
        except Exception:  # noqa: BLE001 - whatever it is, it is told at the end
            logger().exception("a picture is left to the next sweep")
            self._done["failed"] += 1

    def _look_at(self, image: Image, *, found: Item | None, deleted: bool) -> bool:
        """Look at one upload, but not at one whose record may have expired: its picture would be tried anew."""
        if not found and datetime.fromisoformat(image["uploadedAt"]) < self._recorded:
            return False
        look_at = stalled_uploads.reconcile_deleted if deleted else stalled_uploads.reconcile
        return look_at(image, found, self._late, self._environment)

    def _settle_letter(self, image: Image) -> bool:
        """Settle a picture that no execution was ever started for; others settle themselves, or are swept."""
        record = Record(self._environment.metadata_table, image, executions.name(image))
        if record.read() or executions.status(image, self._environment):
            return False
        error = {"Error": DEAD_LETTER, "Cause": "The message was not taken up in all of its deliveries."}
        # By now another message of the same upload may have been taken up.
        finalize(record, Failure("ProcessingQueue", DEAD_LETTER, json.dumps(error)), self._environment, begun=False)
        return True

    def _unstage(self, image: Image, *, name: str) -> bool:
        """Remove what an execution has staged unless its picture's record waits for it."""
        record = Record(self._environment.metadata_table, image, name)
        found = record.read()
        if found and found["execution"] == name and found["status"] == PROCESSING:
            return False
        return bool(objects.delete_prefix(self._environment.upload_bucket, object_keys.staged_folder(name)))


def dead_letter_images(environment: SweepSettings) -> Iterator[Image]:
    """Yield the pictures that dead letters are about; what is no upload's is for the alarm, and every letter stays."""
    for body in islice(receive_messages(environment.dead_letter_queue), MAX_MESSAGES):
        try:
            yield read_event(json.loads(body), environment.upload_bucket)
        except (ValueError, RecursionError):  # the latter of JSON without end in depth
            logger().warning("a dead letter is not about an upload")


def receive_messages(url: str) -> Iterator[str]:
    """Yield the bodies of the messages in the queue, each once; they are hidden for a moment and not taken away."""
    while True:
        answer = clients.sqs().receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=VISIBILITY_TIMEOUT, WaitTimeSeconds=1
        )
        if not (messages := answer.get("Messages", [])):
            return
        yield from (message["Body"] for message in messages)


def with_records(uploads: Iterable[ListedUpload], table: str) -> Iterator[tuple[ListedUpload, Item | None]]:
    """Yield each upload with its record; those whose records DynamoDB does not give now are for the next sweep."""
    waiting = (upload for upload in uploads if _is_upload(upload.image))
    while batch := list(islice(waiting, BATCH_SIZE)):
        wanted = [{"imageId": {"S": image_id}} for image_id in {one.image["imageId"]: None for one in batch}]
        answer = clients.dynamodb().batch_get_item(RequestItems={table: {"Keys": wanted}})
        left = answer["UnprocessedKeys"]
        missed = {key["imageId"]["S"] for key in left[table]["Keys"]} if table in left else set()
        found = {item["imageId"]: item for item in map(deserialize, answer["Responses"].get(table, []))}
        yield from ((one, found.get(one.image["imageId"])) for one in batch if one.image["imageId"] not in missed)


def _is_upload(image: Image) -> bool:
    """Tell whether the pipeline would take image; the event of what is none is a dead letter."""
    try:
        contracts.check("pipeline-input", {"image": image})
    except ContractViolation:
        return False
    return True
