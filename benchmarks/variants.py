"""AVIF and WebP beside JPEG and PNG: bytes at the quality of the JPEG, by SSIMULACRA2, and the time of their encoders.

The reference is the image as it is before it is encoded. Photographs are scaled to two thirds of their edges at most, so that
what their own JPEG has lost does not count.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from PIL import Image
from pillow_heif import register_heif_opener

from benchmarks import settings
from benchmarks.drawings import DRAWINGS
from benchmarks.photographs import DOGS, GUITAR, PUG, WINE, Original
from benchmarks.quality import decoded
from benchmarks.ssimulacra2 import Judge
from imaging.decoding.picture import open_picture
from imaging.formats import FORMATS, Format
from imaging.rendering.authorship import Notes
from imaging.rendering.encode import encode
from imaging.rendering.options import Options
from imaging.rendering.variants import (
    Further,
    avif_quality,
    encode_avif,
    encode_further,
    encode_webp,
    webp_quality,
)

EDGES = (1600, 800, 256)  # pixels
LARGEST_SHARE = 2 / 3  # of the edges of a photograph
PHOTOGRAPHS = (
    DOGS,
    WINE,
    PUG,
    GUITAR,
    *(Original(f"local/photographs/{name}") for name in ("coffee.png", "starfish.jpg", "rocket.jpg")),
)
STEP = 8  # between the qualities around the one that is used


@dataclass(frozen=True)
class Encoder:
    """An encoder of variants: the quality of it that goes with a JPEG's, and what encodes an image at that quality."""

    quality: Callable[[int, int], int]
    encode: Callable[[Image.Image, int], bytes]


def _avif(image: Image.Image, quality: int) -> bytes:
    return encode_avif(image, Notes(), quality)


def _webp(image: Image.Image, quality: int) -> bytes:
    return encode_webp(image, Notes(), quality)


ENCODERS = {"AVIF": Encoder(avif_quality, _avif), "WEBP": Encoder(webp_quality, _webp)}


@dataclass(frozen=True)
class Variant:
    """One image in a further format; shares are of the bytes of the JPEG or PNG, scores are SSIMULACRA2's."""

    picture: str
    edge: int
    format: str
    family: str  # JPEG or PNG
    family_bytes: int
    family_score: float | None
    share: float  # of what a stack makes
    score: float | None
    equal_share: float | None  # at the score of the JPEG
    equal_quality: float | None  # of the encoder there
    cpu: float  # seconds


@dataclass(frozen=True)
class Variants:
    """All of one picture."""

    rows: list[Variant]


COUNT = len(PHOTOGRAPHS) + len(DRAWINGS)  # pictures


def variants(repetitions: int, quality: int | None = None, edges: Sequence[int] = EDGES) -> Iterator[Variants]:
    """Measure each picture at each edge in every format; quality is the JPEG's, by default that of the template."""
    register_heif_opener()
    wanted = quality or settings.resize().quality
    for original in PHOTOGRAPHS:
        image = decoded(original.file())
        fitting = [edge for edge in edges if edge <= LARGEST_SHARE * max(image.size)]
        yield Variants(
            [one for edge in fitting for one in _photograph(original, fitted(image, edge), wanted, repetitions)]
        )
    for name, draw in DRAWINGS.items():
        yield Variants(list(_drawing(name, draw(), wanted, repetitions)))


def fitted(image: Image.Image, edge: int) -> Image.Image:
    """Return image with its longer edge brought to edge pixels."""
    factor = edge / max(image.size)
    width, height = (round(side * factor) for side in image.size)
    return image.resize((width, height), Image.Resampling.LANCZOS)


def _photograph(original: Original, image: Image.Image, quality: int, repetitions: int) -> Iterator[Variant]:
    with TemporaryDirectory() as folder:
        judge = Judge(image, Path(folder))
        jpeg = _saved(image, "JPEG", quality=quality, progressive=True)
        score = judge.score(jpeg)
        for name, encoder in ENCODERS.items():
            used = encoder.quality(quality, image.width * image.height)
            data, cpu = _timed(partial(encoder.encode, image, used), repetitions)
            near = sorted({max(1, used - STEP), min(100, used + STEP)} - {used})
            others = [(other, encoder.encode(image, other)) for other in near]
            made = judge.score(data)
            points = [(made, len(data), used), *((judge.score(one), len(one), other) for other, one in others)]
            bytes_, equal = at_score(points, score)
            yield Variant(
                Path(original.path).stem,
                max(image.size),
                name,
                "JPEG",
                len(jpeg),
                score,
                len(data) / len(jpeg),
                made,
                bytes_ / len(jpeg),
                equal,
                cpu,
            )


def at_score(points: Sequence[tuple[float, int, int]], score: float) -> tuple[float, float]:
    """Return the bytes and the quality at a score, on the line between the two points that are next to it.

    Points have score, bytes and quality. Between them the logarithm of the bytes is taken to grow as the score does.
    """
    ordered = sorted(points)
    after = next((number for number, point in enumerate(ordered) if point[0] >= score), len(ordered) - 1)
    (low, low_bytes, low_quality), (high, high_bytes, high_quality) = ordered[max(0, after - 1)], ordered[max(1, after)]
    share = (score - low) / (high - low) if high > low else 0.0
    return low_bytes * (high_bytes / low_bytes) ** share, low_quality + share * (high_quality - low_quality)


def _drawing(name: str, image: Image.Image, quality: int, repetitions: int) -> Iterator[Variant]:
    options = Options(quality, Notes())
    picture = open_picture(_saved(image, "PNG"), settings.limits().limits)
    family, png = encode(image, picture, options)
    for format_ in ENCODERS:
        made, cpu = _timed(partial(_further, image, format_, (family, png), options), repetitions)
        share = len(made) / len(png)
        yield Variant(name, max(image.size), format_, family.name, len(png), None, share, None, None, None, cpu)


def _further(image: Image.Image, name: str, png: tuple[Format, bytes], options: Options) -> bytes:
    return encode_further(image, Further((name,)), png, options)[FORMATS[name]]


def _saved(image: Image.Image, format_: str, **options: object) -> bytes:
    buffer = BytesIO()
    image.save(buffer, format_, **options)
    return buffer.getvalue()


def _timed(encode: Callable[[], bytes], repetitions: int) -> tuple[bytes, float]:
    """Return what encode returns, and the median of its processor times."""
    times = []
    for _ in range(repetitions):
        start = time.process_time()
        data = encode()
        times.append(time.process_time() - start)
    return data, median(times)
