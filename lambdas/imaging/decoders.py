"""The one decoder of each format: found, held to one thread, and kept from holding more memory than it needs."""

from __future__ import annotations

from importlib import import_module
from io import BytesIO
from typing import TYPE_CHECKING, Any

from PIL import Image

from lambdas.imaging import libwebp

if TYPE_CHECKING:
    from PIL import ImageFile

    from lambdas.formats import Format

# Those of Pillow that it does not load first of all.
MODULES = {"WEBP": "PIL.WebPImagePlugin", "TIFF": "PIL.TiffImagePlugin", "AVIF": "PIL.AvifImagePlugin"}


def prepare(format_: Format | None) -> None:
    """Import what decodes format_."""
    Image.preinit()
    name = format_.name if format_ else ""
    if name in MODULES:
        # A function has one core, and threads have memory of their own.
        vars(import_module(MODULES[name])).update(DEFAULT_MAX_THREADS=1)
    elif name == "HEIF":
        import pillow_heif

        pillow_heif.register_heif_opener(decode_threads=1, thumbnails=False, depth_images=False, aux_images=False)


def opened(data: bytes, format_: Format) -> ImageFile.ImageFile:
    """Open data with the decoder of format_, which decodes nothing yet; raises what Pillow raises."""
    prepare(format_)
    first = libwebp.open_first(data) if format_.name == "WEBP" else None
    image = first or Image.open(BytesIO(data), formats=[format_.name])
    if format_.name == "AVIF":
        vars(image).update(_decoder=_Once(vars(image)["_decoder"]))
    return image


class _Once:
    """What decodes an AVIF, but for one frame: the planes that it holds are gone before Pillow copies the pixels."""

    def __init__(self, decoder: Any) -> None:
        self._decoders = [decoder]

    def get_frame(self, number: int) -> tuple[Any, ...]:
        """Return the pixels of a frame, how many units of time a second has, and the frame's times in these."""
        pixels, units, *times = self._decoders.pop().get_frame(number)
        return pixels, units or 1, *times  # Pillow divides by it
