"""The decoder of each format: imported, limited to one thread, and kept from holding more memory than it needs."""

from __future__ import annotations

from contextlib import contextmanager
from functools import cache
from importlib import import_module
from io import BytesIO
from typing import TYPE_CHECKING

from PIL import Image, UnidentifiedImageError

from imaging.decoding import libavif, libwebp
from imaging.decoding.decoder_errors import MalformedFileError, refuse_malformed
from imaging.decoding.samples import sample_file
from imaging.decoding.tiff_layout import read_layout
from imaging.errors import ImageRefusedError, Reason, refuse_unsupported
from imaging.limits import MOST_PIXELS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL import ImageFile

    from imaging.formats import Format

# Plugins of Pillow that Image.preinit() does not import.
MODULES = {"WEBP": "PIL.WebPImagePlugin", "TIFF": "PIL.TiffImagePlugin", "AVIF": "PIL.AvifImagePlugin"}
# An entry of Pillow's table of the layouts of TIFFs: it lacks the big-endian one of gray that is inverted in 16 bits.
WHITE_IS_ZERO = (b"MM", 0, (1,), 1, (16,), ()), ("I;16B", "I;16B")
UNDECODABLE = {Reason.CORRUPT, Reason.TRUNCATED}  # a decoder that does not work would refuse every file for these


class DecoderBrokenError(Exception):
    """A decoder does not work: it is missing, or called with wrong arguments. The file may be sound."""


def load_decoder(format_: Format) -> None:
    """Import the decoder of format_."""
    Image.preinit()
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    name = format_.name
    if name in MODULES:
        module = vars(import_module(MODULES[name]))
        module.update(DEFAULT_MAX_THREADS=libavif.THREADS)  # of the encoder of AVIF
        if name == "TIFF":
            module["OPEN_INFO"].setdefault(*WHITE_IS_ZERO)
    elif name == "HEIF":
        import pillow_heif

        pillow_heif.register_heif_opener(decode_threads=1, thumbnails=False, depth_images=False, aux_images=False)


def open_image(data: bytes, format_: Format) -> ImageFile.ImageFile:
    """Open data with the decoder of format_, without decoding; raises ImageRefusedError."""
    load_decoder(format_)
    with decoder_guard(format_):
        return _open(data, format_)


@contextmanager
def decoder_guard(format_: Format) -> Iterator[None]:
    """Turn what the decoder of format_ raises for a malformed file into ImageRefusedError.

    Raises DecoderBrokenError instead if that decoder does not work at all.
    """
    try:
        with refuse_malformed():
            yield
    except ImageRefusedError as refused:
        if refused.reason in UNDECODABLE:
            _check_decoder(format_)
        raise


@cache
def _check_decoder(format_: Format) -> None:
    """Check, once a process, that the decoder of format_ decodes a sample; raises DecoderBrokenError."""
    try:
        _open(sample_file(format_.name), format_).load()
    except MemoryError:  # the image in this sandbox left none
        raise
    except Exception as error:
        raise DecoderBrokenError(f"the decoder of {format_.name} does not decode a sound image") from error


def _open(data: bytes, format_: Format) -> ImageFile.ImageFile:
    if format_.name == "TIFF":
        return _open_tiff(data)
    if format_.name == "AVIF":
        return libavif.open_first_frame(data)
    first = libwebp.open_first_frame(data) if format_.name == "WEBP" else None
    return first or Image.open(BytesIO(data), formats=[format_.name])


def _open_tiff(data: bytes) -> ImageFile.ImageFile:
    """Open a TIFF; raises ImageRefusedError if the decoder has no layout like its own."""
    from PIL import TiffImagePlugin

    layout = read_layout(data)
    if layout is None:
        raise MalformedFileError("the file is truncated")
    layout.check()
    before = TiffImagePlugin.READ_LIBTIFF
    TiffImagePlugin.READ_LIBTIFF = layout.needs_libtiff
    try:
        return Image.open(BytesIO(data), formats=["TIFF"])
    except UnidentifiedImageError:
        if layout.key not in TiffImagePlugin.OPEN_INFO:
            refuse_unsupported(layout.describe())
        raise
    finally:
        TiffImagePlugin.READ_LIBTIFF = before
