"""Variants: a rendition in further formats, AVIF and WebP, that look like the JPEG of the same quality.

Measured with SSIMULACRA2: `python -m benchmarks --only variants`.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from math import prod
from typing import TYPE_CHECKING

from imaging.formats import FORMATS, VARIANTS
from imaging.rendering.chroma import has_fine_lines
from imaging.rendering.webp import METHOD, encode_lossless, encode_lossy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from PIL import Image

    from imaging.formats import Format
    from imaging.rendering.authorship import Notes
    from imaging.rendering.options import Options
    from imaging.rendering.resampling import Size

# Pixels of one image, a square of 2048, and of all images of an operation, for which there are variants. The AVIF encoder may take
# 45 bytes of memory for each pixel of an image, beside which no decoded original has a place. Noise takes it 1.5 seconds for a
# million pixels at speed 8, and 3 at speed 6; photographs take 0.2 and 0.4.
MOST_PIXELS, MOST_IN_ALL = 2**22, 2**23
# Pixels in all up to which AVIF is encoded with libaom's speed 6: 8 has a tenth more bytes, 5 takes ten times as long.
CAREFUL_PIXELS, CAREFUL, FAST = 2**22, 6, 8
# libwebp's method: 0.13 seconds for a million pixels of a photograph, 0.5 of noise, and 3 to 6 % fewer bytes than with the
# default. With transparency, noise takes half a minute.
SLOWEST_WEBP = 6
# The quality that looks like a JPEG of the quality on the left, by SSIMULACRA2, of large images and of those up to SMALL_PIXELS:
# the colors of a JPEG at half the resolution cost small images more.
AVIF_QUALITIES = {1: 10, 50: 47, 60: 51, 70: 57, 82: 67, 90: 78, 100: 100}
WEBP_QUALITIES = {1: 5, 50: 65, 60: 72, 70: 80, 82: 87, 90: 93, 100: 100}
SMALL_AVIF_QUALITIES = {1: 8, 50: 38, 70: 47, 82: 54, 90: 66, 100: 100}
SMALL_WEBP_QUALITIES = {1: 5, 50: 54, 70: 67, 82: 74, 90: 84, 100: 100}
SMALL_PIXELS = 2**17


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


def encode_further(
    image: Image.Image, further: Further, rendition: tuple[Format, bytes], options: Options
) -> dict[Format, bytes]:
    """Return image, as without_info returns it, in each further format but that of its rendition, its family.

    A WebP of fine lines is left out if it would have as many bytes as the rendition.
    """
    family, most = rendition[0], len(rendition[1])
    pixels = image.width * image.height
    quality = jpeg_quality(options.quality, family, pixels)
    encoders: dict[str, Callable[[], bytes | None]] = {
        "AVIF": lambda: encode_avif(image, options.notes, avif_quality(quality, pixels), further.speed),
        "WEBP": lambda: _webp_beside(image, (family, most), options.notes, webp_quality(quality, pixels)),
    }
    made: dict[Format, bytes] = {}
    for name in further.names:
        if name != family.name:
            with suppress(
                MemoryError, RuntimeError
            ):  # as libavif reports that there is no memory: the rendition is enough
                data = encoders[name]()
                if data is not None:
                    made[FORMATS[name]] = data
    return made


def jpeg_quality(quality: int, family: Format, pixels: int) -> int:
    """Return the quality of the JPEG that looks like a rendition of that quality in the format of its family."""
    if family.name != "WEBP":
        return quality
    return equivalent(quality, {value: key for key, value in _webp_qualities(pixels).items()})


def avif_quality(quality: int, pixels: int) -> int:
    """Return libavif's quality at which an image looks like a JPEG of that quality."""
    return equivalent(quality, SMALL_AVIF_QUALITIES if pixels <= SMALL_PIXELS else AVIF_QUALITIES)


def webp_quality(quality: int, pixels: int) -> int:
    """Return libwebp's quality at which an image looks like a JPEG of that quality."""
    return equivalent(quality, _webp_qualities(pixels))


def _webp_qualities(pixels: int) -> Mapping[int, int]:
    return SMALL_WEBP_QUALITIES if pixels <= SMALL_PIXELS else WEBP_QUALITIES


def encode_avif(image: Image.Image, notes: Notes, quality: int, speed: int = CAREFUL) -> bytes:
    """Return image, in L, RGB or RGBA, as an AVIF; quality, 1 to 100, is libavif's.

    It has colors at full resolution: at the same SSIMULACRA2 it has fewer bytes so, and red text stays sharp.
    """
    buffer = BytesIO()
    options = {"quality": quality, "speed": speed, "max_threads": 1}
    sampling = {} if image.mode == "L" else {"subsampling": "4:4:4"}
    image.save(buffer, "AVIF", exif=notes.exif, xmp=notes.xmp, **options, **sampling)
    return buffer.getvalue()


def encode_webp(image: Image.Image, notes: Notes, quality: int) -> bytes:
    """Return image, in L, RGB or RGBA, as a lossy WebP; quality, 1 to 100, is libwebp's."""
    return encode_lossy(image, notes, quality, METHOD if image.mode == "RGBA" else SLOWEST_WEBP)


def _webp_beside(image: Image.Image, rendition: tuple[Format, int], notes: Notes, quality: int) -> bytes | None:
    """Return image as a lossy WebP or, beside a PNG, as a lossless one if that has fewer bytes.

    An image with fine lines, whose colors a lossy WebP would lose, becomes a lossless one with fewer bytes than its rendition, or None.
    """
    family, most = rendition
    if has_fine_lines(image):
        lossless = encode_lossless(image, notes)
        return lossless if len(lossless) < most else None
    lossy = encode_webp(image, notes, quality)
    return min(encode_lossless(image, notes), lossy, key=len) if family.name == "PNG" else lossy


def equivalent(quality: int, table: Mapping[int, int]) -> int:
    """Return the value of table for quality, between its entries on a straight line."""
    low = max((one for one in table if one <= quality), default=min(table))
    high = min(one for one in table if one >= quality)
    share = (quality - low) / (high - low) if high > low else 0
    return round(table[low] + share * (table[high] - table[low]))
