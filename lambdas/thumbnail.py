"""GenerateThumbnail: a square of the image, around its focal point or its middle, staged for the archive."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdas.domain import objects
from lambdas.domain.authorship import authorship
from lambdas.domain.step_handler import step_handler
from lambdas.runtime.sandbox import client as sandbox
from lambdas.runtime.sandbox.answers import renditions_of
from lambdas.runtime.settings import ThumbnailSettings

if TYPE_CHECKING:
    from workflow.contracts.payloads import GenerateThumbnailInput, GenerateThumbnailOutput


def _undo(event: GenerateThumbnailInput, result: GenerateThumbnailOutput, _: ThumbnailSettings) -> None:
    objects.delete_objects(event["image"]["bucket"], [result["key"]])


# The key is not stored, as in resize.py.
@step_handler("generate-thumbnail", ThumbnailSettings, stored_as="thumbnail", not_stored="key", undo=_undo)
def handler(event: GenerateThumbnailInput, settings: ThumbnailSettings) -> GenerateThumbnailOutput:
    """Stage the thumbnail and return its facts and its key; raises ImageRejected."""
    sandbox.start()
    upload = objects.read_upload(event["image"], settings.max_bytes)
    (rendition,) = sandbox.run(
        "crop",
        upload.data,
        renditions_of([settings.thumbnail_edge]),
        limits=settings.limits.to_json(),
        edge=settings.thumbnail_edge,
        quality=settings.quality,
        authorship=authorship(event.get("about", {})),
        focus=upload.focus,
    )
    name, content_type = f"thumbnail.{rendition.format.extension}", rendition.format.content_type
    key = objects.stage(event["image"]["bucket"], event["execution"], name, rendition.data, content_type)
    return {"key": key, **rendition.facts}
