"""GenerateThumbnail: the centred square of the picture, staged for the archive."""

from typing import Any

from imaging.decoding.picture import open_picture
from imaging.rendering.authorship import Authorship
from imaging.rendering.rendition import crop_thumbnail
from lambdas.domain import objects
from lambdas.domain.step_handler import step_handler
from lambdas.runtime.settings import ThumbnailSettings


def _undo(event: dict[str, Any], found: dict[str, Any], _: ThumbnailSettings) -> None:
    objects.delete_objects(event["image"]["bucket"], [found["key"]])


# As in resize.py.
@step_handler("generate-thumbnail", ThumbnailSettings, found_as="thumbnail", unrecorded="key", undo=_undo)
def handler(event: dict[str, Any], environment: ThumbnailSettings) -> dict[str, Any]:
    """Stage the thumbnail and return what and where it is; raises ImageRejected."""
    upload = objects.read_upload(event["image"], environment.max_bytes)
    about = event.get("about", {})  # absent in executions that version 0.1 started
    authorship = Authorship(about.get("artist"), about.get("copyright"))
    rendition = crop_thumbnail(
        open_picture(upload.data, environment.limits), environment.thumbnail_edge, environment.quality, authorship
    )
    name, content_type = f"thumbnail.{rendition.format.extension}", rendition.format.content_type
    key = objects.stage(event["image"]["bucket"], event["execution"], name, rendition.data, content_type)
    return {"key": key, **rendition.facts}
