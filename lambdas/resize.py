"""ResizeImage: the image fitted inside each of the configured edges, in each of the formats, staged for the archive."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdas.domain import objects, renditions
from lambdas.domain.step_handler import step_handler
from lambdas.runtime.sandbox import client as sandbox
from lambdas.runtime.settings import ResizeSettings

if TYPE_CHECKING:
    from workflow.contracts.payloads import ResizeImageInput, ResizeImageOutput


def _undo(event: ResizeImageInput, result: ResizeImageOutput, _: ResizeSettings) -> None:
    keys = [result["key"], *(rendition["key"] for rendition in result["smaller"])]
    renditions.delete_staged(event, keys, [variant["name"] for variant in result["variants"]])


# Renditions are staged for a short time only, so the record does not store where; the archive's list has the variants.
@step_handler("resize-image", ResizeSettings, stored_as="resized", not_stored=("key", "variants"), undo=_undo)
def handler(event: ResizeImageInput, settings: ResizeSettings) -> ResizeImageOutput:
    """Stage the resized images and return their facts and keys, the largest first; raises ImageRejected."""
    sandbox.start()
    upload = objects.read_upload(event["image"], settings.max_bytes)
    sizes = [(edge, edge) for edge in settings.resize_edges]
    found = renditions.make("resize", upload, event, sizes, settings, edges=settings.resize_edges)
    named = [(_stem(one.within[0], settings), one) for one in found]
    largest, *smaller = (renditions.stage(event, stem, one.encoded) for stem, one in named)
    variants = [renditions.stage_variant(event, stem, variant) for stem, one in named for variant in one.variants]
    return {**largest, "smaller": smaller, "variants": variants}


def _stem(edge: int, settings: ResizeSettings) -> str:
    """Return the name of the image fitted inside edge: the largest is the resized image, the others have their edge."""
    return "resized" if edge == max(settings.resize_edges) else f"resized-{edge}"
