"""Encoding: the format of a rendition, and its bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imaging.formats import FORMATS, Format
from imaging.rendering.chroma import subsampling
from imaging.rendering.color import drop_opaque_alpha
from imaging.rendering.jpeg import encode_jpeg
from imaging.rendering.png import encode_png
from imaging.rendering.webp import encode_lossy, encode_webp, is_lossless

if TYPE_CHECKING:
    from PIL import Image

    from imaging.decoding.picture import Picture
    from imaging.rendering.options import Options

# The format of the rendition of an opaque image and of one with transparency, by the format of the file: the same format if
# browsers show it and it can hold transparency. Otherwise photographs become JPEG, and transparency stays in a format that
# is lossy or lossless like the original's. Formats that are not listed: JPEG and PNG.
OPAQUE = {"PNG": "PNG", "WEBP": "WEBP", "GIF": "PNG"}
TRANSPARENT = {"WEBP": "WEBP", "AVIF": "WEBP", "HEIF": "WEBP"}
# A thumbnail that is lossless is of a photograph if it has this many times the bytes of a lossy one: of drawings and
# screenshots it has up to three times, of photographs six.
PHOTOGRAPHIC = 4


def without_info(image: Image.Image) -> Image.Image:
    """Return image without an alpha channel that is opaque, and without what Pillow would copy, such as a comment."""
    image = drop_opaque_alpha(image)
    image.info = {}
    return image


def encode(image: Image.Image, picture: Picture, options: Options) -> tuple[Format, bytes]:
    """Return the format for a rendition of picture, and image, as without_info returns it, encoded in that format."""
    output = _output_format(picture, image, options)
    data = _encoded(image, picture, output, options)
    if options.is_thumbnail and (output.name == "PNG" or is_lossless(picture)):
        return _lossy_if_photographic(image, picture, (output, data), options)
    return output, data


def _encoded(image: Image.Image, picture: Picture, output: Format, options: Options) -> bytes:
    if output.name == "PNG":
        return encode_png(image, picture, options.notes)
    if output.name == "WEBP":
        return encode_webp(image, picture, options.notes, options.quality)
    sampling = subsampling(image, picture)
    return encode_jpeg(image, picture, options.notes, {"quality": options.quality, "subsampling": sampling})


def _output_format(picture: Picture, image: Image.Image, options: Options) -> Format:
    source = picture.format.name
    if image.mode == "RGBA":
        return FORMATS[TRANSPARENT.get(source, "PNG")]
    return FORMATS[OPAQUE.get(source, "PNG" if options.is_graphic else "JPEG")]


def _lossy_if_photographic(
    image: Image.Image, picture: Picture, lossless: tuple[Format, bytes], options: Options
) -> tuple[Format, bytes]:
    """Return a lossy thumbnail in place of a lossless one of a photograph; a PNG with transparency stays as it is."""
    if lossless[0].name == "WEBP":
        lossy = FORMATS["WEBP"], encode_lossy(image, options.notes, options.quality)
    elif image.mode == "RGBA":
        return lossless
    else:
        lossy = FORMATS["JPEG"], _encoded(image, picture, FORMATS["JPEG"], options)
    return lossy if PHOTOGRAPHIC * len(lossy[1]) < len(lossless[1]) else lossless
