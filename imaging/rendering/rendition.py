"""Renditions: pictures fitted or cropped from an original; upright, in sRGB, with nothing private in them."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any, TypedDict

from imaging.decoding.picture import UPRIGHT, Picture, covered, decode, upright_size
from imaging.formats import FORMATS, Format
from imaging.rendering.authorship import UNKNOWN, Authorship
from imaging.rendering.color import convert_to_srgb, drop_opaque_alpha, profile_mode
from imaging.rendering.resampling import Box, Raster, Size, make_raster, resample

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PIL import Image

# What a picture that is opaque, and one that is not, becomes: its own format where browsers show it and it can hold
# transparency if need be; else photographs become JPEG, and what is transparent keeps to lossy or lossless.
OPAQUE = {"PNG": "PNG", "WEBP": "WEBP", "GIF": "PNG"}
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
    """An encoded picture."""

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


def fit_inside(size: Size, edge: int) -> Size:
    """Return size scaled so that its longer edge is edge pixels; never enlarged, never under one pixel."""
    longer = max(size)
    if longer <= edge:
        return size
    width, height = (max(1, round(side * edge / longer)) for side in size)
    return width, height


def center_square(size: tuple[float, float]) -> Box:
    """Return the largest centred square of size, as left, top, right, bottom."""
    side = min(size)
    left, top = (size[0] - side) / 2, (size[1] - side) / 2
    return left, top, left + side, top + side


def resize_to_edges(
    picture: Picture, edges: Sequence[int], quality: int, authorship: Authorship = UNKNOWN
) -> dict[int, Rendition]:
    """Return picture fitted inside each of edges, largest first, all from one decoding; raises ImageRefusedError.

    An edge that would give the same size as a larger one, because nothing is enlarged, is left out.
    """
    targets: dict[Size, int] = {}
    for edge in sorted(edges, reverse=True):
        targets.setdefault(upright_size(fit_inside(picture.size, edge), picture.orientation), edge)
    largest = next(iter(targets))
    image = decode(picture, wanted=largest)
    raster = make_raster(image, (0, 0, *covered(picture, image)), largest)
    return {edge: _rendition(picture, raster, size, quality, authorship) for size, edge in targets.items()}


def crop_thumbnail(picture: Picture, edge: int, quality: int, authorship: Authorship = UNKNOWN) -> Rendition:
    """Return the centred square of picture, at most edge by edge pixels; raises ImageRefusedError."""
    width, height = picture.stored
    edge = min(edge, width, height)
    scale = edge / min(width, height)
    image = decode(picture, wanted=(round(width * scale), round(height * scale)))
    raster = make_raster(image, center_square(covered(picture, image)), (edge, edge))
    return _rendition(picture, raster, (edge, edge), quality, authorship)


def make_sample(picture: Picture, size: Size) -> Image.Image:
    """Return the whole picture squeezed into size: upright, in sRGB, RGB or RGBA; raises ImageRefusedError."""
    stored = upright_size(size, picture.orientation)
    image = decode(picture, wanted=stored)
    small = _finish(picture, make_raster(image, (0, 0, *covered(picture, image)), stored), stored)
    return small if small.mode == "RGBA" else small.convert("RGB")


def _rendition(picture: Picture, raster: Raster, size: Size, quality: int, authorship: Authorship) -> Rendition:
    image = drop_opaque_alpha(_finish(picture, raster, size))
    output = _output_format(picture.format, image)
    return Rendition(_encode(image, output, quality, authorship.to_exif()), output, *image.size)


def _finish(picture: Picture, raster: Raster, size: Size) -> Image.Image:
    """Return raster as people are to see it, L, RGB or RGBA; turned and recoloured only once it is small."""
    image = convert_to_srgb(
        resample(raster, size), picture.image.info.get("icc_profile"), profile_mode(picture.image.mode)
    )
    return image.transpose(UPRIGHT[picture.orientation]) if picture.orientation in UPRIGHT else image


def _output_format(source: Format, image: Image.Image) -> Format:
    """Return what to encode image in, which came from a file of the format source."""
    if image.mode == "RGBA":
        return FORMATS[TRANSPARENT.get(source.name, "PNG")]
    return FORMATS[OPAQUE.get(source.name, "JPEG")]


def _encode(image: Image.Image, output: Format, quality: int, exif: Image.Exif) -> bytes:
    image.info = {}  # or Pillow would copy the source's comment into the file
    options: dict[str, dict[str, Any]] = {
        "JPEG": {"quality": quality},
        # Run-length coding: a quarter of the default's time for nearly its size on photographs.
        "PNG": {"compress_type": 3},
        "WEBP": {"quality": quality, "method": 4},
    }
    buffer = BytesIO()
    image.save(buffer, output.name, exif=exif, **options[output.name])
    return buffer.getvalue()
