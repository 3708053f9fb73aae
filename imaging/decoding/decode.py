"""Decoding: the first frame of an opened image, at the smallest scale that is large enough."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from PIL import Image, ImageFile

from imaging.colorimetry.spaces import ColorSpace
from imaging.decoding import libwebp
from imaging.decoding.canvas import clear_uncovered, drop_empty_alpha
from imaging.decoding.codecs import watched
from imaging.decoding.decoder_errors import MalformedFileError
from imaging.decoding.decoders import decoder_guard, open_image
from imaging.decoding.deep_colors import apply_deep_transparency, reencode
from imaging.decoding.inflate import inflate_checked
from imaging.decoding.libtiff import watched_fax
from imaging.decoding.picture import Picture, Size, drop_invalid_info
from imaging.decoding.progressive import drop_detail_scans
from imaging.decoding.scans import has_all_coefficients
from imaging.errors import ImageRefusedError, Reason
from imaging.formats import Format
from imaging.formats.heif import check_coded
from imaging.formats.inspection import refuse_corrupt
from imaging.formats.jpeg import END_OF_IMAGE, check_scans
from imaging.formats.png import check_pixels

SCALES = (1, 2, 4, 8)  # by which a JPEG, and most PNGs, can be decoded smaller
EIGHTH = SCALES[-1]
# A PNG is reduced by a box filter, down to so many times the wanted size: the Lanczos kernel then hides its effect.
GAP = 2


@dataclass(frozen=True)
class Decoded:
    """The pixels of the first frame, maybe at a smaller scale: as stored, not turned, not converted to sRGB."""

    image: Image.Image
    covered: tuple[float, float]  # width and height of the part that shows the image: a scaled JPEG is padded to pixels
    format: Format  # of the file
    orientation: int  # EXIF, 1 to 8
    profile: bytes | None  # ICC
    space: ColorSpace | None = None  # in place of a profile


def decode(picture: Picture, wanted: Size | None = None, *, all_scans: bool = False) -> Decoded:
    """Decode the first frame; raises ImageRefusedError.

    A JPEG, a PNG in RGB, and an opaque WebP, is decoded at the smallest scale that serves for an image of wanted pixels, as
    stored. Scans of a progressive JPEG that make no difference there are left out, unless all_scans is set.
    """
    _check_data(picture)
    image = picture.image if wanted is None else _draft(picture, wanted, all_scans=all_scans)
    with _interruption_named(picture), decoder_guard(picture.format), watched(), watched_fax():
        if picture.format.name == "JPEG":
            _read_to_end(image, len(picture.data))
        elif picture.format.name == "PNG":
            inflate_checked(image, 1 if wanted is None else _reduction(picture, wanted))
        image.load()
    if all_scans and picture.inspected.first_scan:
        _check_coefficients(picture)
    shown = drop_empty_alpha(image) if picture.format.name == "BMP" else _shown(image, picture)
    drop_invalid_info(image)  # the chunks behind the pixels are read now
    profile = picture.image.info.get("icc_profile")
    pixels = apply_deep_transparency(clear_uncovered(shown), picture.decodable, picture.format)
    space = picture.inspected.space
    if space is not None and picture.format.name == "PNG":
        profile = None  # the inspection found that the numbers count
        pixels, space = reencode(pixels, space, picture.decodable, picture.format)
    return Decoded(pixels, _covered(picture, pixels), picture.format, picture.orientation, profile, space)


@contextmanager
def _interruption_named(picture: Picture) -> Iterator[None]:
    """Call a PNG corrupt whose pixels go on behind another chunk, where its decoder finds too few: nothing is cut off."""
    try:
        yield
    except ImageRefusedError as refused:
        if refused.reason == Reason.TRUNCATED and picture.inspected.is_interrupted:
            refuse_corrupt("Another part of the PNG is between those with pixels.")
        raise


def _check_data(picture: Picture) -> None:
    """Check what the inspection left to whoever decodes; raises ImageRefusedError."""
    check_scans(picture.inspected)
    if picture.image.tile:  # else they were checked when they were decoded
        check_pixels(picture.inspected)
    check_coded(picture.inspected)


def _draft(picture: Picture, wanted: Size, *, all_scans: bool) -> ImageFile.ImageFile:
    """Return the image of picture, set to the smallest scale that serves.

    A JPEG is decoded at a half, a quarter or an eighth if that leaves at least 1.5, 1.25 or 1.125 times wanted: with less,
    the coarse scaling of blocks of 8 by 8 pixels costs a rendition up to 1 dB.
    """
    image = picture.image
    if isinstance(image, libwebp.FirstFrame):
        image.draft(None, wanted)
    elif picture.format.name == "JPEG":
        scale = next((scale for scale in reversed(SCALES[1:]) if _ratio(picture, wanted) >= scale + 1), 1)
        if scale == EIGHTH and picture.inspected.first_scan and not all_scans:
            image = _without_detail(picture)
        image.draft(None, (image.width // scale, image.height // scale))
    return image


def _ratio(picture: Picture, wanted: Size) -> float:
    """Return how many times as large as wanted an image is that is not decoded yet."""
    return min(size / least for size, least in zip(picture.image.size, wanted, strict=True))


def _reduction(picture: Picture, wanted: Size) -> int:
    """Return by how much a PNG may be reduced while it is decoded.

    Not at all if its first frame may be smaller than the image, if a color is transparent, or if its brightest pixel decides
    how it is shown.
    """
    space, is_plain = picture.inspected.space, picture.frames == 1 and "transparency" not in picture.image.info
    if not is_plain or (space is not None and space.is_hdr):
        return 1
    return next((scale for scale in reversed(SCALES) if _ratio(picture, wanted) >= GAP * scale), 1)


def _shown(image: Image.Image, picture: Picture) -> Image.Image:
    """Return the part of a decoded image that its file lets see: the decoder of AVIF returns all of it."""
    placement = picture.inspected.placement
    return image if placement is None or picture.stored == image.size else image.crop(placement.area)


def _without_detail(picture: Picture) -> ImageFile.ImageFile:
    """Return the image of picture without the scans that an eighth does not show, or its own if they cannot be found."""
    with suppress(MalformedFileError, ImageRefusedError):
        data = drop_detail_scans(picture.data)
        return picture.image if data is None else open_image(data, picture.format)
    return picture.image


def _read_to_end(image: ImageFile.ImageFile, size: int) -> None:
    """Let Pillow read size bytes of a JPEG at once, and then the marker of its end, which may be missing.

    In small parts, it stops at the last row, and what follows in the data is not looked at.
    """
    fp, rest = image.fp, iter([END_OF_IMAGE])
    if fp is not None:  # else the image is decoded already
        vars(image).update(load_read=lambda _: fp.read(size) or next(rest, b""))


def _check_coefficients(picture: Picture) -> None:
    """Raise ImageRefusedError if a JPEG of several scans lacks one: libjpeg takes what it holds for zeros."""
    with decoder_guard(picture.format):
        if not has_all_coefficients(picture.data):
            raise MalformedFileError("the data are truncated: a scan is missing")


def _covered(picture: Picture, image: Image.Image) -> tuple[float, float]:
    if picture.format.name not in {"JPEG", "PNG"}:
        return image.size
    scale = next(scale for scale in SCALES if image.size == tuple(-(-side // scale) for side in picture.stored))
    return picture.stored[0] / scale, picture.stored[1] / scale
