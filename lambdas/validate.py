"""ValidateImage: begin the record, and find out whether the upload is a sound image within the limits."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, TypedDict

from imaging.decoding import libwebp
from imaging.decoding.decode import decode
from imaging.decoding.decoders import load_decoder
from imaging.decoding.picture import open_picture
from imaging.formats import FORMATS
from imaging.formats.inspectors import identify
from lambdas.domain import objects
from lambdas.domain.record import Record
from lambdas.domain.step_handler import step_handler
from lambdas.runtime.metrics import FALLBACK_DECODERS
from lambdas.runtime.sandbox import run_sandboxed
from lambdas.runtime.settings import ValidateSettings
from lambdas.runtime.telemetry import count, logger

if TYPE_CHECKING:
    from imaging.limits import Limits
    from workflow.contracts.payloads import ValidateImageInput, ValidateImageOutput


class Facts(TypedDict):
    """What the file itself says: the output of ValidateImage without the client's name for the file."""

    format: str
    contentType: str
    width: int
    height: int
    frames: int
    size: int


@step_handler("validate-image", ValidateSettings, stored_as="validation")
def handler(event: ValidateImageInput, settings: ValidateSettings) -> ValidateImageOutput:
    """Return the facts of a sound image; raises ImageRejected for any other file."""
    image = event["image"]
    Record(settings.metadata_table, image, event["execution"]).begin(settings.record_retention_days)
    upload = objects.read_upload(image, settings.max_bytes)
    format_ = identify(upload.data, settings.limits)
    load_decoder(format_)  # here, because every child process would load it again
    if format_ is FORMATS["WEBP"]:
        report_missing_libwebp()
    return {"filename": upload.filename, **run_sandboxed(lambda: examine(upload.data, settings.limits))}


@cache
def report_missing_libwebp() -> None:
    """Report, once a process, that Pillow's own decoder replaces libwebp: large images do not fit in its memory."""
    if not libwebp.is_available():
        logger().warning("libwebp is not where Pillow's wheel has it: large WebP images are rejected as TOO_COMPLEX")
        count(FALLBACK_DECODERS)


def examine(data: bytes, limits: Limits) -> Facts:
    """Return the facts of an image that can be opened and decoded within limits; raises ImageRefusedError."""
    picture = open_picture(data, limits)
    width, height = picture.size
    decode(picture, wanted=(1, 1), all_scans=True)  # all of the data, at the smallest scale
    return {
        "format": picture.format.name,
        "contentType": picture.format.content_type,
        "width": width,
        "height": height,
        "frames": picture.frames,
        "size": len(data),
    }
