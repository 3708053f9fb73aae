"""ResizeImage: the picture fitted inside each of the configured edges, staged for the archive."""

from typing import Any

from imaging.decoding.picture import open_picture
from imaging.rendering.authorship import Authorship
from imaging.rendering.rendition import Rendition, resize_to_edges
from lambdas.domain import objects
from lambdas.domain.step_handler import step_handler
from lambdas.runtime.settings import ResizeSettings


def _undo(event: dict[str, Any], found: dict[str, Any], _: ResizeSettings) -> None:
    objects.delete_objects(event["image"]["bucket"], [rendition["key"] for rendition in (found, *found["smaller"])])


# Where they are staged is true for a moment only; the archive is what the record tells of.
@step_handler("resize-image", ResizeSettings, found_as="resized", unrecorded="key", undo=_undo)
def handler(event: dict[str, Any], environment: ResizeSettings) -> dict[str, Any]:
    """Stage the resized images and return what and where they are, largest first; raises ImageRejected."""
    upload = objects.read_upload(event["image"], environment.max_bytes)
    about = event.get("about", {})  # absent in executions that version 0.1 started
    authorship = Authorship(about.get("artist"), about.get("copyright"))
    renditions = resize_to_edges(
        open_picture(upload.data, environment.limits), environment.resize_edges, environment.quality, authorship
    )
    largest, *smaller = (_stage(event, _name(edge, environment), rendition) for edge, rendition in renditions.items())
    return {**largest, "smaller": smaller}


def _stage(event: dict[str, Any], name: str, rendition: Rendition) -> dict[str, Any]:
    name = f"{name}.{rendition.format.extension}"
    key = objects.stage(
        event["image"]["bucket"], event["execution"], name, rendition.data, rendition.format.content_type
    )
    return {"key": key, **rendition.facts}


def _name(edge: int, environment: ResizeSettings) -> str:
    """Return what the image fitted inside edge is called: the largest is the resized image, others tell their edge."""
    return "resized" if edge == max(environment.resize_edges) else f"resized-{edge}"
