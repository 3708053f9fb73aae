"""ResizeImage: the picture fitted inside the configured edge, staged for the archive."""

from typing import Any

from lambdas import storage
from lambdas.environment import ResizeEnvironment
from lambdas.gate import step
from lambdas.imaging import open_picture
from lambdas.rendition import resized


# Where it is staged is true for a moment only; the archive is what the record tells of.
@step("resize-image", ResizeEnvironment, found_as="resized", unrecorded="key")
def handler(event: dict[str, Any], environment: ResizeEnvironment) -> dict[str, Any]:
    """Stage the resized image and return what and where it is; raises ImageRejected."""
    upload = storage.read(event["image"], environment.max_bytes)
    rendition = resized(open_picture(upload.data, environment), environment.resize_edge, environment.quality)
    return storage.stage(event["image"]["bucket"], event["execution"], "resized", rendition)
