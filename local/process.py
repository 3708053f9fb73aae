"""Send pictures through the whole stack and collect how each one ends."""

import json
import os
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from boto3.dynamodb.types import TypeDeserializer
from botocore.exceptions import ConnectTimeoutError, ReadTimeoutError
from urllib3.exceptions import HTTPError

from lambdas.domain.outcomes import NOTIFIED_AT
from local.client import Client, UploadFailedError, UploadRefusedError
from local.stack import LocalStack

RECEIVE_SECONDS = 1  # one long poll
MAX_STEM_BYTES = 200  # bytes of a file name in a folder name, which may have 255


@dataclass(frozen=True)
class Outcome:
    """How one picture ended, or that it did not: then status is None."""

    file: str
    imageId: str | None  # noqa: N815 - printed as it stands
    status: str | None
    reason: str | None
    seconds: float
    record: dict[str, Any] | None = None
    notification: dict[str, Any] | None = None
    outputs: dict[str, str] = field(default_factory=dict)
    folder: Path | None = None  # where all that is known of it was written

    def to_json(self) -> str:
        """Return the outcome as one line of JSON."""
        told = {name: value for name, value in asdict(self).items() if name != "folder"}
        return json.dumps(told, ensure_ascii=False)


@dataclass(frozen=True)
class _Sent:
    """A picture on its way."""

    file: Path
    started: float  # time.monotonic()
    upload: Future[str]

    @property
    def seconds(self) -> float:
        return round(time.monotonic() - self.started, 3)


def process(stack: LocalStack, files: list[Path], output: Path, *, at_once: int, timeout: float) -> Iterator[Outcome]:
    """Send files through stack, at_once at a time, and yield each outcome as it is there, results below output.

    What has not ended after timeout seconds is yielded last, with status None.
    """
    token, deadline = stack.token, time.monotonic() + timeout
    client = Client(stack.upload_url_endpoint, token, _within(stack, deadline).emulator.http(at_once))
    unsent, waiting, notifications = list(files), list[_Sent](), dict[str, dict[str, Any]]()
    pool = ThreadPoolExecutor(at_once)
    try:
        while (unsent or waiting) and time.monotonic() < deadline:
            batch, unsent = unsent[: at_once - len(waiting)], unsent[at_once - len(waiting) :]
            waiting += [_Sent(file, time.monotonic(), pool.submit(client.upload, file)) for file in batch]
            outcomes = _outcomes(_within(stack, deadline), waiting, notifications, output)
            yield from (outcome for outcome in outcomes if outcome)
            waiting = [sent for sent, outcome in zip(waiting, outcomes, strict=True) if not outcome]
        yield from (_unfinished(sent) for sent in waiting)
        yield from (Outcome(display_path(file), None, None, "NOT_SENT", 0) for file in unsent)
    finally:
        # What hangs is not waited for: it ends with the emulator, or after its own time.
        pool.shutdown(wait=False, cancel_futures=True)


def _within(stack: LocalStack, deadline: float) -> LocalStack:
    """Return stack as it is asked shortly before deadline: no answer is waited for much longer than until then."""
    seconds = max(deadline - time.monotonic(), 0) + 2 * RECEIVE_SECONDS
    return replace(stack, emulator=replace(stack.emulator, answer_seconds=seconds))


def _outcomes(
    stack: LocalStack, waiting: list[_Sent], notifications: dict[str, dict[str, Any]], output: Path
) -> list[Outcome | None]:
    """Add what arrives within one long poll to notifications, and return what has become of each picture that waits."""
    try:
        notifications |= _receive(stack)
        return [_outcome(stack, sent, notifications, output) for sent in waiting]
    except (ConnectTimeoutError, ReadTimeoutError):  # asked again, if there is time
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
    """Return how sent ended, or None while it is still on its way."""
    if not sent.upload.done():
        return None
    try:
        image_id = sent.upload.result()
    except UploadRefusedError as refusal:
        return Outcome(display_path(sent.file), None, "REJECTED", refusal.reason, sent.seconds)
    except (UploadFailedError, HTTPError, OSError) as error:
        return Outcome(display_path(sent.file), None, None, f"NOT_SENT: {error}", sent.seconds)
    if image_id not in notifications:
        return None
    record = read_record(stack, image_id)
    # Noted right after it was told: then the record stays as it is.
    return _ended(stack, sent, notifications[image_id], record, output) if NOTIFIED_AT in record else None


def _ended(
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
    """Return the path of file as text that can be printed: bytes that are no UTF-8 as question marks."""
    return os.fsencode(file).decode(errors="replace")


def _short(stem: str) -> str:
    """Return stem cut so that a folder can be named after it."""
    return os.fsencode(stem)[:MAX_STEM_BYTES].decode(errors="ignore")


def read_record(stack: LocalStack, image_id: str) -> dict[str, Any]:
    """Return the picture's item in the metadata table, as plain JSON."""
    table = stack.outputs["MetadataTableName"]
    item = stack.emulator.client("dynamodb").get_item(
        TableName=table, Key={"imageId": {"S": image_id}}, ConsistentRead=True
    )["Item"]
    plain: dict[str, Any] = json.loads(json.dumps(TypeDeserializer().deserialize({"M": item}), default=_number))
    return plain


def _number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


def _write(stack: LocalStack, folder: Path, record: dict[str, Any], notification: dict[str, Any]) -> dict[str, str]:
    """Write record, notification and archived pictures to folder and return the pictures' paths."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in (("record", record), ("notification", notification)):
        (folder / f"{name}.json").write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    archive = notification.get("archive", {})
    s3 = stack.emulator.client("s3")
    paths = {name: folder / Path(archive[name]["key"]).name for name in ("original", "resized", "thumbnail") if archive}
    for name, path in paths.items():
        s3.download_file(archive["bucket"], archive[name]["key"], str(path))
    return {name: str(path) for name, path in paths.items()}
