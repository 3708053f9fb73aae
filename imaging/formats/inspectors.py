"""The survey of any file: its format told by its content, and its structure walked before any decoder runs."""

from imaging.formats import bmp, gif, heif, jpeg, png, sniff_format, tiff, webp
from imaging.formats.binary import EndOfDataError
from imaging.formats.inspection import Inspection, refuse_truncated
from lambdas.runtime.settings import ImageStepSettings
from workflow.contracts.errors import ImageRejected, Reason

INSPECTORS = {
    "JPEG": jpeg.inspect,
    "PNG": png.inspect,
    "WEBP": webp.inspect,
    "GIF": gif.inspect,
    "TIFF": tiff.inspect,
    "BMP": bmp.inspect,
    "AVIF": heif.inspect,
    "HEIF": heif.inspect,
}


def inspect_file(data: bytes, limits: ImageStepSettings) -> Inspection:
    """Return what a walk over data finds, in time linear in its length; raises ImageRejected."""
    format_ = sniff_format(data)
    if format_ is None:
        raise ImageRejected(Reason.NOT_AN_IMAGE, "The content is no image of a supported format.")
    survey = Inspection(format_, limits)
    try:
        INSPECTORS[format_.name](data, survey)
    except EndOfDataError:  # a walk reads on wherever the file leads it
        refuse_truncated()
    return survey
