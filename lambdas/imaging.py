"""Opening pictures from strangers: what may be opened, within which limits, and what counts as unsound."""

import re
import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import BytesIO

import pillow_heif
from PIL import Image, ImageFile, UnidentifiedImageError

from lambdas.environment import PictureEnvironment
from lambdas.formats import FORMATS, Format
from workflow.contracts.errors import ImageRejected, Reason

ALIASES = {"MPO": "JPEG"}

# What Pillow raises for files that are not sound; whatever else escapes a decoder is a fault of ours.
UNSOUND = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    IndexError,
    KeyError,
    TypeError,
    AttributeError,  # the AVIF opener writes EXIF anew, whatever types stand in it
    OverflowError,
    RuntimeError,  # the one error of the AVIF and HEIF decoders
    struct.error,
    zlib.error,
)

TRUNCATED = "The file ends before the picture does."

ORIENTATION = 0x0112  # EXIF tag
SIDEWAYS = {5, 6, 7, 8}  # orientations that swap width and height
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


@dataclass(frozen=True)
class Picture:
    """An opened picture, within the limits and not yet decoded; image is its first frame, as stored."""

    image: ImageFile.ImageFile
    format: Format
    frames: int
    orientation: int  # EXIF, 1 to 8

    @property
    def size(self) -> tuple[int, int]:
        """Width and height upright, pixels."""
        return upright_size(self.image.size, self.orientation)


def upright_size(size: tuple[int, int], orientation: int) -> tuple[int, int]:
    """Return size as it is once orientation is undone; the same function leads back."""
    return (size[1], size[0]) if orientation in SIDEWAYS else size


@contextmanager
def unsound_is_rejected() -> Iterator[None]:
    """Turn what a decoder raises for an unsound file into ImageRejected; what it only warns of is let pass."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            yield
    except UnidentifiedImageError as error:
        raise ImageRejected(Reason.NOT_AN_IMAGE, "The content is no image of a supported format.") from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ImageRejected(Reason.TOO_MANY_PIXELS, "The picture has too many pixels.") from error
    except UNSOUND as error:
        raise _rejection(error) from error


def _rejection(error: Exception) -> ImageRejected:
    if isinstance(error, EOFError) or "truncated" in str(error).lower():
        return ImageRejected(Reason.TRUNCATED, TRUNCATED)
    return ImageRejected(Reason.CORRUPT, "The picture cannot be decoded.")


def open_picture(data: bytes, limits: PictureEnvironment) -> Picture:
    """Open data and hold it to limits before anything is decoded; raises ImageRejected."""
    pillow_heif.register_heif_opener()
    with unsound_is_rejected():
        image = Image.open(BytesIO(data), formats=list(FORMATS))
        for size in (image.size, *_coded_sizes(image, data)):
            _check_area(size, limits)
        _check_end(image, data)
        frames = _frames(image, limits.max_frames)
        _check_frames(frames, limits)
        orientation = _orientation(image)
    name = image.format or ""
    return Picture(image, FORMATS[ALIASES.get(name, name)], frames, orientation)


def _check_end(image: ImageFile.ImageFile, data: bytes) -> None:
    """Reject a PNG that is cut short behind its first frame, where no decoder looks."""
    if image.format == "PNG" and b"IEND" not in data:
        raise ImageRejected(Reason.TRUNCATED, TRUNCATED)


def _frames(image: ImageFile.ImageFile, most: int) -> int:
    """Return how many frames there are; of a TIFF at most one more than most, since Pillow counts in quadratic time."""
    if image.format != "TIFF":
        return int(getattr(image, "n_frames", 1))
    frames = 0
    with suppress(EOFError):
        while frames <= most:
            image.seek(frames)
            frames += 1
    image.seek(0)
    return frames


def _coded_sizes(image: ImageFile.ImageFile, data: bytes) -> list[tuple[int, int]]:
    """Return the sizes that a HEIF is decoded at, from its `ispe` boxes: it may show less, by a `clap` box."""
    found = re.findall(rb"ispe\0{4}(.{8})", data, re.DOTALL) if image.format == "HEIF" else []
    return [struct.unpack(">II", size) for size in found]


def _orientation(image: ImageFile.ImageFile) -> int:
    """Return the EXIF orientation that is left to undo: 1 if the block is broken, and for TIFF, which Pillow turns."""
    try:
        orientation = image.getexif().get(ORIENTATION)
    except UNSOUND:
        if "exif" not in image.info:  # what is broken is the picture: Pillow decodes a PNG to look behind it
            raise
        return 1
    return orientation if orientation in UPRIGHT and image.format != "TIFF" else 1


def _check_area(size: tuple[int, int], limits: PictureEnvironment) -> None:
    if size[0] * size[1] > limits.max_pixels:
        raise ImageRejected(Reason.TOO_MANY_PIXELS, f"The picture has more than {limits.max_pixels} pixels.")
    if max(size) > limits.max_edge:
        raise ImageRejected(Reason.TOO_LONG_AN_EDGE, f"An edge of the picture is longer than {limits.max_edge} pixels.")


def _check_frames(frames: int, limits: PictureEnvironment) -> None:
    if frames > limits.max_frames:
        raise ImageRejected(Reason.TOO_MANY_FRAMES, f"The file has more than {limits.max_frames} frames.")


def decode(picture: Picture, wanted: tuple[int, int] | None = None) -> Image.Image:
    """Decode the first frame, as stored, and return it; raises ImageRejected.

    A JPEG is decoded at the smallest of full, half, quarter and eighth scale that is no smaller than wanted (pixels).
    """
    with unsound_is_rejected():
        if wanted is not None and picture.format.name == "JPEG":  # a HEIF would give its embedded thumbnail instead
            picture.image.draft(None, wanted)
        picture.image.load()
    return picture.image


def has_alpha(image: Image.Image) -> bool:
    """Tell whether image carries any transparency, by channel or by a transparent colour."""
    return image.has_transparency_data
