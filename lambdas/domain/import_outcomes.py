"""The outcomes of an import: for each batch an object with lines about the source objects, in the upload bucket."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final, TypedDict

from lambdas.domain.imports import DONE, Outcome
from lambdas.domain.object_keys import import_folder
from lambdas.runtime import clients

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator

    from lambdas.domain.import_sources import Listed

# S3's codes for a write of an object that was replaced since it was read.
REPLACED: Final = ("PreconditionFailed", "412", "ConditionalRequestConflict", "NoSuchKey")
MOST_WRITES: Final = 12  # of which one must succeed: there are six attempts at a batch, and each writes twice
RANKS: Final = {outcome: number for number, outcome in enumerate(Outcome)}  # the first of two lines with these counts


class Line(TypedDict):
    """What became of a source object; what is not known is empty, or 0."""

    key: str
    listedVersion: str  # as the source has it
    version: str  # that was found
    owner: str
    imageId: str
    outcome: str
    reason: str
    size: int


Listing = tuple[str, str, str]  # what a source has one line for: key, version and owner as they are listed


def new_line(one: Listed) -> Line:
    """Return the line of a listed object of which nothing else is known."""
    return {
        "key": one.key,
        "listedVersion": one.version,
        "version": one.version,
        "owner": one.owner,
        "imageId": "",
        "outcome": "",
        "reason": "",
        "size": 0,
    }


class Lines:
    """Lines from several attempts and executions: one for each image that was begun, and one for a listed object without one."""

    def __init__(self, lines: Iterable[Line] = ()) -> None:
        """Take lines, the oldest first."""
        self._found: dict[Listing, dict[str, Line]] = {}
        for line in lines:
            self.add(line)

    def add(self, line: Line) -> None:
        """Take a line, in the place of an older one about the same, unless that has more to say."""
        images = self._found.setdefault((line["key"], line["listedVersion"], line["owner"]), {})
        image = line["imageId"] if line["outcome"] in (*DONE, Outcome.BEGUN) else ""
        old = images.get(image)
        if old is None or RANKS[Outcome(line["outcome"])] <= RANKS[Outcome(old["outcome"])]:
            images[image] = line

    def __iter__(self) -> Iterator[Line]:
        """Yield the lines; one about an object that was not imported counts only if no other one was."""
        for images in self._found.values():
            done = any(_is_done(line) for line in images.values())
            yield from (line for image, line in images.items() if image or not done)

    def reported(self, there: Container[str]) -> Iterator[Line]:
        """Yield the lines of a report: one for each image, or for each listed object without one.

        there has the IDs of the images that there are of those that were begun: their attempt died before it wrote that.
        """
        for images in self._found.values():
            known = [_known(line, there) for line in images.values()]
            yield from [line for line in known if _is_done(line)] or [images.get("", known[0])]

    def imported(self, one: Listed) -> Line | None:
        """Return the line about the image of a listed object, or None if it was not imported."""
        return next(filter(_is_done, self._of(one)), None)

    def begun(self) -> Iterator[Line]:
        """Yield the lines of images that may be there, of objects about which no attempt has written what became of them."""
        for images in self._found.values():
            if not any(line["outcome"] in (*DONE, Outcome.SKIPPED) for line in images.values()):
                yield from (line for image, line in images.items() if image)

    def begun_of(self, one: Listed) -> list[str]:
        """Return the IDs of the images of a listed object of which no attempt has written that they are there."""
        return [line["imageId"] for line in self._of(one) if line["outcome"] == Outcome.BEGUN]

    def _of(self, one: Listed) -> Iterable[Line]:
        return self._found.get((one.key, one.version, one.owner), {}).values()


def _is_done(line: Line) -> bool:
    return line["outcome"] in DONE


def _known(line: Line, there: Container[str]) -> Line:
    if line["outcome"] == Outcome.BEGUN and line["imageId"] in there:
        return {**line, "outcome": Outcome.ALREADY_IMPORTED}
    return line


@dataclass(frozen=True)
class Written:
    """The lines of a batch as they were read, and their ETag, which is empty if there is no object."""

    etag: str = ""
    lines: tuple[Line, ...] = field(default=())


def outcomes_key(run: str, items: object) -> str:
    """Return the key of the lines of a batch: the same for each attempt at the batch."""
    digest = sha256(json.dumps(items, sort_keys=True).encode()).hexdigest()[:32]
    return f"{import_folder(run)}outcomes/{digest}.jsonl"


def read(bucket: str, key: str) -> Written:
    """Return the lines that attempts at a batch have written by now."""
    client = clients.s3()
    try:
        answer = client.get_object(Bucket=bucket, Key=key)
    except client.exceptions.NoSuchKey:
        return Written()
    with answer["Body"] as body:
        return Written(answer["ETag"], tuple(parse(body.read())))


def parse(data: bytes) -> Iterable[Line]:
    """Yield the lines of an object of outcomes."""
    yield from (json.loads(line) for line in data.decode().split("\n") if line)


def write(bucket: str, key: str, written: Written, lines: list[Line]) -> Written:
    """Write lines of a batch beside those that were written before, and return all. What another attempt writes meanwhile stays, too."""
    for _ in range(MOST_WRITES):
        merged = tuple(Lines((*written.lines, *lines)))
        if merged == written.lines:
            return written
        if etag := _replace(bucket, key, written, merged):
            return Written(etag, merged)
        written = read(bucket, key)
    raise RuntimeError("the lines of the batch are replaced again and again")


def _replace(bucket: str, key: str, written: Written, lines: tuple[Line, ...]) -> str:
    """Write lines, and return the ETag, which is empty if the object is not any more as it was read."""
    from botocore.exceptions import ClientError

    condition: Any = {"IfMatch": written.etag} if written.etag else {"IfNoneMatch": "*"}
    text = "".join(f"{json.dumps(line)}\n" for line in lines)
    try:
        answer = clients.s3().put_object(
            Bucket=bucket, Key=key, Body=text.encode(), ContentType="application/x-ndjson", **condition
        )
    except ClientError as error:
        if error.response["Error"]["Code"] not in REPLACED:
            raise
        return ""
    return answer["ETag"]
