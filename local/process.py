"""Sends images through the whole stack and collects their outcomes."""

import json
import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from botocore.exceptions import ConnectTimeoutError, ReadTimeoutError

from lambdas.domain.attribute_values import deserialize
from lambdas.domain.outcomes import NOTIFIED_AT
from local.client import Client, UploadFailedError, UploadRefusedError
from local.stack import LocalStack

RECEIVE_SECONDS = 1  # one long poll
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

    def to_json(self) -> str:
        """Return the outcome as one line of JSON."""
        fields = {name: value for name, value in asdict(self).items() if name != "folder"}
        return json.dumps(fields, ensure_ascii=False)


@dataclass(frozen=True)
class _Sent:
    """An image that is being uploaded or processed."""

    file: Path
    started: float  # time.monotonic()
    upload: Future[str]

    @property
    def seconds(self) -> float:
        return round(time.monotonic() - self.started, 3)


def process(stack: LocalStack, files: list[Path], output: Path, *, at_once: int, timeout: float) -> Iterator[Outcome]:
    """Send files through the stack, at_once at a time; yield each outcome, and write its results below output.

    Images without a final status after timeout seconds are yielded last, with status None.
    """
    token, deadline = stack.token, time.monotonic() + timeout
    client = Client(stack.upload_url_endpoint, token, _within(stack, deadline).emulator.http(at_once))
    unsent, waiting, notifications = list(files), list[_Sent](), dict[str, dict[str, Any]]()
    while (unsent or waiting) and time.monotonic() < deadline:
        batch, unsent = unsent[: at_once - len(waiting)], unsent[at_once - len(waiting) :]
        waiting += [_Sent(file, time.monotonic(), _started_upload(client, file)) for file in batch]
        outcomes = _outcomes(_within(stack, deadline), waiting, notifications, output)
        yield from (outcome for outcome in outcomes if outcome)
        waiting = [sent for sent, outcome in zip(waiting, outcomes, strict=True) if not outcome]
    yield from (_unfinished(sent) for sent in waiting)
    yield from (Outcome(display_path(file), None, None, "NOT_SENT", 0) for file in unsent)


def _started_upload(client: Client, file: Path) -> Future[str]:
    """Start an upload in a thread of its own. The end of this process does not wait for it, as for one of an executor."""
    upload = Future[str]()

    def run() -> None:
        try:
            upload.set_result(client.upload(file))
        except Exception as error:  # noqa: BLE001 - raised by whoever asks for the result
            upload.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return upload


def _within(stack: LocalStack, deadline: float) -> LocalStack:
    """Return the stack with a limit on each response, so that no request lasts much longer than the deadline."""
    seconds = max(deadline - time.monotonic(), 0) + 2 * RECEIVE_SECONDS
    return replace(stack, emulator=replace(stack.emulator, response_seconds=seconds))


def _outcomes(
    stack: LocalStack, waiting: list[_Sent], notifications: dict[str, dict[str, Any]], output: Path
) -> list[Outcome | None]:
    """Add the notifications of one long poll, and return the outcome of each waiting image, or None."""
    try:
        notifications |= _receive(stack)
        return [_outcome(stack, sent, notifications, output) for sent in waiting]
    except (ConnectTimeoutError, ReadTimeoutError):  # repeated, if there is time
        return [None] * len(waiting)


def _receive(stack: LocalStack) -> dict[str, dict[str, Any]]:
    """Return the notifications that arrive within one long poll, by image id."""
    sqs = stack.emulator.client("sqs")
    messages = sqs.receive_message(
        QueueUrl=stack.notifications_url, MaxNumberOfMessages=10, WaitTimeSeconds=RECEIVE_SECONDS
    ).get("Messages", [])
    for message in messages:
        sqs.delete_message(QueueUrl=stack.notifications_url, ReceiptHandle=message["ReceiptHandle"])
    found = [json.loads(message["Body"]) for message in messages]
    return {notification["imageId"]: notification for notification in found}


def _outcome(stack: LocalStack, sent: _Sent, notifications: dict[str, dict[str, Any]], output: Path) -> Outcome | None:
    """Return the outcome of an image, or None if it has none yet."""
    if not sent.upload.done():
        return None
    try:
        image_id = sent.upload.result()
    except UploadRefusedError as refusal:
        return Outcome(display_path(sent.file), None, "REJECTED", refusal.reason, sent.seconds)
    except (UploadFailedError, OSError) as error:
        return Outcome(display_path(sent.file), None, None, f"NOT_SENT: {error}", sent.seconds)
    if image_id not in notifications:
        return None
    record = read_record(stack, image_id)
    # notifiedAt is set right after the notification was sent; after that the record does not change.
    return _final_outcome(stack, sent, notifications[image_id], record, output) if NOTIFIED_AT in record else None


def _final_outcome(
    stack: LocalStack, sent: _Sent, notification: dict[str, Any], record: dict[str, Any], output: Path
) -> Outcome:
    image_id = notification["imageId"]
    folder = output / f"{_short(sent.file.stem)}-{image_id[:8]}"
    return Outcome(
        display_path(sent.file),
        image_id,
        notification["status"],
        notification.get("reason"),
        sent.seconds,
        record,
        notification,
        _write(stack, folder, record, notification),
        folder,
    )


def _unfinished(sent: _Sent) -> Outcome:
    image_id = sent.upload.result() if sent.upload.done() and not sent.upload.exception() else None
    return Outcome(display_path(sent.file), image_id, None, "NOT_FINISHED", sent.seconds)


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
    s3 = stack.emulator.client("s3")
    paths = {name: folder / Path(archive[name]["key"]).name for name in ("original", "resized", "thumbnail") if archive}
    for name, path in paths.items():
        s3.download_file(archive["bucket"], archive[name]["key"], str(path))
    return {name: str(path) for name, path in paths.items()}
