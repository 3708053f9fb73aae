"""ValidateImage: begin the record, and find out whether the upload is a sound picture within the limits."""

from functools import cache
from typing import Any

from imaging.decoding import libwebp
from imaging.decoding.decoders import load_decoder
from imaging.decoding.picture import decode, open_picture
from imaging.formats import FORMATS, sniff_format
from imaging.limits import Limits
from lambdas.domain import objects
from lambdas.domain.record import Record
from lambdas.domain.step_handler import step_handler
from lambdas.runtime.metrics import FALLBACK_DECODERS
from lambdas.runtime.sandbox import run_sandboxed
from lambdas.runtime.settings import ValidateSettings
from lambdas.runtime.telemetry import count, logger


@step_handler("validate-image", ValidateSettings, found_as="validation")
def handler(event: dict[str, Any], environment: ValidateSettings) -> dict[str, Any]:
    """Return what the picture was found to be; raises ImageRejected."""
    image = event["image"]
    Record(environment.metadata_table, image, event["execution"]).begin(environment.record_retention_days)
    upload = objects.read_upload(image, environment.max_bytes)
    format_ = sniff_format(upload.data)
    load_decoder(format_)  # here, or every trial would do it anew
    if format_ is FORMATS["WEBP"]:
        report_missing_libwebp()
    return {"filename": upload.filename, **run_sandboxed(lambda: examine(upload.data, environment.limits))}


@cache
def report_missing_libwebp() -> None:
    """Say, once a process, that Pillow's own decoder stands in for libwebp: it has too little memory for large pictures."""
    if not libwebp.is_available():
        logger().warning("libwebp is not where Pillow's wheel has it: large WebP pictures are rejected as TOO_COMPLEX")
        count(FALLBACK_DECODERS)


def examine(data: bytes, limits: Limits) -> dict[str, Any]:
    """Return the facts of a picture that can be opened and decoded within limits; raises ImageRefusedError."""
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
