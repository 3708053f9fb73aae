"""The record of an image that has succeeded, as an execution may write it that makes the renditions anew.

The execution claims the record, which goes on to describe the renditions that there are. One write replaces them by the new
ones, if the claim still holds: a deletion, a newer version and a later claim end it. What the execution archives before that
write is of use only together with it, and sweeps keep what a claim has. So an execution that dies anywhere leaves the image
with all of its renditions, old or new.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, cast

from lambdas.domain import conditional_writes, objects, open_records
from lambdas.domain.conditional_writes import Update, stored_item
from lambdas.domain.image_renditions import archived_renditions
from lambdas.domain.outcomes import NOTIFIED_AT, SUCCEEDED, notification_pending
from lambdas.domain.record import CLAIM, CLEARED_AT, SUPERSEDED, Record
from lambdas.runtime import clients, clock
from workflow.contracts.errors import PreviousOutcomePending, StaleExecution

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lambdas.domain.outcomes import Failure
    from workflow.contracts.payloads import ArchivedObject, ArchivedRendition, ArchiveImageOutput, Image, MetadataRecord

# An execution that has succeeded before claims nothing: it would replace its own renditions, or later ones by its old ones.
CLAIMABLE: Final = (
    "#status = :succeeded AND #versionId = :version AND #execution <> :execution AND NOT contains(#earlier, :execution)"
    " AND (attribute_not_exists(#rerender) OR #rerender <> :execution) AND attribute_not_exists(#superseded)"
    " AND (attribute_exists(#notifiedAt) OR attribute_not_exists(#attempt))"
)
CLAIMED: Final = "#rerender = :execution"
SAME: Final = f"{CLAIMED} AND #status = :succeeded AND #execution = :seen"


def record_of(table: str, image: Image, execution: str) -> Record:
    """Return the record of an image, as its execution may write it: for a first time, or to make its renditions anew."""
    return (Rerender if "original" in image else Record)(table, image, execution)


def release_claim(table: str, image: Image, execution: str) -> None:
    """Release the claim of an execution that makes renditions anew, if it is one and the claim holds."""
    if "original" in image:
        Rerender(table, image, execution).release()


class Rerender(Record):
    """The record of one image, as one execution may write it that makes the renditions anew."""

    def begin(self, retention_days: int) -> bool:  # noqa: ARG002 - the record of a success does not expire
        """Claim the record and return whether the claim is new.

        Raises StaleExecution if the image has not succeeded in this version, or was deleted, or if this execution has succeeded;
        PreviousOutcomePending while an outcome of the image is not published.
        """
        now = clock.timestamp()
        values = {"succeeded": SUCCEEDED, "version": self.image["versionId"], "execution": self.execution}
        names = ("status", "versionId", "execution", "earlier", NOTIFIED_AT, "attempt", SUPERSEDED)
        attributes = {CLAIM: self.execution, "updatedAt": now, **open_records.opened(self.image["imageId"], now)}
        stored = self._write(Update(attributes, CLAIMABLE, values, names))
        if stored is None:
            return True
        if stored and stored.get(CLAIM) == self.execution:
            return False
        if stored and stored["execution"] != self.execution and _is_pending(stored):
            raise PreviousOutcomePending("an earlier outcome of the image has not been published yet")
        message = "the image has not succeeded in this version, or its renditions were made anew"
        own = (stored["execution"], *stored.get("earlier", [])) if stored else ()
        raise StaleExecution(message, succeeded=self.execution in own)

    def complete_step(self, step: str, result: Mapping[str, object], status: str) -> None:  # noqa: ARG002 - only the last one is stored
        """Replace the renditions by those in result if status is SUCCEEDED; no other step is stored.

        Raises StaleExecution if the claim does not hold any more.
        """
        if status == SUCCEEDED:
            self._swap(cast("ArchiveImageOutput", result["archive"]))
            if stored := self.read():
                retire(self.table, stored)

    def fail(self, failure: Failure, retention_days: int, *, only_if_new: bool = False) -> None:  # noqa: ARG002 - as in Record
        """Release the claim: the image keeps its renditions and its status."""
        self.release()

    def release(self) -> None:
        """Release the claim, if it holds."""
        self._write(Update({}, CLAIMED, {"execution": self.execution}, removed=(CLAIM, *open_records.KEYS), names=()))

    def _swap(self, archive: ArchiveImageOutput) -> None:
        stored = self.read()
        if stored and stored.get(CLAIM) == self.execution:
            refused = self._replace_renditions(stored, archive)
            if refused is None:
                return
            stored = refused  # also after a response that was lost: then the record is as this write has left it
        if not (stored and self._has_succeeded(stored)):
            succeeded = stored is not None and self.execution in stored.get("earlier", [])
            raise StaleExecution("the claim of the image's record does not hold any more", succeeded=succeeded)

    def _replace_renditions(self, stored: MetadataRecord, archive: ArchiveImageOutput) -> MetadataRecord | None:
        """Write the new renditions in the place of those in stored; return the record if it has changed meanwhile.

        The time at which the image was finished stays: by it, the age of the archived original is known.
        """
        now = clock.timestamp()
        is_clear = CLEARED_AT in stored or "earlier" not in stored
        kept = {one["key"] for one in archive["renditions"]}
        attributes = {
            "archive": archive,
            **facts(archive),
            "execution": self.execution,
            "earlier": [*stored.get("earlier", []), stored["execution"]],
            SUPERSEDED: [one["key"] for one in archived_renditions(stored) if one["key"] not in kept],
            "updatedAt": now,
            **({CLEARED_AT: now} if is_clear else {}),
        }
        values = {"succeeded": SUCCEEDED, "seen": stored["execution"]}
        return self._write(Update(attributes, SAME, values, ("status",), removed=(CLAIM, NOTIFIED_AT)))

    def _has_succeeded(self, stored: MetadataRecord) -> bool:
        return stored["execution"] == self.execution and stored["status"] == SUCCEEDED

    def _write(self, change: Update) -> MetadataRecord | None:
        """Make a change and return None; if its condition is false, return the record, which is empty if there is none."""
        try:
            conditional_writes.update(self.table, self._key, change)
        except clients.dynamodb().exceptions.ConditionalCheckFailedException as error:
            return cast("MetadataRecord", stored_item(error))
        return None


def _is_pending(stored: MetadataRecord) -> bool:
    return stored["status"] == SUCCEEDED and (notification_pending(stored) or SUPERSEDED in stored)


def facts(archive: ArchiveImageOutput) -> dict[str, Any]:
    """Return what a record has of the resized images and the thumbnail, by the archive's list of all renditions."""
    listed = {one["key"]: one for one in archive["renditions"]}
    resized, thumbnail, *smaller = (
        _facts(copy, listed[copy["key"]]) for copy in (archive["resized"], archive["thumbnail"], *archive["smaller"])
    )
    return {"resized": {**resized, "smaller": smaller}, "thumbnail": thumbnail}


def _facts(copy: ArchivedObject, listed: ArchivedRendition) -> dict[str, object]:
    return {
        "format": listed["format"],
        "contentType": copy["contentType"],
        "width": listed["width"],
        "height": listed["height"],
        "size": copy["size"],
    }


def retire(table: str, stored: MetadataRecord) -> bool:
    """Let the replaced renditions of a record expire, and return whether there were any.

    Their URLs work until then. S3 counts the days from the creation of an object, so that each is copied onto itself.
    """
    superseded = stored.get(SUPERSEDED)
    if superseded is None:
        return False
    objects.let_expire(stored["archive"]["bucket"], superseded)
    change = Update(
        {}, "#execution = :execution", {"execution": stored["execution"]}, ("execution",), removed=(SUPERSEDED,)
    )
    with suppress(clients.dynamodb().exceptions.ConditionalCheckFailedException):
        conditional_writes.update(table, {"imageId": {"S": stored["imageId"]}}, change)
    return True
