"""Opening images from untrusted sources: inspected first, then opened by the decoder of their format alone."""

from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property

from PIL import Image, ImageFile

from imaging.decoding.canvas import frame_box
from imaging.decoding.decoder_errors import refuse_malformed
from imaging.decoding.decoders import open_image
from imaging.decoding.deep_colors import DEEP_CLEAR, LOWER, UPPER_BITS
from imaging.errors import ImageRefusedError
from imaging.formats import Format
from imaging.formats.inspection import Inspected, check_size
from imaging.formats.inspectors import inspect_file
from imaging.limits import Limits

Size = tuple[int, int]

BLOCKS = ("exif", "icc_profile", "xmp")  # keys of Pillow's `info` whose values are bytes of the file
# Keys of Pillow's `info` of a PNG whose values are never texts. A text chunk may have any of them as its keyword.
PNG_NOTES = (
    "aspect",
    "bbox",
    "blend",
    "default_image",
    "disposal",
    "dpi",
    "gamma",
    "interlace",
    "transparency",
)

PNG_BIT_DEPTH = 24  # offset in the file
DECODED_BIT_DEPTH = 8  # of most PNGs that Pillow decodes

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
    """An opened image that is not decoded yet."""

    inspected: Inspected
    image: ImageFile.ImageFile  # the first frame as stored
    stored: Size  # width and height as stored, pixels, of the part that is shown; decoding may change those of image

    @cached_property
    def exif(self) -> Image.Exif:
        """Its EXIF, empty if it is broken, with the orientation of an AVIF: parsed once, before decoding changes image."""
        exif, placement = exif_block(self.image), self.inspected.placement
        if placement is not None and (placement.orientation != 1 or ORIENTATION in exif):
            exif[ORIENTATION] = placement.orientation
        return exif

    @cached_property
    def orientation(self) -> int:
        """The orientation of EXIF that is still to be applied: 1 to 8."""
        placement = self.inspected.placement
        return _orientation(self.exif, self.format) if placement is None else placement.orientation

    @property
    def size(self) -> Size:
        """Width and height upright, pixels."""
        return upright_size(self.stored, self.orientation)

    @property
    def data(self) -> bytes:
        """The bytes of the file."""
        return self.inspected.data

    @property
    def decodable(self) -> bytes:
        """The bytes of the file as its decoder gets them: without damage that touches no pixel."""
        return self.inspected.repaired or self.inspected.data

    @property
    def format(self) -> Format:
        """The format of the file."""
        return self.inspected.format

    @property
    def frames(self) -> int:
        """The number of frames or pages."""
        return self.inspected.frames


def upright_size(size: Size, orientation: int) -> Size:
    """Return the size after the orientation is applied; applied twice, it returns the size that it was given."""
    return (size[1], size[0]) if orientation in SIDEWAYS else size


def open_picture(data: bytes, limits: Limits) -> Picture:
    """Inspect and open an image, without decoding it; raises ImageRefusedError."""
    inspected = inspect_file(data, limits)
    image = open_image(inspected.repaired or data, inspected.format)
    check_size(*image.size, limits)  # in case Pillow finds another size than the inspection
    if inspected.format.name == "PNG":
        image.info["exif"] = inspected.exif or b""  # or Pillow would decode all pixels to look for EXIF behind them
    elif inspected.exif is not None:
        image.info["exif"] = inspected.exif
    if inspected.profile is not None:
        image.info["icc_profile"] = inspected.profile
    drop_invalid_info(image)
    _scale_transparency(image, data)
    if inspected.format.name == "PNG" and any(tile.args in LOWER for tile in image.tile):
        image.info[UPPER_BITS] = True
    return Picture(inspected, image, _shown_size(inspected) or image.size)


def _shown_size(inspected: Inspected) -> Size | None:
    """Return width and height of the part that is shown, None if that is the whole image."""
    if inspected.placement is None:
        return None
    left, top, right, bottom = inspected.placement.area
    return right - left, bottom - top


def drop_invalid_info(image: Image.Image) -> None:
    """Remove values from Pillow's `info` that are not of the type that their keys stand for."""
    for name in BLOCKS:
        if not isinstance(image.info.get(name, b""), bytes):
            del image.info[name]
    for name in PNG_NOTES:
        if isinstance(image.info.get(name), str):
            del image.info[name]
    alphas = image.info.get("transparency")
    if isinstance(alphas, bytes) and image.palette and len(alphas) > len(image.palette.palette) // 3:
        del image.info["transparency"]  # it has more values than the palette has colors


def _scale_transparency(image: Image.Image, data: bytes) -> None:
    """Scale the transparent color of a PNG, which Pillow leaves at the bit depth of the file, to that of the pixels."""
    clear = image.info.get("transparency")
    if image.format != "PNG" or isinstance(clear, bytes) or image.mode == "P":  # an index of a palette is no color
        return
    depth = data[PNG_BIT_DEPTH]
    if isinstance(clear, int) and 1 < depth < DECODED_BIT_DEPTH:
        image.info["transparency"] = clear * 255 // (2**depth - 1)
    elif isinstance(clear, tuple) and depth > DECODED_BIT_DEPTH:
        image.info[DEEP_CLEAR] = clear
        image.info["transparency"] = tuple(value >> 8 for value in clear)


def _orientation(exif: Image.Exif, format_: Format) -> int:
    """Return the orientation in EXIF that is still to be applied: 1 if it is broken, and for TIFF, which Pillow turns."""
    orientation = None
    with suppress(ImageRefusedError), refuse_malformed():
        orientation = exif.get(ORIENTATION)
    return orientation if orientation in UPRIGHT and format_.name != "TIFF" else 1


def exif_block(image: Image.Image) -> Image.Exif:
    """Return the EXIF of an image, empty if it is broken.

    Pillow's own method takes an orientation from XMP where EXIF has none. Browsers do not read XMP, and programs leave it
    unchanged when they turn the pixels.
    """
    if image.format == "TIFF":
        with suppress(ImageRefusedError), refuse_malformed():
            image.getexif()
        exif = image.getexif()  # with what was read before it broke
        if ORIENTATION not in getattr(image, "tag_v2", {}):
            exif.pop(ORIENTATION, None)
        return exif
    exif = Image.Exif()
    with suppress(ImageRefusedError), refuse_malformed():
        exif.load(image.info.get("exif", b""))
    return exif


def has_alpha(image: Image.Image) -> bool:
    """Whether an image has any transparency: as a channel, as a transparent color, or where no frame covers its canvas."""
    return image.has_transparency_data or frame_box(image) != (0, 0, *image.size)
