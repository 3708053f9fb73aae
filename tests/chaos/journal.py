"""The events of a schedule: uploads, executions, writes of the table, notifications."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from lambdas.domain.attribute_values import deserialize
from lambdas.domain.outcomes import DELETED

if TYPE_CHECKING:
    from datetime import datetime

    from tests.chaos.scheduler import Actor


class Entry(NamedTuple):
    """The content of a record at one moment."""

    image_id: str
    execution: str
    version: str
    attempt: int
    status: str
    created: str


class Write(NamedTuple):
    """A write of a record that the table took; None is no record."""

    old: Entry | None
    new: Entry | None


class Start(NamedTuple):
    """The start of an execution."""

    execution: Any
    starter: str  # kind of actor
    at: datetime
    before: Entry | None  # the last write about its version
    expired: bool  # that was the last write about its record, which had expired by then
    hidden: bool  # the starter could see from its beginning that the upload was deleted
    after_deletion: bool  # the starter could see from its beginning that the image was deleted


class Notification(NamedTuple):
    """A message that was published to the topic."""

    message: dict[str, Any]
    attributes: dict[str, str]


@dataclass
class Journal:
    """All events, in their order."""

    uploads: dict[str, list[str]] = field(default_factory=dict)  # versions by image id, oldest first
    sound: dict[str, bool] = field(default_factory=dict)  # by version: whether it is a picture
    poison: list[str] = field(default_factory=list)  # messages that are not about an upload
    removed: set[str] = field(default_factory=set)  # ids of the images whose upload was removed for good
    expired: dict[str, Entry] = field(default_factory=dict)  # records that have expired, by image id
    executions: list[Any] = field(default_factory=list)  # moto's
    starts: list[Start] = field(default_factory=list)
    rerendered: set[str] = field(default_factory=set)  # executions that make renditions anew
    redriven: bool = False  # at the end of the schedule an operator has redriven everything
    writes: list[Write] = field(default_factory=list)
    items: dict[str, list[Any]] = field(default_factory=dict)  # by image id: its items in DynamoDB, None for none
    hidden: dict[str, int] = field(
        default_factory=dict
    )  # by image id, of uploads that S3 does not show: since which step
    deployed: bool = False  # the schedule begins with the functions and the definition of the last release
    deleted: set[str] = field(default_factory=set)  # ids of the images whose users were answered so
    buried: dict[str, int] = field(default_factory=dict)  # by image id, of those with a tombstone: since which step
    notifications: list[Notification] = field(default_factory=list)

    def uploaded(self, image_id: str, version: str, *, sound: bool) -> None:
        """Record a version of a picture."""
        self.uploads.setdefault(image_id, []).append(version)
        self.sound[version] = sound
        self.removed.discard(image_id)
        self.hidden.pop(image_id, None)

    def expire(self, image_id: str) -> None:
        """Record that the image's record is about to be deleted because it has expired."""
        entry = _entry(self.items[image_id][-1])
        if entry:
            self.expired[image_id] = entry
        self.items[image_id].append(None)
        self.deleted.discard(image_id)
        self.buried.pop(image_id, None)

    def began(self, execution: Any, starter: Actor, now: datetime) -> None:
        """Record that starter has started an execution."""
        image = execution.input_data["image"]
        written = [new for _, new in self.writes if new and new.version == image["versionId"]]
        hidden = self.hidden.get(image["imageId"], starter.born) < starter.born
        after_deletion = self.buried.get(image["imageId"], starter.born) < starter.born
        kind = starter.name.partition("#")[0]
        self.executions.append(execution)
        if "original" in image:
            self.rerendered.add(execution.name)
        before = written[-1] if written else None
        expired = before is not None and self.expired.get(image["imageId"]) == before
        self.starts.append(Start(execution, kind, now, before, expired, hidden, after_deletion))

    def answered_deletion(self, image_id: str) -> None:
        """Record that a user was answered that an image is deleted, unless its tombstone has expired by now."""
        if image_id in self.buried:
            self.deleted.add(image_id)

    def written(self, old: Any, new: Any, step: int) -> None:
        """Record a write of the table, and the number of steps before it."""
        if new and new["status"]["S"] == DELETED:
            self.buried.setdefault(new["imageId"]["S"], step)
        self.writes.append(Write(_entry(old), _entry(new)))
        self.items.setdefault((new or old)["imageId"]["S"], [None]).append(new)

    def published(self, message: str, attributes: dict[str, Any]) -> None:
        """Record a notification; attributes are typed as SNS has them."""
        values = {name: value["Value"] for name, value in attributes.items()}
        self.notifications.append(Notification(json.loads(message), values))


def _entry(item: Any) -> Entry | None:
    if item is None:
        return None
    record = deserialize(item)
    return Entry(
        record["imageId"],
        record["execution"],
        record["versionId"],
        record.get("attempt", 1),
        record["status"],
        record.get("createdAt", ""),
    )
