"""The survey of any file: its format told by its content, and its structure walked before any decoder runs."""

from imaging.formats import bmp, gif, heif, jpeg, png, tiff, told_by, webp
from imaging.formats.binary import BeyondTheEndError
from imaging.formats.inspection import Survey, truncated
from lambdas.runtime.settings import PictureEnvironment
from workflow.contracts.errors import ImageRejected, Reason

WALKS = {
    "JPEG": jpeg.walk,
    "PNG": png.walk,
    "WEBP": webp.walk,
    "GIF": gif.walk,
    "TIFF": tiff.walk,
    "BMP": bmp.walk,
    "AVIF": heif.walk,
    "HEIF": heif.walk,
}


def surveyed(data: bytes, limits: PictureEnvironment) -> Survey:
    """Return what a walk over data finds, in time linear in its length; raises ImageRejected."""
    format_ = told_by(data)
    if format_ is None:
        raise ImageRejected(Reason.NOT_AN_IMAGE, "The content is no image of a supported format.")
    survey = Survey(format_, limits)
    try:
        WALKS[format_.name](data, survey)
    except BeyondTheEndError:  # a walk reads on wherever the file leads it
        truncated()
    return survey
