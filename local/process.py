"""Sends images through the whole stack and collects their outcomes."""

import json
import os
import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from botocore.exceptions import ClientError

from asl.printable import printable_json
from lambdas.domain.attribute_values import deserialize
from lambdas.domain.outcomes import DELETED, NOTIFIED_AT
from local.client import Client, UploadFailedError, UploadRefusedError
from local.notifications import Notifications
from local.stack import LocalStack

RECORD_SECONDS = 0.05  # between two reads of a record that is about to be complete
MAX_STEM_BYTES = 200  # of a file name in the name of a folder, which may have 255


@dataclass(frozen=True)
class Outcome:
    """The outcome of one image; status is None if it has no final status."""

    file: str
    imageId: str | None  # noqa: N815 - the name of the JSON field
    status: str | None
    reason: str | None
    seconds: float
    record: dict[str, Any] | None = None
    notification: dict[str, Any] | None = None
    outputs: dict[str, str] = field(default_factory=dict)
    folder: Path | None = None  # where its results were written
    document: dict[str, Any] | None = None  # as GET /images/{imageId} answers it

    def to_json(self) -> str:
        """Return the outcome as one line of JSON."""
        fields = {name: value for name, value in asdict(self).items() if name != "folder"}
        return printable_json(fields, ensure_ascii=False)


@dataclass
class _Image:
    """An image that is being uploaded or processed."""

    file: Path
    started: float  # time.monotonic()
    image_id: str | None = None

    def outcome(self, status: str | None, reason: str | None = None) -> Outcome:
        """Return the outcome of an image of which there is nothing to show."""
        return Outcome(display_path(self.file), self.image_id, status, reason, self.seconds)

    @property
    def seconds(self) -> float:
        return round(time.monotonic() - self.started, 3)


def process(stack: LocalStack, files: list[Path], output: Path, *, at_once: int, timeout: float) -> Iterator[Outcome]:
    """Send files through the stack, at_once at a time; yield each outcome, and write its results below output.

    Images without a final status after timeout seconds are yielded last, with status None. Raises what reading notifications,
    records or results raises.
    """
    deadline = time.monotonic() + timeout
    http = stack.emulator.http(min(at_once, len(files)))  # urllib3 makes room for all connections at once
    running = _Running(stack, Client(stack.upload_url_endpoint, stack.token, http), output)
    unsent = list(files)
    try:
        while unsent or running.images:
            while unsent and len(running.images) < at_once and time.monotonic() < deadline:
                running.start(unsent.pop(0))
            yield running.next_outcome(deadline - time.monotonic())
    except Empty:
        pass  # reported below
    finally:
        running.stop()
    yield from (image.outcome(None, "NOT_FINISHED") for image in running.images)
    yield from (Outcome(display_path(file), None, None, "NOT_SENT", 0) for file in unsent)


class _Running:
    """The images that are being uploaded or processed, each in a thread, which this process does not wait for when it ends."""

    def __init__(self, stack: LocalStack, client: Client, output: Path) -> None:
        self.images: list[_Image] = []
        self._stack, self._client, self._output = stack, client, output
        self._ended = SimpleQueue[tuple[_Image, Outcome] | BaseException]()
        self._notifications = Notifications(stack)
        threading.Thread(target=self._receive, daemon=True).start()

    def start(self, file: Path) -> None:
        """Send a file."""
        self.images.append(image := _Image(file, time.monotonic()))
        threading.Thread(target=self._follow, args=(image,), daemon=True).start()

    def stop(self) -> None:
        """Receive no more notifications."""
        self._notifications.stop()

    def next_outcome(self, seconds: float) -> Outcome:
        """Wait for the next outcome and return it; raises queue.Empty after so many seconds, or what a thread has raised."""
        if seconds <= 0:
            raise Empty
        ended = self._ended.get(timeout=seconds)
        if isinstance(ended, BaseException):
            raise ended
        image, outcome = ended
        self.images.remove(image)
        return outcome

    def _receive(self) -> None:
        try:
            self._notifications.receive()
        except BaseException as error:  # noqa: BLE001 - raised by next_outcome
            self._ended.put(error)

    def _follow(self, image: _Image) -> None:
        try:
            self._ended.put((image, self._outcome(image)))
        except BaseException as error:  # noqa: BLE001 - raised by next_outcome
            self._ended.put(error)

    def _outcome(self, image: _Image) -> Outcome:
        """Upload an image, wait for its notification, and write its results."""
        try:
            image.image_id = self._client.upload(image.file)
        except UploadRefusedError as refusal:
            return image.outcome("REJECTED", refusal.reason)
        except (UploadFailedError, OSError) as error:
            return image.outcome(None, f"NOT_SENT: {error}")
        notification = self._notifications.wait(image.image_id)
        try:
            return self._processed(image, notification)
        except (ClientError, UploadFailedError):
            if self._final_record(notification["imageId"])["status"] == DELETED:
                return image.outcome(DELETED)
            raise

    def _processed(self, image: _Image, notification: dict[str, Any]) -> Outcome:
        """Write the results of an image; somebody may delete it meanwhile, which raises ClientError or UploadFailedError."""
        record = self._final_record(notification["imageId"])
        if record["status"] == DELETED:
            return image.outcome(DELETED)
        outcome = _final_outcome(self._stack, image, notification, record, self._output)
        return replace(outcome, document=self._client.document(notification["imageId"]))

    def _final_record(self, image_id: str) -> dict[str, Any]:
        """Return the record when it is complete: notifiedAt is set right after the notification was sent, and nothing after it."""
        while NOTIFIED_AT not in (record := read_record(self._stack, image_id)) and record["status"] != DELETED:
            time.sleep(RECORD_SECONDS)
        return record


def _final_outcome(
    stack: LocalStack, image: _Image, notification: dict[str, Any], record: dict[str, Any], output: Path
) -> Outcome:
    folder = output / f"{_short(image.file.stem)}-{notification['imageId'][:8]}"
    return Outcome(
        display_path(image.file),
        image.image_id,
        notification["status"],
        notification.get("reason"),
        image.seconds,
        record,
        notification,
        _write(stack, folder, record, notification),
        folder,
    )


def display_path(file: Path) -> str:
    """Return a path as text, with a replacement for bytes that are not UTF-8."""
    return os.fsencode(file).decode(errors="replace")


def _short(stem: str) -> str:
    """Return a stem that is short enough for the name of a folder."""
    return os.fsencode(stem)[:MAX_STEM_BYTES].decode(errors="ignore")


def read_record(stack: LocalStack, image_id: str) -> dict[str, Any]:
    """Return an image's item in the metadata table, as plain JSON values."""
    table = stack.outputs["MetadataTableName"]
    item = stack.emulator.client("dynamodb").get_item(
        TableName=table, Key={"imageId": {"S": image_id}}, ConsistentRead=True
    )["Item"]
    return deserialize(item)


def _write(stack: LocalStack, folder: Path, record: dict[str, Any], notification: dict[str, Any]) -> dict[str, str]:
    """Write record, notification and archived files to a folder, and return the paths of the files by their kind."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in (("record", record), ("notification", notification)):
        (folder / f"{name}.json").write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    archive = notification.get("archive", {})
    if not archive:
        return {}
    s3 = stack.emulator.client("s3")
    for key in (archive["original"]["key"], *(one["key"] for one in archive["renditions"])):
        with (folder / Path(key).name).open("wb") as file:
            shutil.copyfileobj(s3.get_object(Bucket=archive["bucket"], Key=key)["Body"], file)
    named = ("original", "resized", "thumbnail")
    return {name: str(folder / Path(archive[name]["key"]).name) for name in named}
