"""Renditions: they are made in the sandbox, and staged until ArchiveImage archives them.

A payload has room for few bytes of each variant, so that it has only the names in the folder of the execution.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from lambdas.domain import object_keys, objects
from lambdas.domain.authorship import authorship
from lambdas.runtime.sandbox import client as sandbox
from lambdas.runtime.sandbox.answers import Facts, renditions_of
from lambdas.runtime.sandbox.bounds import BOUNDS_WITH_VARIANTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lambdas.domain.objects import Upload
    from lambdas.runtime.sandbox.answers import Encoded, Rendition, Size
    from lambdas.runtime.settings import RenditionSettings
    from workflow.contracts.payloads import ResizeImageInput


class StagedRendition(Facts):
    """A staged rendition, as the steps' contracts have it."""

    key: str


class StagedVariant(TypedDict):
    """A staged image beside a rendition, as the steps' contracts have it."""

    name: str
    format: str
    width: int
    height: int
    size: int


def make(
    operation: str,
    upload: Upload,
    event: ResizeImageInput,
    within: Sequence[Size],
    settings: RenditionSettings,
    **arguments: object,
) -> list[Rendition]:
    """Return the renditions that an operation of imaging makes of an upload; raises ImageRefusedError."""
    return sandbox.run(
        operation,
        upload.data,
        renditions_of(within, settings.rendition_formats),
        BOUNDS_WITH_VARIANTS if settings.rendition_formats else None,
        limits=settings.limits.to_json(),
        quality=settings.quality,
        authorship=authorship(event.get("about", {})),
        variants=settings.rendition_formats,
        **arguments,
    )


def stage(event: ResizeImageInput, stem: str, image: Encoded) -> StagedRendition:
    """Stage an image under stem and the extension of its format, and return its facts and key."""
    return {"key": _stage(event, stem, image), **image.facts}


def stage_variant(event: ResizeImageInput, stem: str, image: Encoded) -> StagedVariant:
    """Stage an image as stage does, and return its facts and name."""
    key = _stage(event, stem, image)
    return {
        "name": key.rsplit("/", 1)[-1],
        "format": image.format.name,
        "width": image.width,
        "height": image.height,
        "size": len(image.data),
    }


def _stage(event: ResizeImageInput, stem: str, image: Encoded) -> str:
    name, content_type = f"{stem}.{image.format.extension}", image.format.content_type
    return objects.stage(event["image"]["bucket"], event["execution"], name, image.data, content_type)


def delete_staged(event: ResizeImageInput, keys: Sequence[str], names: Sequence[str]) -> None:
    """Delete the staged objects with these keys, and those with these names in the folder of the execution."""
    folder = object_keys.staged_folder(event["execution"])
    objects.delete_objects(event["image"]["bucket"], [*keys, *(f"{folder}{name}" for name in names)])
