"""ResizeImage: the image fitted inside each of the configured edges, staged for the archive."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdas.domain import objects
from lambdas.domain.authorship import authorship
from lambdas.domain.step_handler import step_handler
from lambdas.runtime.sandbox import client as sandbox
from lambdas.runtime.sandbox.answers import Rendition, renditions_of
from lambdas.runtime.settings import ResizeSettings

if TYPE_CHECKING:
    from workflow.contracts.payloads import ResizeImageInput, ResizeImageOutput, ResizeImageOutputSmallerItem


def _undo(event: ResizeImageInput, result: ResizeImageOutput, _: ResizeSettings) -> None:
    keys = [result["key"], *(rendition["key"] for rendition in result["smaller"])]
    objects.delete_objects(event["image"]["bucket"], keys)


# Renditions are staged for a short time only, so the record does not store their keys.
@step_handler("resize-image", ResizeSettings, stored_as="resized", not_stored="key", undo=_undo)
def handler(event: ResizeImageInput, settings: ResizeSettings) -> ResizeImageOutput:
    """Stage the resized images and return their facts and keys, the largest first; raises ImageRejected."""
    sandbox.start()
    upload = objects.read_upload(event["image"], settings.max_bytes)
    renditions = sandbox.run(
        "resize",
        upload.data,
        renditions_of(settings.resize_edges),
        limits=settings.limits.to_json(),
        edges=settings.resize_edges,
        quality=settings.quality,
        authorship=authorship(event.get("about", {})),
    )
    largest, *smaller = (_stage(event, _name(one.edge, settings), one) for one in renditions)
    return {**largest, "smaller": smaller}


def _stage(event: ResizeImageInput, name: str, rendition: Rendition) -> ResizeImageOutputSmallerItem:
    name, content_type = f"{name}.{rendition.format.extension}", rendition.format.content_type
    key = objects.stage(event["image"]["bucket"], event["execution"], name, rendition.data, content_type)
    return {"key": key, **rendition.facts}


def _name(edge: int, settings: ResizeSettings) -> str:
    """Return the name of the image fitted inside edge: the largest is the resized image, the others have their edge."""
    return "resized" if edge == max(settings.resize_edges) else f"resized-{edge}"
