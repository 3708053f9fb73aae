"""Pictures on their way through a stack, from the upload until nothing is left to do."""

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

AT_ONCE = times(2, 4)  # pictures; each takes workers of its own, whose start is what costs most
EMPTY_POLLS = 3  # long polls in which nothing is told before the stack is to look for what got lost
PATIENCE = 600.0  # seconds; a minute or two is what it takes
# So short that what is lost comes back within a test.
VISIBILITY = "3"  # seconds that a message stays hidden
STALLED_AFTER = "5"  # seconds
WAITS = 0.05  # of what Step Functions would wait
NAMES = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesDelayed", "ApproximateNumberOfMessagesNotVisible"]

VALID = ("PNG", "JPEG", "WEBP", "GIF")  # formats
TRUNCATED = "TRUNCATED"  # what a picture is rejected for that ends too early
NOT_AN_IMAGE = "NOT_AN_IMAGE"


class Uploads:
    """The pictures that were sent, and what the topic told of them."""

    def __init__(self, stack: LocalStack) -> None:
        """Send nothing yet."""
        self.stack = stack
        self.sent: dict[str, Path] = {}  # by image id
        self.ears = NotificationListener(stack)
        self._client = Client(stack.upload_url_endpoint, stack.token, stack.emulator.http())
        self._silent = 0
        self._deadline = time.monotonic() + PATIENCE

    def send(self, files: list[Path]) -> None:
        """Upload files, not too many at once, until an end of each has been told."""
        unsent, waiting = list(files), set[str]()
        while unsent or waiting:
            while unsent and len(waiting) < AT_ONCE and (image_id := self._uploaded(unsent[-1])):
                self.sent[image_id] = unsent.pop()
                waiting.add(image_id)
            self.listen()
            waiting -= self.ears.pictures

    def _uploaded(self, file: Path) -> str | None:
        """Upload file and return its image id, None if that did not work: then it is to be tried again."""
        try:
            return self._client.upload(file)
        except UploadFailedError:
            return None

    def listen(self) -> None:
        """Hear what is told; in a silence, let the stack look for what got lost."""
        assert time.monotonic() < self._deadline, "something is stuck"
        self._silent = 0 if self.ears.listen() else self._silent + 1
        if self._silent >= EMPTY_POLLS:
            invoke(self.stack, "SweepFunction", {})
            self._silent = 0

    def rest(self) -> None:
        """Wait until nothing is under way and nothing is left to be told."""
        while not _at_rest(self.stack):
            self.listen()
        while self.ears.listen():
            pass

    def failed(self) -> list[str]:
        """Return the ids of the pictures that failed, in their order."""
        return sorted(one["imageId"] for one in stack_contents.records(self.stack) if one["status"] == "FAILED")


def _at_rest(stack: LocalStack) -> bool:
    """Tell whether no message waits, no execution runs, and every upload has an end that has been told."""
    url = stack.outputs["ProcessingQueueUrl"]
    waiting = stack.emulator.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=NAMES)["Attributes"]
    if any(int(number) for number in waiting.values()) or stack_contents.executions(stack, statusFilter="RUNNING"):
        return False
    newest = {image_id: images[0]["versionId"] for image_id, images in stack_contents.versions(stack).items()}
    told = (record for record in stack_contents.records(stack) if "notifiedAt" in record)
    return newest == {record["imageId"]: record["versionId"] for record in told}


def shorten_waits(stack: LocalStack) -> None:
    """Make everything in stack impatient that waits."""
    queue = stack.outputs["ProcessingQueueUrl"]
    stack.emulator.client("sqs").set_queue_attributes(QueueUrl=queue, Attributes={"VisibilityTimeout": VISIBILITY})
    configure(stack, "SweepFunction", STALLED_AFTER_SECONDS=STALLED_AFTER)
    scale_waits(stack, WAITS)


@contextmanager
def without_archive(stack: LocalStack) -> Iterator[None]:
    """Let the archive be nowhere to be found for the length of the block."""
    before = configure(stack, "ArchiveFunction", ARCHIVE_BUCKET="no-such-bucket")
    try:
        yield
    finally:
        configure(stack, "ArchiveFunction", **before)


def write_images(folder: Path, number: int) -> list[Path]:
    """Draw that many small pictures in folder, whatever their names promise: one in ten is cut off, one in ten is none."""
    files = [folder / f"{name}-{position}.png" for position, name in zip(range(number), _kinds(), strict=False)]
    for file in files:
        file.write_bytes(_content(kind_of(file)))
    return files


def _kinds() -> Iterator[str]:
    while True:
        yield from (*VALID, *VALID, TRUNCATED, NOT_AN_IMAGE)


def kind_of(file: Path) -> str:
    """Return what a picture that was drawn here is: one of the kinds above."""
    return file.name.partition("-")[0]


def _content(name: str) -> bytes:
    if name == NOT_AN_IMAGE:
        return b"<html>no picture</html>"
    whole = encoded(quadrants((90, 60)), "PNG" if name == TRUNCATED else name)
    return whole[: len(whole) // 2] if name == TRUNCATED else whole
