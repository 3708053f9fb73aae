"""An image's record in the metadata table: begun for each attempt, updated by each step, given one final status."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, cast

from lambdas.domain import conditional_writes, open_records, upload_versions
from lambdas.domain.attribute_values import deserialize, expression_names, expression_values
from lambdas.domain.conditional_writes import Update, stored_item
from lambdas.domain.outcomes import (
    AWAITING_UPLOAD,
    FAILED,
    NOTIFIED_AT,
    PROCESSING,
    SUCCEEDED,
    is_final,
    notification_pending,
)
from lambdas.runtime import clients, clock
from workflow.contracts.errors import PreviousOutcomePending, StaleExecution

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lambdas.domain.outcomes import Failure
    from workflow.contracts.payloads import Image, MetadataRecord

EXPIRES_AT = "expiresAt"  # the attribute by which DynamoDB deletes an item: its time to live
CLEARED_AT = "clearedAt"  # when the archive was found to hold nothing of executions that did not succeed
CLAIM: Final = "rerender"  # the execution that has claimed the record to make the renditions anew
SUPERSEDED: Final = "superseded"  # the keys of renditions that were replaced, until their expiry is set
COPIED = ("imageId", "owner", "bucket", "key", "versionId")  # from the image into its record

# A record that awaits its upload counts as none. What it holds is in the upload, too; its file name stays for images whose
# upload is never read, or is not sound.
ABSENT = "attribute_not_exists(#status) OR #status = :awaiting"
AWAITING = {"awaiting": AWAITING_UPLOAD}
OPEN = "#execution = :execution AND #status = :open"
FINAL = "#execution = :execution AND #status <> :open"
OPEN_OR_SAME = "#execution = :execution AND (#status = :open OR #status = :status)"


def expiry(days: int) -> int:
    """Return the time that is days from now, in seconds since 1970, as DynamoDB reads a time to live."""
    return int((clock.now() + timedelta(days=days)).timestamp())


def read_record(table: str, image_id: str) -> MetadataRecord | None:
    """Return the image's record regardless of which execution owns it; None if no execution has begun it."""
    stored = read_item(table, image_id)
    return stored if stored and is_begun(stored) else None


def is_begun(item: MetadataRecord) -> bool:
    """Return whether an execution has begun the record; before, it awaits the upload."""
    return item["status"] != AWAITING_UPLOAD


def read_item(table: str, image_id: str) -> MetadataRecord | None:
    """Return the image's record, also one that awaits its upload, or None."""
    answer = clients.dynamodb().get_item(TableName=table, Key={"imageId": {"S": image_id}}, ConsistentRead=True)
    return cast("MetadataRecord", deserialize(answer["Item"])) if "Item" in answer else None


