"""Renditions: an image resized or cropped; upright, in sRGB, with no metadata but artist and copyright.

The stages, each with the type of its result: inspect_file (Inspected), open_picture (Picture), decode (Decoded),
make_raster (Raster), render (Pillow's Image: resampled, in sRGB, upright), encode (Rendition).
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, TypedDict

from imaging.decoding.decode import decode
from imaging.decoding.picture import UPRIGHT, Picture, upright_size
from imaging.formats import FORMATS, Format
from imaging.rendering.authorship import UNKNOWN, Authorship
from imaging.rendering.color import convert_to_srgb, drop_opaque_alpha
from imaging.rendering.jpeg import encode_jpeg
from imaging.rendering.png import encode_png
from imaging.rendering.resampling import Box, Raster, Size, make_raster, resample

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PIL import Image

# The format of the rendition of an opaque image and of one with transparency, by the format of the file: the same format if
# browsers show it and it can hold transparency. Otherwise photographs become JPEG, and transparency stays in a format that
# is lossy or lossless like the original's. Formats that are not listed: JPEG and PNG.
OPAQUE = {"PNG": "PNG", "WEBP": "WEBP", "GIF": "PNG"}
LOSSLESS = {
    "TIFF",
    "BMP",
}  # they may hold drawings and screenshots, whose colors JPEG would blur at half the resolution
TRANSPARENT = {"WEBP": "WEBP", "AVIF": "WEBP", "HEIF": "WEBP"}


class Facts(TypedDict):
    """What is published of a rendition."""

    format: str
    contentType: str
    width: int  # pixels
    height: int  # pixels
    size: int  # bytes


@dataclass(frozen=True)
class Rendition:
    """An encoded image."""

    data: bytes
    format: Format
    width: int
    height: int

    @property
    def facts(self) -> Facts:
        """Format, media type, width and height in pixels, and size in bytes, as a JSON object."""
        return {
            "format": self.format.name,
            "contentType": self.format.content_type,
            "width": self.width,
            "height": self.height,
            "size": len(self.data),
        }


def resize_to_edges(
    picture: Picture, edges: Sequence[int], quality: int, authorship: Authorship = UNKNOWN
) -> dict[int, Rendition]:
    """Return the image fitted inside each of edges, largest first, all from one decoding; raises ImageRefusedError.

    Nothing is enlarged. An edge that would give the same size as a larger one is left out. Quality is 1 to 100.
    """
    targets: dict[Size, int] = {}
    for edge in sorted(edges, reverse=True):
        targets.setdefault(upright_size(fit_inside(picture.size, edge), picture.orientation), edge)
    largest = next(iter(targets))
    raster = make_raster(decode(picture, wanted=largest), largest)
    return {edge: encode(render(raster, size), picture, raster, quality, authorship) for size, edge in targets.items()}


def crop_thumbnail(picture: Picture, edge: int, quality: int, authorship: Authorship = UNKNOWN) -> Rendition:
    """Return the centered square of the image, at most edge by edge pixels; raises ImageRefusedError."""
    width, height = picture.stored
    edge = min(edge, width, height)
    scale = edge / min(width, height)
    decoded = decode(picture, wanted=(round(width * scale), round(height * scale)))
    raster = make_raster(decoded, (edge, edge), center_square(decoded.covered))
    return encode(render(raster, (edge, edge)), picture, raster, quality, authorship)


def make_sample(picture: Picture, size: Size) -> Image.Image:
    """Return the whole image squeezed into size: upright, in sRGB, RGB or RGBA; raises ImageRefusedError."""
    stored = upright_size(size, picture.orientation)
    small = render(make_raster(decode(picture, wanted=stored), stored), stored)
    return small if small.mode == "RGBA" else small.convert("RGB")


def fit_inside(size: Size, edge: int) -> Size:
    """Return size scaled so that its longer edge is edge pixels; never enlarged, never under one pixel."""
    longer = max(size)
    if longer <= edge:
        return size
    width, height = (max(1, round(side * edge / longer)) for side in size)
    return width, height


def center_square(size: tuple[float, float]) -> Box:
    """Return the largest centered square of size, as left, top, right, bottom."""
    side = min(size)
    left, top = (size[0] - side) / 2, (size[1] - side) / 2
    return left, top, left + side, top + side


def render(raster: Raster, size: Size) -> Image.Image:
    """Return raster as it is to be seen, in L, RGB or RGBA: resampled to size first, then in sRGB and upright.

    Renditions, thumbnails, and the sample that BlurHash, colors and hash are computed from are all made by it.
    """
    image = convert_to_srgb(resample(raster, size), raster.profile)
    return image.transpose(UPRIGHT[raster.orientation]) if raster.orientation in UPRIGHT else image


def encode(image: Image.Image, picture: Picture, source: Raster, quality: int, authorship: Authorship) -> Rendition:
    """Return image, made from the raster of picture, encoded in the format for its renditions."""
    image = drop_opaque_alpha(image)
    image.info = {}  # or Pillow would copy the comment of the original
    output, exif = _output_format(source, image), authorship.to_exif()
    if output.name == "PNG":
        data = encode_png(image, picture, exif)
    elif output.name == "JPEG":
        subsampling = "4:4:4" if source.format.name in LOSSLESS else "4:2:0"
        data = encode_jpeg(image, picture, exif, {"quality": quality, "subsampling": subsampling})
    else:
        buffer = BytesIO()
        image.save(buffer, output.name, exif=exif, quality=quality, method=4)
        data = buffer.getvalue()
    return Rendition(data, output, *image.size)


def _output_format(source: Raster, image: Image.Image) -> Format:
    if image.mode == "RGBA":
        return FORMATS[TRANSPARENT.get(source.format.name, "PNG")]
    return FORMATS[OPAQUE.get(source.format.name, "PNG" if source.is_graphic else "JPEG")]
