"""Sends images through a stack and waits until nothing is left to do."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local.client import Client, UploadFailedError
from local.stack import LocalStack
from tests.effort import times
from tests.local import stack_contents
from tests.local.stack_access import configure, invoke, scale_waits
from tests.local.stack_contents import NotificationListener
from tests.pictures import encoded, quadrants

AT_ONCE = times(2, 4)  # images; each needs workers of its own, whose start costs most
EMPTY_POLLS = 3  # long polls without a notification, after which the sweep is run
PATIENCE = 600.0  # seconds; it takes a minute or two
# Short enough for a lost message to come back within a test.
VISIBILITY = "3"  # seconds that a message stays hidden
STALLED_AFTER = "5"  # seconds
WAITS = 0.05  # of the time that Step Functions would wait
NAMES = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesDelayed", "ApproximateNumberOfMessagesNotVisible"]

VALID = ("PNG", "JPEG", "WEBP", "GIF")  # formats
TRUNCATED = "TRUNCATED"  # the reason that rejects it
NOT_AN_IMAGE = "NOT_AN_IMAGE"


class Uploads:
    """The images that were sent, and the notifications about them."""

    def __init__(self, stack: LocalStack) -> None:
        """Prepare to send."""
        self.stack = stack
        self.sent: dict[str, Path] = {}  # by image id
        self.listener = NotificationListener(stack)
        self._client = Client(stack.upload_url_endpoint, stack.token, stack.emulator.http())
        self._empty = 0
        self._deadline = time.monotonic() + PATIENCE

    def send(self, files: list[Path]) -> None:
        """Upload files, a few at a time, until there is a notification about each."""
        unsent, waiting = list(files), set[str]()
        while unsent or waiting:
            while unsent and len(waiting) < AT_ONCE and (image_id := self._uploaded(unsent[-1])):
                self.sent[image_id] = unsent.pop()
                waiting.add(image_id)
            self.poll()
            waiting -= self.listener.image_ids

    def _uploaded(self, file: Path) -> str | None:
        """Upload a file and return its image id; None if that failed and is to be repeated."""
        try:
            return self._client.upload(file)
        except UploadFailedError:
            return None

    def poll(self) -> None:
        """Receive notifications; if there are none for a while, run the sweep."""
        assert time.monotonic() < self._deadline, "an image has no outcome in time"
        self._empty = 0 if self.listener.poll() else self._empty + 1
        if self._empty >= EMPTY_POLLS:
            invoke(self.stack, "SweepFunction", {"everything": True})
            self._empty = 0

    def wait(self) -> None:
        """Wait until nothing runs and all notifications are received."""
        while not _is_idle(self.stack):
            self.poll()
        while self.listener.poll():
            pass

    def failed(self) -> list[str]:
        """Return the ids of the images that failed, sorted."""
        return sorted(one["imageId"] for one in stack_contents.records(self.stack) if one["status"] == "FAILED")


def _is_idle(stack: LocalStack) -> bool:
    """Return whether no message waits, no execution runs, and the outcome of every upload was notified."""
    url = stack.outputs["ProcessingQueueUrl"]
    waiting = stack.emulator.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=NAMES)["Attributes"]
    if any(int(number) for number in waiting.values()) or stack_contents.executions(stack, statusFilter="RUNNING"):
        return False
    newest = {image_id: images[0]["versionId"] for image_id, images in stack_contents.versions(stack).items()}
    notified = (record for record in stack_contents.records(stack) if "notifiedAt" in record)
    return newest == {record["imageId"]: record["versionId"] for record in notified}


def shorten_waits(stack: LocalStack) -> None:
    """Shorten all waits in a stack."""
    queue = stack.outputs["ProcessingQueueUrl"]
    stack.emulator.client("sqs").set_queue_attributes(QueueUrl=queue, Attributes={"VisibilityTimeout": VISIBILITY})
    configure(stack, "SweepFunction", STALLED_AFTER_SECONDS=STALLED_AFTER)
    scale_waits(stack, WAITS)


@contextmanager
def without_archive(stack: LocalStack) -> Iterator[None]:
    """Let ArchiveImage fail within the block, because its bucket does not exist."""
    before = configure(stack, "ArchiveFunction", ARCHIVE_BUCKET="no-such-bucket")
    try:
        yield
    finally:
        configure(stack, "ArchiveFunction", **before)


def write_images(folder: Path, number: int) -> list[Path]:
    """Write small images to a folder, all with the extension png: one in ten is truncated, one in ten is not an image."""
    files = [folder / f"{name}-{position}.png" for position, name in zip(range(number), _kinds(), strict=False)]
    for file in files:
        file.write_bytes(_content(kind_of(file)))
    return files


def _kinds() -> Iterator[str]:
    while True:
        yield from (*VALID, *VALID, TRUNCATED, NOT_AN_IMAGE)


def kind_of(file: Path) -> str:
    """Return the kind of a file that write_images wrote."""
    return file.name.partition("-")[0]


def _content(name: str) -> bytes:
    if name == NOT_AN_IMAGE:
        return b"<html>not an image</html>"
    whole = encoded(quadrants((90, 60)), "PNG" if name == TRUNCATED else name)
    return whole[: len(whole) // 2] if name == TRUNCATED else whole
