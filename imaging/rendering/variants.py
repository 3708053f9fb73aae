"""Variants: a rendition in further formats, AVIF and WebP, that look like the JPEG of the same quality.

Measured with SSIMULACRA2: `python -m benchmarks --only variants`.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from math import prod
from typing import TYPE_CHECKING

from imaging.formats import FORMATS, VARIANTS
from imaging.rendering.webp import encode_lossless, encode_lossy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from PIL import Image

    from imaging.formats import Format
    from imaging.rendering.authorship import Notes
    from imaging.rendering.options import Options
    from imaging.rendering.resampling import Size

# Pixels of one image, and of all images of an operation, for which there are variants: 3840 by 2160 pixels, and three of them.
# The AVIF encoder takes up to 30 bytes for each pixel of an image.
MOST_PIXELS, MOST_IN_ALL = 2**23, 3 * 2**23
# Pixels in all up to which AVIF is encoded with libaom's speed 6, which takes 0.4 s for each million of them. Speed 8 takes
# 0.2 s, and has a tenth more bytes; below 6 each million takes 5 s.
CAREFUL_PIXELS, CAREFUL, FAST = 2**23, 6, 8
SLOWEST_WEBP = 6  # libwebp's method: 0.15 s for each million pixels, and 3 to 6 % fewer bytes than its default
# The quality that looks like a JPEG of the quality on the left, by SSIMULACRA2.
AVIF_QUALITIES = {1: 10, 50: 48, 60: 53, 70: 59, 82: 69, 90: 80, 100: 100}
WEBP_QUALITIES = {1: 5, 50: 67, 60: 75, 70: 82, 82: 88, 90: 93, 100: 100}


@dataclass(frozen=True)
class Further:
    """The further formats of one image, by their names in VARIANTS, and the speed with which AVIF is encoded."""

    names: tuple[str, ...] = ()
    speed: int = CAREFUL


def plan_variants(names: Iterable[str], sizes: Sequence[Size]) -> dict[Size, Further]:
    """Return the further formats of each image of an operation by its size: none for the largest if they are too large."""
    wanted = set(names)
    ordered = tuple(name for name in VARIANTS if name in wanted)
    speed = CAREFUL if sum(map(prod, sizes)) <= CAREFUL_PIXELS else FAST
    plan: dict[Size, Further] = {}
    in_all = 0
    for size in sorted(sizes, key=prod):
        in_all += prod(size)
        has_variants = prod(size) <= MOST_PIXELS and in_all <= MOST_IN_ALL
        plan[size] = Further(ordered if has_variants else (), speed)
    return plan


def encode_further(image: Image.Image, further: Further, family: Format, options: Options) -> dict[Format, bytes]:
    """Return image, as without_info returns it, in each further format but that of its rendition, its family."""
    encoders: dict[str, Callable[[], bytes]] = {
        "AVIF": lambda: encode_avif(image, options.notes, equivalent(options.quality, AVIF_QUALITIES), further.speed),
        "WEBP": lambda: _webp_beside(image, family, options),
    }
    return {FORMATS[name]: encoders[name]() for name in further.names if name != family.name}


def encode_avif(image: Image.Image, notes: Notes, quality: int, speed: int = CAREFUL) -> bytes:
    """Return image, in L, RGB or RGBA, as an AVIF; quality, 1 to 100, is libavif's.

    It has colors at full resolution: at the same SSIMULACRA2 it has fewer bytes so, and red letters stay sharp.
    """
    buffer = BytesIO()
    options = {"quality": quality, "speed": speed, "max_threads": 1}
    sampling = {} if image.mode == "L" else {"subsampling": "4:4:4"}
    image.save(buffer, "AVIF", exif=notes.exif, xmp=notes.xmp, **options, **sampling)
    return buffer.getvalue()


def encode_webp(image: Image.Image, notes: Notes, quality: int) -> bytes:
    """Return image, in L, RGB or RGBA, as a lossy WebP; quality, 1 to 100, is libwebp's."""
    return encode_lossy(image, notes, quality, SLOWEST_WEBP)


def _webp_beside(image: Image.Image, family: Format, options: Options) -> bytes:
    """Return image as a lossy WebP or, beside a PNG, as a lossless one if that has fewer bytes."""
    lossy = encode_webp(image, options.notes, equivalent(options.quality, WEBP_QUALITIES))
    return min(encode_lossless(image, options.notes), lossy, key=len) if family.name == "PNG" else lossy


def equivalent(quality: int, table: Mapping[int, int]) -> int:
    """Return the value of table for quality, between its entries on a straight line."""
    low = max(one for one in table if one <= quality)
    high = min(one for one in table if one >= quality)
    share = (quality - low) / (high - low) if high > low else 0
    return round(table[low] + share * (table[high] - table[low]))
