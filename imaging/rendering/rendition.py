"""Renditions: an image resized or cropped; upright, in sRGB, with no metadata but authorship; in one format or several.

The stages, each with the type of its result: inspect_file (Inspected), open_picture (Picture), decode (Decoded),
make_raster (Raster), render (Pillow's Image: resampled, in sRGB, upright), encode (Rendition).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypedDict

from imaging.decoding.decode import decode
from imaging.decoding.picture import UPRIGHT, Picture, upright_size
from imaging.rendering.authorship import UNKNOWN, Authorship
from imaging.rendering.color import convert_to_srgb
from imaging.rendering.encode import encode, without_info
from imaging.rendering.options import Options
from imaging.rendering.resampling import Box, Raster, Size, make_raster, resample
from imaging.rendering.variants import Further, encode_further, plan_variants

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

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
class Wanted:
    """What renditions are to be like."""

    quality: int  # 1 to 100, of what is lossy
    authorship: Authorship = UNKNOWN
    variants: Sequence[str] = ()  # names of further formats, of those in variants.py


@dataclass(frozen=True)
class Rendition:
    """An encoded image, and its variants: the same in further formats."""

    data: bytes
    format: Format
    width: int
    height: int
    variants: tuple[Rendition, ...] = ()

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
    picture: Picture, edges: Sequence[int], quality: int, authorship: Authorship = UNKNOWN, variants: Sequence[str] = ()
) -> dict[int, Rendition]:
    """Return the image fitted inside each of edges, largest first, all from one decoding; raises ImageRefusedError.

    Nothing is enlarged. An edge that would give the same size as a larger one is left out. Quality is 1 to 100. Variants
    in a format are left out if they have as many bytes in all as the renditions.
    """
    targets: dict[Size, int] = {}
    for edge in sorted(edges, reverse=True):
        targets.setdefault(upright_size(fit_inside(picture.size, edge), picture.orientation), edge)
    largest = next(iter(targets))
    raster = make_raster(decode(picture, wanted=largest), largest)
    if raster.image is not picture.image:
        picture.image.close()  # the converted pixels are enough
    options = Options(quality, authorship.to_notes(), raster.is_graphic)
    planned = plan_variants(variants, list(targets))
    plan = {size: planned[size] for size in targets}
    images = _render_all(raster, picture, plan)
    del raster
    made = [_rendition(image, picture, options, one) for one, image in zip(plan.values(), images, strict=True)]
    return dict(zip(targets.values(), without_larger(made), strict=True))


def crop_thumbnail(
    picture: Picture, edge: int, quality: int, authorship: Authorship = UNKNOWN, focus: Point = MIDDLE
) -> Rendition:
    """Return the square of the image around focus, at most edge by edge pixels; raises ImageRefusedError."""
    return crop_to_sizes(picture, [(edge, edge)], Wanted(quality, authorship), focus)[edge, edge]


def crop_to_sizes(
    picture: Picture, sizes: Sequence[Size], wanted: Wanted, focus: Point = MIDDLE
) -> dict[Size, Rendition]:
    """Return the part of the image around focus in the shape of each of sizes, all from one decoding.

    focus is a point of the upright image; the part lies inside the image, and is as large as the shape allows. Nothing is
    enlarged. A size that would give the same as an earlier one is left out. Raises ImageRefusedError.
    """
    upright = upright_size(picture.stored, picture.orientation)
    targets: dict[Size, Size] = {}
    for size in sizes:
        targets.setdefault(upright_size(not_enlarged(size, upright), picture.orientation), size)
    width, height = picture.stored
    scale = max(max(w / width, h / height) for w, h in targets)
    decoded = decode(picture, wanted=(round(width * scale), round(height * scale)))
    point, plan = stored_point(focus, picture.orientation), plan_variants(wanted.variants, list(targets))
    found: dict[Size, Rendition] = {}
    for target, size in targets.items():
        raster = make_raster(decoded, target, box_around(point, decoded.covered, target))
        options = Options(wanted.quality, wanted.authorship.to_notes(), raster.is_graphic, is_thumbnail=True)
        (found[size],) = without_larger([_rendition(render(raster, target), picture, options, plan[target])])
    return found


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


def not_enlarged(size: Size, most: Size) -> Size:
    """Return size scaled so that neither edge is longer than that of most; never under one pixel."""
    factor = min(1.0, *(limit / side for side, limit in zip(size, most, strict=True)))
    width, height = (max(1, round(side * factor)) for side in size)
    return width, height


def box_around(point: Point, size: tuple[float, float], shape: Size) -> Box:
    """Return the largest box of size with the proportions of shape, whose middle is as near to point as the edges allow.

    It is left, top, right, bottom.
    """
    scale = min(length / side for length, side in zip(size, shape, strict=True))
    width, height = (min(side * scale, length) for side, length in zip(shape, size, strict=True))
    left, top = (
        min(max(share * length - side / 2, 0), length - side)
        for share, length, side in zip(point, size, (width, height), strict=True)
    )
    return left, top, left + width, top + height


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


def _render_all(raster: Raster, picture: Picture, plan: Mapping[Size, Further]) -> Iterator[Image.Image]:
    """Yield the image in each of the sizes of plan, the largest first.

    The decoded pixels are freed before those with further formats, whose encoders need the memory.
    """
    varied = [render(raster, size) for size, further in plan.items() if further.names]
    yield from (render(raster, size) for size, further in plan.items() if not further.names)
    del raster
    picture.image.close()
    yield from varied


def _rendition(image: Image.Image, picture: Picture, options: Options, further: Further) -> Rendition:
    image = without_info(image)
    format_, data = encode(image, picture, options)
    made = encode_further(image, further, (format_, data), options)
    variants = tuple(Rendition(content, other, *image.size) for other, content in made.items())
    return Rendition(data, format_, *image.size, variants)


def without_larger(renditions: list[Rendition]) -> list[Rendition]:
    """Return renditions without the variants of each format that has as many bytes in all as the renditions that have it."""
    bytes_: dict[Format, int] = {}
    for one in renditions:
        for variant in one.variants:
            bytes_[variant.format] = bytes_.get(variant.format, 0) + len(variant.data) - len(one.data)
    return [
        replace(one, variants=tuple(variant for variant in one.variants if bytes_[variant.format] < 0))
        for one in renditions
    ]
