"""The first frame of an AVIF, decoded by the libavif in Pillow.

Pillow itself parses EXIF when it opens an AVIF, to write the orientation of the container into it, and refuses the image if
that fails. Orientation comes from the container here, and EXIF is parsed once, when it is asked for.
"""

from __future__ import annotations

from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING

from PIL import Image, ImageFile

from imaging.decoding.decoder_errors import MalformedFileError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL._imaging import PixelAccess

THREADS = 1  # a Lambda function has one core, and each thread takes memory


class FirstFrame(ImageFile.ImageFile):
    """The first frame of an AVIF as a Pillow file."""

    format = "AVIF"
    format_description = "AVIF image"

    def _open(self) -> None:
        from PIL import _avif

        assert self.fp is not None  # noqa: S101 - Pillow sets it before it calls this
        with _refusals():
            decoder = _avif.AvifDecoder(self.fp.read(), "auto", THREADS)
            self._size, _, self._mode, profile, exif, _, xmp = decoder.get_info()
        blocks = {"icc_profile": profile, "exif": exif, "xmp": xmp}
        self.info |= {name: block for name, block in blocks.items() if block}
        self._decoders = [decoder]

    def load(self) -> PixelAccess | None:
        """Decode, once; raises MalformedFileError."""
        if self._decoders:
            # The decoder is freed, with the planes it holds, before Pillow copies the pixels.
            with _refusals():
                pixels = self._decoders.pop().get_frame(0)[0]
            self.im = Image.frombytes(self.mode, self.size, pixels).im
        return Image.Image.load(self)


def open_first_frame(data: bytes) -> FirstFrame:
    """Open the first frame of an AVIF; raises MalformedFileError."""
    return FirstFrame(BytesIO(data))


@contextmanager
def _refusals() -> Iterator[None]:
    """Turn the errors of libavif, which are raised in C and would count as ours, into MalformedFileError."""
    try:
        yield
    except (RuntimeError, ValueError) as error:
        raise MalformedFileError(str(error)) from None
    except SyntaxError:
        raise MalformedFileError("not an AVIF image") from None
