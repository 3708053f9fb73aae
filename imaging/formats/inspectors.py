"""The survey of any file: its format told by its content, and its structure walked before any decoder runs."""

from imaging.errors import ImageRefusedError, Reason
from imaging.formats import bmp, gif, heif, jpeg, png, sniff_format, tiff, webp
from imaging.formats.binary import EndOfDataError
from imaging.formats.inspection import Inspection, refuse_truncated
from imaging.limits import Limits

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


def inspect_file(data: bytes, limits: Limits) -> Inspection:
    """Return what a walk over data finds, in time linear in its length; raises ImageRefusedError."""
    format_ = sniff_format(data)
    if format_ is None:
        raise ImageRefusedError(Reason.NOT_AN_IMAGE, "The content is no image of a supported format.")
    survey = Inspection(format_, limits)
    try:
        INSPECTORS[format_.name](data, survey)
    except EndOfDataError:  # a walk reads on wherever the file leads it
        refuse_truncated()
    return survey
