"""Those who upload images, replace them, delete them and restore them."""

from __future__ import annotations

import json
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING
from uuid import UUID

from lambdas.domain.grants import Grant, await_upload
from lambdas.domain.object_keys import parse_upload_key, upload_key
from lambdas.runtime import clients
from tests.chaos import uploads
from tests.chaos.faults import UPLOAD, Fault
from tests.fake_aws.account import OWNER
from tests.fake_aws.events import object_created
from tests.fake_aws.resources import TABLE, UPLOADS
from workflow.contracts.payloads import MetadataRecordAnnounced

if TYPE_CHECKING:
    from tests.chaos.context import Context
    from tests.chaos.world import World

RECORDED = 0.8  # of the grants that have a record
URL_LIFETIME = timedelta(minutes=5)
ANNOUNCED = MetadataRecordAnnounced(filename="a.jpg", contentType="image/jpeg", size=1, expiresAt="")


class Uploaders:
    """The clients of one schedule, and those who administer its bucket."""

    def __init__(self, context: Context, world: World) -> None:
        """Send the events of S3 to world."""
        self._context = context
        self._world = world
        self._granted = set[str]()
        self._random = Random("grants")  # noqa: S311 - of its own, so that a grant changes no other draw

    def draw_picture(self) -> str:
        """Return the id of a new picture."""
        return str(UUID(int=self._context.random.getrandbits(128), version=4))

    def grant(self, image_id: str) -> None:
        """Let a picture await its upload, unless it was granted before; some have no record, as with version 0.2."""
        if image_id in self._granted or image_id in self._context.journal.uploads:
            return
        self._granted.add(image_id)
        if self._random.random() < RECORDED:
            end = self._world.now() + URL_LIFETIME
            grant = Grant(OWNER, image_id, UPLOADS, upload_key(OWNER, image_id), end)
            await_upload(TABLE, grant, {**ANNOUNCED, "expiresAt": f"{end:%Y-%m-%dT%H:%M:%SZ}"})
            self._context.scheduler.note("grant")

    def upload(self, image_id: str) -> None:
        """Upload a version of a picture as a client does, and send the events of S3."""
        self.grant(image_id)
        data, sound = uploads.content(self._context.random)
        key = upload_key(OWNER, image_id)
        version = clients.s3().put_object(Bucket=UPLOADS, Key=key, Body=data)["VersionId"]
        self._context.journal.uploaded(image_id, version, sound=sound)
        fault = self._context.faults.draw(UPLOAD, often=2)
        self._context.scheduler.note("upload", fault or "")
        event = object_created(
            UPLOADS, key, version, at=self._world.now().strftime("%Y-%m-%dT%H:%M:%SZ"), size=len(data)
        )
        for _ in range({Fault.EVENT_LOST: 0, Fault.EVENT_TWICE: 2}.get(fault or Fault.ABORTED, 1)):
            self._world.send(json.dumps(event))

    def poison(self) -> None:
        """Put a message on the queue that is not about an upload."""
        self._context.journal.poison.append(self._context.random.choice(uploads.POISON))
        self._world.send(self._context.journal.poison[-1])

    def delete(self, image_id: str) -> None:
        """Delete a picture's upload as a client does, if there was one: S3 hides its versions behind a delete marker."""
        if image_id in self._context.journal.uploads:
            self.hide(upload_key(OWNER, image_id))
            self._context.scheduler.note("delete")

    def hide(self, key: str) -> None:
        """Put a delete marker on top of an upload's versions."""
        self._context.account.delete_upload(key)
        self._context.journal.hidden.setdefault(parse_upload_key(key)[1], len(self._context.scheduler.trace))

    def restore(self, image_id: str) -> None:
        """Remove the delete markers that hide a picture's upload."""
        key = upload_key(OWNER, image_id)
        for version in self._context.account.hiding(key):
            self._context.account.delete_upload(key, version)
        self._context.journal.hidden.pop(image_id, None)

    def remove(self, image_id: str) -> None:
        """Remove a picture's upload for good, as an administrator does."""
        key = upload_key(OWNER, image_id)
        for version in list(self._context.account.upload_versions()[key]):
            self._context.account.delete_upload(key, version.version_id)
        self._context.journal.removed.add(image_id)
        self._context.journal.hidden.setdefault(image_id, len(self._context.scheduler.trace))
