"""A picture's record in the metadata table: begun once an attempt, filled in step by step, ended once."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from lambdas.domain import upload_versions
from lambdas.domain.attribute_values import deserialize, expression_names, expression_values
from lambdas.domain.attribute_values import serialize as stored
from lambdas.runtime import clients, clock
from workflow.contracts.errors import PreviousOutcomePending, StaleExecution

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from botocore.exceptions import ClientError

PROCESSING = "PROCESSING"
SUCCEEDED = "SUCCEEDED"
REJECTED = "REJECTED"
FAILED = "FAILED"
EXPIRES_AT = "expiresAt"  # the attribute that tells the table when an item may go: its time to live
NOTIFIED_AT = "notifiedAt"  # the attribute that says that the end has been told
CLEARED_AT = "clearedAt"  # the attribute that says that what others archived has been removed
ABSENT = "attribute_not_exists(#status)"

Item = dict[str, Any]


def expiry(days: int) -> int:
    """Return the time that is days from now in seconds since 1970, as DynamoDB reads a time to live."""
    return int((clock.now() + timedelta(days=days)).timestamp())


@dataclass(frozen=True)
class Failure:
    """Why a picture failed: in which state, the name of the error, and all that is known of it."""

    failed_in: str
    reason: str
    error: str  # JSON

    def told(self) -> Item:
        """Return it as the record has it."""
        return {"failedIn": self.failed_in, "reason": self.reason, "error": self.error}


def is_final(item: Mapping[str, Any]) -> bool:
    """Tell whether the record that item holds has its end."""
    return bool(item["status"] != PROCESSING)


def notification_pending(item: Mapping[str, Any]) -> bool:
    """Tell whether the record that item holds has an end that nobody may have been told of.

    A record without an attempt is of the time before it was noted that an end was told.
    """
    return NOTIFIED_AT not in item and "attempt" in item and is_final(item)


@dataclass(frozen=True)
class Record:
    """The record of one picture, as one execution may write it."""

    table: str
    image: dict[str, Any]  # as in the contracts
    execution: str

    def begin(self, retention_days: int) -> bool:
        """Make the record, and tell whether it is new; after retention_days the table removes it.

        It takes the place of an older version's record, and of an earlier attempt's at this version that did not
        succeed. Raises StaleExecution if this execution has nothing to do, PreviousOutcomePending if it has to wait for another's end.
        """
        return self._take({"status": PROCESSING, "updatedAt": clock.timestamp()}, retention_days)

    def done(self, step: str, found: dict[str, Any], status: str) -> None:
        """Note that step is done and what it found, and move to status.

        A record that succeeds stays, for it tells of what stays in the archive.
        Raises StaleExecution if the record has another end than status, or has become another execution's;
        ConditionalCheckFailedException if there is none.
        """
        time = clock.timestamp()
        end = {} if status == PROCESSING else {"finishedAt": time}
        self._update(
            {**found, **end, "status": status, "updatedAt": time},
            f"#steps.#{step} = :updatedAt",
            condition="#execution = :execution AND (#status = :open OR #status = :status)",
            used=["steps", step],
            removed=EXPIRES_AT if status == SUCCEEDED else "",
        )

    def fail(self, failure: Failure, retention_days: int, *, begun: bool = True) -> None:
        """Give the record the end FAILED, and make it if there is none; one that was begun has it only if begun says so.

        Raises StaleExecution and PreviousOutcomePending as begin does.
        """
        time = clock.timestamp()
        end = {**failure.told(), "status": FAILED, "updatedAt": time, "finishedAt": time}
        if self._take(end, retention_days):
            return
        if not begun:
            raise StaleExecution("the picture's record has been begun")
        self._update(end, condition="#execution = :execution AND #status = :open")

    def notified(self) -> None:
        """Note that the end has been told; raises StaleExecution if the record has become another execution's."""
        self._update({NOTIFIED_AT: clock.timestamp()}, condition="#execution = :execution AND #status <> :open")

    def cleared(self) -> None:
        """Note that nothing is archived that should not be; raises StaleExecution as notified does."""
        self._update({CLEARED_AT: clock.timestamp()}, condition="#execution = :execution AND #status <> :open")

    def release(self) -> None:
        """Take back a record that was begun for an execution which could not be started.

        One that took another's place stays, for with it would go what it knows of that one; a sweep starts it again.
        """
        client = clients.dynamodb()
        with suppress(client.exceptions.ConditionalCheckFailedException):
            client.delete_item(
                TableName=self.table,
                Key=self._key,
                ConditionExpression="#execution = :execution AND #status = :open AND attribute_not_exists(#earlier)",
                ExpressionAttributeNames=expression_names("execution", "status", "earlier"),
                ExpressionAttributeValues=expression_values({"execution": self.execution, "open": PROCESSING}),
            )

    def read(self) -> Item | None:
        """Return the picture's record, whose ever execution's it is, or None."""
        answer = clients.dynamodb().get_item(TableName=self.table, Key=self._key, ConsistentRead=True)
        return deserialize(answer["Item"]) if "Item" in answer else None

    def is_unchanged(self, since: Item | None) -> bool:
        """Tell whether the record is now what it was in since: None if there was none.

        That its end was notified or cleared up after is no change: it decides nothing.
        """
        return _progress(self.read()) == _progress(since)

    @property
    def _key(self) -> dict[str, Any]:
        return {"imageId": {"S": self.image["imageId"]}}

    def _take(self, told: Item, retention_days: int) -> bool:
        """Make the record, saying what is told; False if this execution has it already and it is open."""
        item = {**self._facts(retention_days), "createdAt": told["updatedAt"], **told}
        old = self._put(item, ABSENT)
        if old is None:
            return True
        if old["execution"] == self.execution:
            if is_final(old):
                raise StaleExecution("the picture's record has its end")
            return False
        self._replace(old, item)
        return True

    def _facts(self, retention_days: int) -> Item:
        facts = {name: self.image[name] for name in ("imageId", "owner", "bucket", "key", "versionId")}
        about = {"attempt": self.image.get("attempt", 1), "execution": self.execution, "steps": {}}
        return {**facts, **about, EXPIRES_AT: expiry(retention_days)}

    def _replace(self, old: Item, item: Item) -> None:
        """Put item in the place of old, unless that is not for this execution to do or has changed meanwhile."""
        if not self._follows(old):
            raise StaleExecution("the picture's record is another execution's")
        if notification_pending(old):
            raise PreviousOutcomePending("an earlier end of the picture has not been told yet")
        same = "#execution = :old AND #status = :was"
        earlier = [*old.get("earlier", []), *([old["execution"]] if _succeeded(old) else [])]
        item = {**item, "earlier": earlier}
        if earlier:
            del item[EXPIRES_AT]  # as a success's record, it tells of what stays in the archive
        if self._put(item, same, old=old["execution"], was=old["status"]) is not None:
            raise PreviousOutcomePending("the picture's record is being written by another execution")

    def _follows(self, old: Item) -> bool:
        """Tell whether this execution is a later attempt at the version of old, or is for the newest version."""
        if old["key"] != self.image["key"]:
            return False
        if old["versionId"] == self.image["versionId"]:
            later = bool(self.image.get("attempt", 1) > old.get("attempt", 1))
            return later and not _succeeded(old)
        return bool(upload_versions.newest_version(self.image["bucket"], self.image["key"]) == self.image["versionId"])

    def _put(self, item: Item, condition: str, **compared: str) -> Item | None:
        """Put item if condition holds; else return the item that there is."""
        client = clients.dynamodb()
        expected: Any = {"ExpressionAttributeValues": expression_values(compared)} if compared else {}
        try:
            client.put_item(
                TableName=self.table,
                Item=stored(item),
                ConditionExpression=condition,
                ExpressionAttributeNames=expression_names("status", *(["execution"] if compared else [])),
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
                **expected,
            )
        except client.exceptions.ConditionalCheckFailedException as refusal:
            return _found(refusal)
        return None

    def _update(self, facts: Item, *sets: str, condition: str, used: Sequence[str] = (), removed: str = "") -> None:
        """Write facts if condition holds; raises StaleExecution if it does not and there is a record."""
        client = clients.dynamodb()
        assigned = [*(f"#{name} = :{name}" for name in facts), *sets]
        attributes = [name for name in (*facts, *used, removed, "execution", "status") if name]
        try:
            client.update_item(
                TableName=self.table,
                Key=self._key,
                UpdateExpression="SET " + ", ".join(assigned) + (f" REMOVE #{removed}" if removed else ""),
                ConditionExpression=condition,
                ExpressionAttributeNames=expression_names(*attributes),
                ExpressionAttributeValues=expression_values({**facts, "execution": self.execution, "open": PROCESSING}),
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except client.exceptions.ConditionalCheckFailedException as refusal:
            if found := _found(refusal):
                message = "the picture's record has its end, or is another execution's"
                raise StaleExecution(message, succeeded=self.execution in found.get("earlier", [])) from refusal
            raise


def _progress(item: Item | None) -> list[Any]:
    """Return what each write of the record that brings its picture on changes."""
    return [item[name] for name in ("execution", "status", "updatedAt")] if item else []


def _succeeded(item: Item) -> bool:
    return bool(item["status"] == SUCCEEDED)


def _found(refusal: ClientError) -> Item:
    """Return the item on which a condition did not hold, empty if there is none."""
    found: dict[str, Any] = dict(refusal.response)
    return deserialize(found.get("Item", {}))