@dataclass(frozen=True)
class Record:
    """The record of one image, as one execution may write it."""

    table: str
    image: Image
    execution: str

    def begin(self, retention_days: int) -> bool:
        """Create the record and return whether it is new. DynamoDB deletes it after retention_days.

        It replaces the record of an older version, and that of an earlier attempt at this version which did not
        succeed. Raises StaleExecution if this execution has nothing to do, PreviousOutcomePending if it has to wait
        until the outcome of another execution is published.
        """
        return self._create({"status": PROCESSING, "updatedAt": clock.timestamp()}, retention_days)

    def complete_step(self, step: str, result: Mapping[str, object], status: str) -> None:
        """Store that step is complete together with the attributes in result, and set status.

        A record that succeeds does not expire, because it describes what stays in the archive.
        Raises StaleExecution if the record has another final status or is another execution's,
        ConditionalCheckFailedException if there is none.
        """
        now = clock.timestamp()
        finished = {} if status == PROCESSING else {"finishedAt": now}
        self._update(
            {**result, **finished, "status": status, "updatedAt": now},
            f"#steps.#{step} = :updatedAt",
            condition=OPEN_OR_SAME,
            names=("steps", step),
            removed=(EXPIRES_AT,) if status == SUCCEEDED else (),
        )

    def fail(self, failure: Failure, retention_days: int, *, only_if_new: bool = False) -> None:
        """Set the status FAILED, and create the record if there is none.

        Raises StaleExecution and PreviousOutcomePending as begin does, and StaleExecution for a record that this
        execution has begun if only_if_new.
        """
        now = clock.timestamp()
        outcome = {**failure.attributes(), "status": FAILED, "updatedAt": now, "finishedAt": now}
        if self._create(outcome, retention_days):
            return
        if only_if_new:
            raise StaleExecution("the image's record has been begun")
        self._update(outcome, condition=OPEN)

    def mark_notified(self) -> None:
        """Store when the outcome was published; raises StaleExecution if the record is another execution's by now."""
        self._update({NOTIFIED_AT: clock.timestamp()}, condition=FINAL)

    def mark_cleared(self) -> None:
        """Store when the archive was cleared of leftovers; raises StaleExecution as mark_notified does."""
        self._update({CLEARED_AT: clock.timestamp()}, condition=FINAL)

    def release(self) -> None:
        """Delete the record if it was begun for an execution that could not be started.

        A record that replaced another one stays, because it lists executions that succeeded earlier; a sweep starts
        the image again.
        """
        client = clients.dynamodb()
        with suppress(client.exceptions.ConditionalCheckFailedException):
            client.delete_item(
                TableName=self.table,
                Key=self._key,
                ConditionExpression=f"{OPEN} AND attribute_not_exists(#earlier)",
                ExpressionAttributeNames=expression_names("execution", "status", "earlier"),
                ExpressionAttributeValues=expression_values({"execution": self.execution, "open": PROCESSING}),
            )

    def read(self) -> MetadataRecord | None:
        """Return the image's record regardless of which execution owns it; None if no execution has begun it."""
        return read_record(self.table, self.image["imageId"])

    def is_unchanged(self, since: MetadataRecord | None) -> bool:
        """Return whether the record is as in since, which is None if there was none.

        The times of the notification and of the clearing do not count, because no decision depends on them.
        """
        return _progress(self.read()) == _progress(since)

    @property
    def _key(self) -> dict[str, Any]:
        return {"imageId": {"S": self.image["imageId"]}}

    def _create(self, state: Mapping[str, object], retention_days: int) -> bool:
        """Create the record with state; return False if this execution has begun it already."""
        item = {**self._initial(retention_days), "createdAt": state["updatedAt"], **state}
        stored = self._create_item(item)
        if stored is None:
            return True
        if stored["execution"] == self.execution:
            if is_final(stored):
                raise StaleExecution("the image's record has its final status")
            return False
        self._replace(stored, item)
        return True

    def _create_item(self, item: Mapping[str, object]) -> MetadataRecord | None:
        """Write item, if there is no record or one that awaits its upload, and keep that one's file name; return any other."""
        attributes = {name: value for name, value in item.items() if name != "imageId"}
        change = Update(attributes, ABSENT, AWAITING, ("status",), removed=("announced",))
        try:
            conditional_writes.update(self.table, self._key, change)
        except clients.dynamodb().exceptions.ConditionalCheckFailedException as error:
            return cast("MetadataRecord", stored_item(error))
        return None

    def _initial(self, retention_days: int) -> dict[str, object]:
        copied: dict[str, object] = {name: value for name, value in self.image.items() if name in COPIED}
        attempt = self.image.get("attempt", 1)
        return {
            **copied,
            "attempt": attempt,
            "execution": self.execution,
            "steps": {},
            EXPIRES_AT: expiry(retention_days),
            **open_records.opened(self.image["imageId"], clock.timestamp()),
        }

    def _replace(self, stored: MetadataRecord, item: dict[str, object]) -> None:
        """Write item in the place of stored, unless this execution may not or stored has changed."""
        if not self._may_replace(stored):
            raise StaleExecution("the image's record is another execution's")
        if notification_pending(stored):
            raise PreviousOutcomePending("an earlier outcome of the image has not been published yet")
        succeeded = [stored["execution"]] if stored["status"] == SUCCEEDED else []
        earlier = [*stored.get("earlier", []), *succeeded]
        item = {**item, **_named(stored), "earlier": earlier}
        if earlier:
            del item[EXPIRES_AT]  # it describes what stays in the archive, as the record of a success does
        seen = {"seen": stored["execution"], "was": stored["status"]}
        if conditional_writes.put(self.table, item, "#execution = :seen AND #status = :was", seen) is not None:
            raise PreviousOutcomePending("another execution is writing the image's record")

    def _may_replace(self, stored: MetadataRecord) -> bool:
        """Return whether this execution is a later attempt at the stored version, or is for the newest version."""
        if stored["key"] != self.image["key"]:
            return False
        if stored["versionId"] == self.image["versionId"]:
            return self.image.get("attempt", 1) > stored.get("attempt", 1) and stored["status"] != SUCCEEDED
        return upload_versions.newest_version(self.image["bucket"], self.image["key"]) == self.image["versionId"]

    def _update(
        self,
        attributes: Mapping[str, object],
        *assignments: str,
        condition: str,
        names: tuple[str, ...] = (),
        removed: tuple[str, ...] = (),
    ) -> None:
        """Write attributes if condition is true; raises StaleExecution if it is false and there is a record."""
        values = {"execution": self.execution, "open": PROCESSING}
        change = Update(attributes, condition, values, (*names, "execution", "status"), assignments, removed)
        try:
            conditional_writes.update(self.table, self._key, change)
        except clients.dynamodb().exceptions.ConditionalCheckFailedException as error:
            stored = stored_item(error)
            if stored and is_begun(cast("MetadataRecord", stored)):
                message = "the image's record has its final status, or is another execution's"
                raise StaleExecution(message, succeeded=self.execution in stored.get("earlier", [])) from error
            raise


def _named(stored: MetadataRecord) -> dict[str, object]:
    """Return the attribute with the file name, if an earlier attempt's record has one."""
    named = stored if "filename" in stored else stored.get("validation")
    return {"filename": named["filename"]} if named else {}


def _progress(item: MetadataRecord | None) -> list[str]:
    """Return the attributes that change with every write that brings the image on."""
    return [item["execution"], item["status"], item["updatedAt"]] if item else []
