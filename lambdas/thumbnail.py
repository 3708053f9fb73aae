"""GenerateThumbnail: the centred square of the picture, staged for the archive."""

from typing import Any

from imaging.decoding.picture import open_picture
from imaging.rendering.rendition import crop_thumbnail
from lambdas.domain import objects
from lambdas.domain.step_handler import step
from lambdas.runtime.settings import ThumbnailEnvironment


def _undo(event: dict[str, Any], found: dict[str, Any], _: ThumbnailEnvironment) -> None:
    objects.remove(event["image"]["bucket"], [found["key"]])


# As in resize.py.
@step("generate-thumbnail", ThumbnailEnvironment, found_as="thumbnail", unrecorded="key", undo=_undo)
def handler(event: dict[str, Any], environment: ThumbnailEnvironment) -> dict[str, Any]:
    """Stage the thumbnail and return what and where it is; raises ImageRejected."""
    upload = objects.read(event["image"], environment.max_bytes)
    rendition = crop_thumbnail(open_picture(upload.data, environment), environment.thumbnail_edge, environment.quality)
    return objects.stage(event["image"]["bucket"], event["execution"], "thumbnail", rendition)
