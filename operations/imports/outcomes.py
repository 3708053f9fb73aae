"""What became of the objects of a run: the lines that the function wrote, and the status of each image."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Final, cast

from lambdas.domain import executions, import_outcomes
from lambdas.domain.import_outcomes import Line, Lines
from lambdas.domain.imports import DONE, Outcome, is_of
from lambdas.domain.object_keys import import_folder
from lambdas.domain.outcomes import SUCCEEDED, is_final
from lambdas.domain.record import CLAIM, is_begun
from lambdas.domain.record_batches import with_items
from lambdas.runtime import clients
from operations.imports.failed_batches import failed_lines
from operations.stack import Stack
from workflow.contracts.payloads import Image, MetadataRecord

NO_RECORD: Final = "NONE"  # the status of an image whose record has expired

# The statuses of images whose renditions are made anew.
RERENDERED: Final = "RERENDERED"
KEPT: Final = "KEPT"  # it was rejected, or its execution failed: the image has the renditions that it had


def _status(item: MetadataRecord | None) -> str:
    """Return the status of an image that is over; empty for any other one."""
    if item is None:
        return NO_RECORD
    return item["status"] if is_final(item) else ""


def rerender_status(item: MetadataRecord | None, run: str) -> str:
    """Return what became of the renditions of an image in a run; empty while they are made."""
    if item is None or item["status"] != SUCCEEDED:
        return _status(item)
    name = executions.name(cast("Image", {**item, "original": {"run": run}}))
    if name == item.get(CLAIM):
        return ""
    return RERENDERED if name in (item["execution"], *item.get("earlier", [])) else KEPT


@dataclass
class Progress:
    """The objects of a run so far; it is brought up to date by reading what is new."""

    stack: Stack
    run: str
    statuses: dict[str, str] = field(default_factory=dict)  # of images that are over
    reasons: dict[str, str] = field(default_factory=dict)  # of images that were rejected or failed
    _lines: Lines = field(default_factory=Lines)
    _there: set[str] = field(default_factory=set)  # IDs of images that there are of those that were begun
    _read: dict[str, str] = field(default_factory=dict)  # ETags of objects of lines, by key
    _seen: set[str] = field(default_factory=set)  # keys of manifests

    def update(self) -> None:
        """Read the lines that are new, and the records of images that were not over."""
        new = [*self._new_lines(), *failed_lines(self.stack.upload_bucket, self.run, self._seen)]
        for line in new:
            self._lines.add(line)
        self._find_begun([*new, *self._lines.begun()])
        images = self.images()
        open_images = (one for one in images if one not in self.statuses)
        for image_id, item in with_items(open_images, str, self.stack.start_settings.metadata_table):
            is_rerender = images[image_id]["outcome"] == Outcome.STARTED
            status = rerender_status(item, self.run) if is_rerender else _status(item)
            if status:
                self.statuses[image_id] = status
                self.reasons[image_id] = item.get("reason", "") if item else ""

    def _find_begun(self, lines: list[Line]) -> None:
        """Look for the images that attempts were about to make which died, or are at work."""
        begun = (line for line in lines if line["outcome"] == Outcome.BEGUN)
        for line, item in with_items(begun, itemgetter("imageId"), self.stack.start_settings.metadata_table):
            if item and is_begun(item) and is_of(item, line["owner"]):
                self._there.add(line["imageId"])

    def _new_lines(self) -> Iterator[Line]:
        bucket, prefix = self.stack.upload_bucket, f"{import_folder(self.run)}outcomes/"
        for page in clients.s3().get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
            for one in sorted(page.get("Contents", []), key=lambda one: one["LastModified"]):
                if self._read.get(one["Key"]) != one["ETag"]:
                    self._read[one["Key"]] = one["ETag"]
                    yield from import_outcomes.read(bucket, one["Key"]).lines

    @property
    def lines(self) -> list[Line]:
        """The lines by key, listed version, owner, and version that was found."""
        return sorted(self._lines.reported(self._there), key=itemgetter("key", "listedVersion", "owner", "version"))

    def images(self) -> dict[str, Line]:
        """Return a line for each ID of an image that was imported, or whose renditions are made anew."""
        return {line["imageId"]: line for line in self.lines if line["outcome"] in DONE}

    @property
    def is_over(self) -> bool:
        """Whether each image of the lines is over."""
        return len(self.statuses) == len(self.images())

    def counts(self) -> dict[str, int]:
        """Return how many objects had which outcome, and how many of their images have which status."""
        return counts(self.lines, self.statuses)


def counts(lines: Sequence[Line], statuses: Mapping[str, str]) -> dict[str, int]:
    """Return how many objects had which outcome, and how many images have which status."""
    outcomes = Counter(line["outcome"] for line in lines)
    ordered = {str(name): outcomes[name] for name in Outcome}
    return {"listed": len(lines), **ordered, **dict(sorted(Counter(statuses.values()).items()))}
