"""Renditions: an image resized or cropped; upright, in sRGB, with no metadata but authorship.

The stages, each with the type of its result: inspect_file (Inspected), open_picture (Picture), decode (Decoded),
make_raster (Raster), render (Pillow's Image: resampled, in sRGB, upright), encode (Rendition).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict

from imaging.decoding.decode import decode
from imaging.decoding.picture import UPRIGHT, Picture, upright_size
from imaging.rendering.authorship import UNKNOWN, Authorship
from imaging.rendering.color import convert_to_srgb
from imaging.rendering.encode import Options, encode
from imaging.rendering.resampling import Box, Raster, Size, make_raster, resample

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PIL import Image

    from imaging.formats import Format

Point = tuple[float, float]  # shares of width and height, from the left and the top
MIDDLE: Point = (0.5, 0.5)


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
    options = Options(quality, authorship.to_notes(), raster.is_graphic)
    return {edge: _rendition(render(raster, size), picture, options) for size, edge in targets.items()}


def crop_thumbnail(
    picture: Picture, edge: int, quality: int, authorship: Authorship = UNKNOWN, focus: Point = MIDDLE
) -> Rendition:
    """Return the square of the image around focus, at most edge by edge pixels; raises ImageRefusedError.

    focus is a point of the upright image; the square lies inside the image.
    """
    width, height = picture.stored
    edge = min(edge, width, height)
    scale = edge / min(width, height)
    decoded = decode(picture, wanted=(round(width * scale), round(height * scale)))
    raster = make_raster(
        decoded, (edge, edge), square_around(stored_point(focus, picture.orientation), decoded.covered)
    )
    options = Options(quality, authorship.to_notes(), raster.is_graphic, is_thumbnail=True)
    return _rendition(render(raster, (edge, edge)), picture, options)


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


def square_around(point: Point, size: tuple[float, float]) -> Box:
    """Return the largest square of size, as left, top, right, bottom, whose middle is as near to point as the edges allow."""
    side = min(size)
    left, top = (
        min(max(share * length - side / 2, 0), length - side) for share, length in zip(point, size, strict=True)
    )
    return left, top, left + side, top + side


def stored_point(point: Point, orientation: int) -> Point:
    """Return where a point of the upright image is in the image as stored."""
    x, y = point
    places = {
        2: (1 - x, y),
        3: (1 - x, 1 - y),
        4: (x, 1 - y),
        5: (y, x),
        6: (y, 1 - x),
        7: (1 - y, 1 - x),
        8: (1 - y, x),
    }
    return places.get(orientation, point)


def render(raster: Raster, size: Size) -> Image.Image:
    """Return raster as it is to be seen, in L, RGB or RGBA: resampled to size first, then in sRGB and upright.

    Renditions, thumbnails, and the sample that BlurHash, colors and hash are computed from are all made by it.
    """
    image = convert_to_srgb(resample(raster, size), raster.profile)
    return image.transpose(UPRIGHT[raster.orientation]) if raster.orientation in UPRIGHT else image


def _rendition(image: Image.Image, picture: Picture, options: Options) -> Rendition:
    format_, data = encode(image, picture, options)
    return Rendition(data, format_, *image.size)
