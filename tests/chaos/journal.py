"""The events of a schedule: uploads, executions, writes of the table, notifications."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from lambdas.domain.attribute_values import deserialize
from lambdas.domain.outcomes import PROCESSING


class Entry(NamedTuple):
    """The content of a record at one moment."""

    image_id: str
    execution: str
    version: str
    attempt: int
    status: str


class Write(NamedTuple):
    """A write of a record that the table took; None is no record."""

    old: Entry | None
    new: Entry | None


class Notification(NamedTuple):
    """A message that was published to the topic."""

    message: dict[str, Any]
    attributes: dict[str, str]


@dataclass
class Journal:
    """All events, in their order."""

    uploads: dict[str, list[str]] = field(default_factory=dict)  # versions by image id, oldest first
    deleted: set[str] = field(default_factory=set)  # ids of the pictures whose upload was deleted
    sound: dict[str, bool] = field(default_factory=dict)  # by version: whether it is a picture
    poison: list[str] = field(default_factory=list)  # messages that are not about an upload
    executions: list[Any] = field(default_factory=list)  # moto's
    outcomes_before: dict[str, list[Entry]] = field(
        default_factory=dict
    )  # by execution: outcomes of its version at its start
    writes: list[Write] = field(default_factory=list)
    notifications: list[Notification] = field(default_factory=list)

    def uploaded(self, image_id: str, version: str, *, sound: bool) -> None:
        """Record a version of a picture."""
        self.uploads.setdefault(image_id, []).append(version)
        self.sound[version] = sound
        self.deleted.discard(image_id)

    def began(self, execution: Any) -> None:
        """Record that an execution was started, and the outcomes that its version had by then."""
        self.executions.append(execution)
        version = execution.input_data["image"]["versionId"]
        written = (new for _, new in self.writes if new and new.version == version)
        self.outcomes_before[execution.name] = [entry for entry in written if entry.status != PROCESSING]

    def written(self, old: Any, new: Any) -> None:
        """Record a write of the table."""
        self.writes.append(Write(_entry(old), _entry(new)))

    def published(self, message: str, attributes: dict[str, Any]) -> None:
        """Record a notification; attributes are typed as SNS has them."""
        values = {name: value["Value"] for name, value in attributes.items()}
        self.notifications.append(Notification(json.loads(message), values))


def _entry(item: Any) -> Entry | None:
    if item is None:
        return None
    record = deserialize(item)
    return Entry(
        record["imageId"], record["execution"], record["versionId"], record.get("attempt", 1), record["status"]
    )
