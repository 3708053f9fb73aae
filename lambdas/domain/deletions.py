"""Deletions: every version of an image's objects is deleted for good, and the deletion is published.

A deletion begins with the tombstone in the place of the record. Whatever fails after that is done by a sweep.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdas.domain import finalization, object_keys, objects, tombstones
from lambdas.domain.outcomes import NOTIFIED_AT
from lambdas.runtime.metrics import OBJECTS_REMOVED
from lambdas.runtime.telemetry import count

if TYPE_CHECKING:
    from lambdas.runtime.settings import ImageSettings
    from workflow.contracts.payloads import MetadataRecord


def complete(tombstone: MetadataRecord, settings: ImageSettings) -> int:
    """Delete what there is of the image, publish the deletion if that is pending, and return the number of versions.

    A repeated notification has the same id. Raises ObjectsNotDeletedError, or the error of a call.
    """
    removed = delete_objects(tombstone["imageId"], tombstone["deletedBy"], settings)
    if NOTIFIED_AT not in tombstone:
        finalization.publish(tombstone, settings.notification_topic)
        tombstones.mark_notified(settings.metadata_table, tombstone)
    return removed


def delete_objects(image_id: str, user: str, settings: ImageSettings) -> int:
    """Delete every version of the objects of user's image, and return how many there were; raises what complete raises."""
    removed = objects.delete_versions(settings.archive_bucket, object_keys.image_folder(user, image_id))
    for prefix in (object_keys.staged_folders(image_id), object_keys.upload_key(user, image_id)):
        removed += objects.delete_versions(settings.upload_bucket, prefix)
    return removed


def look_again(image_id: str, settings: ImageSettings) -> bool:
    """Complete the deletion of an image, and return whether it is deleted; raises what complete raises."""
    tombstone = tombstones.read_tombstone(settings.metadata_table, image_id)
    if not tombstone:
        return False
    if removed := complete(tombstone, settings):
        count(OBJECTS_REMOVED, objects=str(removed))
    tombstones.mark_looked_at(settings.metadata_table, tombstone)
    return True
