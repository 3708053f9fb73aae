"""Opening pictures from strangers: within the limits, and by one decoder."""

from contextlib import suppress
from dataclasses import dataclass

from PIL import Image, ImageFile

from imaging.decoding import libwebp
from imaging.decoding.decoder_errors import MalformedFileError, refuse_malformed
from imaging.decoding.decoders import decoder_guard, open_image
from imaging.decoding.progressive import drop_detail_scans
from imaging.errors import ImageRefusedError
from imaging.formats import Format
from imaging.formats.inspection import Inspection
from imaging.formats.inspectors import inspect_file
from imaging.formats.jpeg import count_scans
from imaging.limits import Limits

Size = tuple[int, int]

BLOCKS = ("exif", "icc_profile", "xmp")  # what Pillow puts into info as it stands in the file
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
)  # of a PNG

PNG_DEPTH = 24  # where a PNG tells its bits per sample
DECODED_DEPTH = 8  # bits per sample of what Pillow makes of most of them
EIGHTH = 8  # the coarsest scale of a JPEG: of 8 by 8 pixels, one

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
    stored: Size  # width and height as stored, pixels; decoding may change those of image
    format: Format
    frames: int
    orientation: int  # EXIF, 1 to 8
    data: bytes  # of the file
    survey: Inspection

    @property
    def size(self) -> Size:
        """Width and height upright, pixels."""
        return upright_size(self.stored, self.orientation)


def upright_size(size: Size, orientation: int) -> Size:
    """Return size as it is once orientation is undone; the same function leads back."""
    return (size[1], size[0]) if orientation in SIDEWAYS else size


def open_picture(data: bytes, limits: Limits) -> Picture:
    """Open data and hold it to limits before anything is decoded; raises ImageRefusedError."""
    survey = inspect_file(data, limits)
    image = open_image(data, survey.format)
    survey.add_size(*image.size)  # in case Pillow sees what the survey does not
    if survey.format.name == "PNG":
        image.info["exif"] = survey.exif or b""  # without one Pillow would decode all, to look behind the pixels
    _drop_invalid_info(image)
    _scale_transparency(image, data)
    return Picture(image, image.size, survey.format, survey.frames, _orientation(image), data, survey)


def _drop_invalid_info(image: Image.Image) -> None:
    """Drop from info what is not of the type that its name stands for: a text chunk of a PNG may have any name."""
    for name in BLOCKS:
        if not isinstance(image.info.get(name, b""), bytes):
            del image.info[name]
    for name in PNG_NOTES:
        if isinstance(image.info.get(name), str):
            del image.info[name]
    alphas = image.info.get("transparency")
    if isinstance(alphas, bytes) and image.palette and len(alphas) > len(image.palette.palette) // 3:
        del image.info["transparency"]  # it is of more colours than there are


def _scale_transparency(image: Image.Image, data: bytes) -> None:
    """Bring the transparent colour of a PNG, which Pillow leaves in the file's bits, to those that it decodes to."""
    clear = image.info.get("transparency")
    if image.format != "PNG" or isinstance(clear, bytes):
        return
    depth = data[PNG_DEPTH]
    if isinstance(clear, int) and 1 < depth < DECODED_DEPTH:
        image.info["transparency"] = clear * 255 // (2**depth - 1)
    elif isinstance(clear, tuple) and depth > DECODED_DEPTH:
        image.info["transparency"] = tuple(value >> 8 for value in clear)


def _orientation(image: ImageFile.ImageFile) -> int:
    """Return the EXIF orientation that is left to undo: 1 if the block is broken, and for TIFF, which Pillow turns."""
    orientation = None
    with suppress(ImageRefusedError), refuse_malformed():
        orientation = image.getexif().get(ORIENTATION)
    return orientation if orientation in UPRIGHT and image.format != "TIFF" else 1


def decode(picture: Picture, wanted: Size | None = None, *, all_scans: bool = False) -> Image.Image:
    """Decode the first frame, as stored, and return it; raises ImageRefusedError.

    A JPEG, and a WebP that is opaque, is decoded at the smallest scale that serves for a picture of wanted pixels; scans
    of a progressive JPEG that make no difference there are left out, unless all_scans are to be.
    """
    count_scans(picture.data, picture.survey)
    image = picture.image if wanted is None else _draft(picture, wanted, all_scans=all_scans)
    with decoder_guard(picture.format):
        image.load()
    _drop_invalid_info(image)  # of what followed the pixels
    return image


def _draft(picture: Picture, wanted: Size, *, all_scans: bool) -> ImageFile.ImageFile:
    """Return the image of picture, set to the smallest scale that serves.

    A JPEG's half, quarter and eighth are taken from 3, 5 and 9 times wanted on: with less to spare, the coarse scaling
    of 8 by 8 blocks costs a rendition up to 1 dB.
    """
    image = picture.image
    if isinstance(image, libwebp.FirstFrame):
        image.draft(None, wanted)
    elif picture.format.name == "JPEG":
        ratio = min(size / least for size, least in zip(image.size, wanted, strict=True))
        scale = next((scale for scale in (8, 4, 2) if ratio >= scale + 1), 1)
        if scale == EIGHTH and picture.survey.first_scan and not all_scans:
            image = _at_an_eighth(picture)
        image.draft(None, (image.width // scale, image.height // scale))
    return image


def _at_an_eighth(picture: Picture) -> ImageFile.ImageFile:
    """Return the image of what an eighth of picture shows; its own if that cannot be told, so that the decoder decides."""
    with suppress(MalformedFileError, ImageRefusedError):
        data = drop_detail_scans(picture.data)
        return picture.image if data is None else open_image(data, picture.format)
    return picture.image


def covered(picture: Picture, image: Image.Image) -> tuple[float, float]:
    """Return how much of image, as decode returned it, picture covers: a scaled JPEG is filled up to whole pixels."""
    if picture.format.name != "JPEG":
        return image.size
    scale = next(scale for scale in (1, 2, 4, 8) if image.size == tuple(-(-side // scale) for side in picture.stored))
    return picture.stored[0] / scale, picture.stored[1] / scale


def has_alpha(image: Image.Image) -> bool:
    """Tell whether image carries any transparency, by channel or by a transparent colour."""
    return image.has_transparency_data
