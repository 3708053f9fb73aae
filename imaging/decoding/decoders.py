"""The one decoder of each format: found, held to one thread, and kept from holding more memory than it needs."""

from __future__ import annotations

from contextlib import contextmanager
from functools import cache
from importlib import import_module
from io import BytesIO
from typing import TYPE_CHECKING, Any

from PIL import Image

from imaging.decoding import libwebp
from imaging.decoding.decoder_errors import MalformedFileError, refuse_malformed
from imaging.decoding.samples import sample_file
from imaging.errors import ImageRefusedError, Reason

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL import ImageFile

    from imaging.formats import Format

# Those of Pillow that it does not load first of all.
MODULES = {"WEBP": "PIL.WebPImagePlugin", "TIFF": "PIL.TiffImagePlugin", "AVIF": "PIL.AvifImagePlugin"}
UNDECODABLE = {Reason.CORRUPT, Reason.TRUNCATED}  # what a decoder that does not work would say of every file


class DecoderBrokenError(Exception):
    """A decoder does not work: it is missing, or not called as it wants to be, and no file is to blame."""


def load_decoder(format_: Format | None) -> None:
    """Import what decodes format_."""
    Image.preinit()
    name = format_.name if format_ else ""
    if name in MODULES:
        # A function has one core, and threads have memory of their own.
        vars(import_module(MODULES[name])).update(DEFAULT_MAX_THREADS=1)
    elif name == "HEIF":
        import pillow_heif

        pillow_heif.register_heif_opener(decode_threads=1, thumbnails=False, depth_images=False, aux_images=False)


def open_image(data: bytes, format_: Format) -> ImageFile.ImageFile:
    """Open data with the decoder of format_, which decodes nothing yet; raises ImageRefusedError."""
    load_decoder(format_)
    with decoder_guard(format_):
        return _open(data, format_)


@contextmanager
def decoder_guard(format_: Format) -> Iterator[None]:
    """Turn what the decoder of format_ raises for an unsound file into ImageRefusedError.

    Raises DecoderBrokenError instead if that decoder does not work at all: then the file may well be sound.
    """
    try:
        with refuse_malformed():
            yield
    except ImageRefusedError as rejected:
        if rejected.reason in UNDECODABLE:
            _check_decoder(format_)
        raise


@cache
def _check_decoder(format_: Format) -> None:
    """See, once a process, that the decoder of format_ decodes a sound picture."""
    try:
        _open(sample_file(format_.name), format_).load()
    except MemoryError:  # of a picture in its sandbox, which left none
        raise
    except Exception as error:
        raise DecoderBrokenError(f"the decoder of {format_.name} does not decode a sound picture") from error


def _open(data: bytes, format_: Format) -> ImageFile.ImageFile:
    first = libwebp.open_first_frame(data) if format_.name == "WEBP" else None
    image = first or Image.open(BytesIO(data), formats=[format_.name])
    if format_.name == "AVIF":
        vars(image).update(_decoder=_SingleFrameDecoder(vars(image)["_decoder"]))
    return image


class _SingleFrameDecoder:
    """What decodes an AVIF, but for one frame: the planes that it holds are gone before Pillow copies the pixels."""

    def __init__(self, decoder: Any) -> None:
        self._decoders = [decoder]

    def get_frame(self, number: int) -> tuple[Any, ...]:
        """Return the pixels of a frame, how many units of time a second has, and the frame's times in these.

        Raises MalformedFileError.
        """
        decode = self._decoders.pop().get_frame
        try:
            pixels, units, *times = decode(number)
        except RuntimeError as error:  # in C, so that it would count as ours
            raise MalformedFileError(str(error)) from None
        return pixels, units or 1, *times  # Pillow divides by it
