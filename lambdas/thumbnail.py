"""GenerateThumbnail: parts of the image, around its focal point or its middle, staged for the archive."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdas.domain import objects, renditions
from lambdas.domain.step_handler import step_handler
from lambdas.runtime.sandbox import client as sandbox
from lambdas.runtime.settings import ThumbnailSettings

if TYPE_CHECKING:
    from lambdas.runtime.sandbox.answers import Size
    from workflow.contracts.payloads import GenerateThumbnailInput, GenerateThumbnailOutput


def _undo(event: GenerateThumbnailInput, result: GenerateThumbnailOutput, _: ThumbnailSettings) -> None:
    renditions.delete_staged(event, [result["key"]], [variant["name"] for variant in result["variants"]])


# Neither key nor variants are stored, as in resize.py.
@step_handler(
    "generate-thumbnail", ThumbnailSettings, stored_as="thumbnail", not_stored=("key", "variants"), undo=_undo
)
def handler(event: GenerateThumbnailInput, settings: ThumbnailSettings) -> GenerateThumbnailOutput:
    """Stage the square and the further thumbnails, and return their facts and where they are; raises ImageRejected."""
    sandbox.start()
    upload = objects.read_upload(event["image"], settings.max_bytes)
    square, *further = renditions.make(
        "crop", upload, event, settings.sizes, settings, sizes=settings.sizes, focus=upload.focus
    )
    images = [("thumbnail", variant) for variant in square.variants]
    images += [(_stem(one.within), image) for one in further for image in (one.encoded, *one.variants)]
    variants = [renditions.stage_variant(event, stem, image) for stem, image in images]
    return {**renditions.stage(event, "thumbnail", square.encoded), "variants": variants}


def _stem(size: Size) -> str:
    """Return the name of a further thumbnail: it has the size that was wanted."""
    return f"thumbnail-{size[0]}x{size[1]}"
