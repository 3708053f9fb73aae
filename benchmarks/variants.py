"""AVIF and WebP beside JPEG and PNG: bytes at the quality of the JPEG, by SSIMULACRA2, and the time of their encoders.

The reference is the image as it is before it is encoded. Photographs are scaled to two thirds of their edges at most, so that
what their own JPEG has lost does not count.
"""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from importlib import import_module
from io import BytesIO
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import numpy as np
from PIL import Image, ImageDraw
from pillow_heif import register_heif_opener

from benchmarks import settings
from benchmarks.photographs import DOGS, GUITAR, PUG, WINE, Original
from benchmarks.quality import decoded
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
# The metric in Python, and what it needs beside numpy and Pillow; neither needs others.
METRIC = ("ssimulacra2==0.3.0", "scipy==1.17.1")


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


def pictures() -> list[str]:
    """Return the names of all pictures."""
    return [*(Path(one.path).stem for one in PHOTOGRAPHS), *DRAWINGS]


def variants(repetitions: int, quality: int | None = None, edges: Sequence[int] = EDGES) -> Iterator[list[Variant]]:
    """Measure each picture at each edge in every format; quality is the JPEG's, by default that of the template."""
    register_heif_opener()
    wanted = quality or settings.resize().quality
    for original in PHOTOGRAPHS:
        image = decoded(original.file())
        fitting = [edge for edge in edges if edge <= LARGEST_SHARE * max(image.size)]
        yield [one for edge in fitting for one in _photograph(original, fitted(image, edge), wanted, repetitions)]
    for name, draw in DRAWINGS.items():
        yield list(_drawing(name, draw(), wanted, repetitions))


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
            points = sorted(
                [(judge.score(data), len(data), used), *((judge.score(one), len(one), q) for q, one in others)]
            )
            share, equal = at_score(points, score)
            yield Variant(
                Path(original.path).stem,
                max(image.size),
                name,
                "JPEG",
                len(jpeg),
                score,
                len(data) / len(jpeg),
                next(one for one, _, at in points if at == used),
                share / len(jpeg),
                equal,
                cpu,
            )


def at_score(points: Sequence[tuple[float, int, int]], score: float) -> tuple[float, float]:
    """Return the bytes and the quality at a score, by a line through the logarithms of the bytes at two or three scores."""
    scores = [point[0] for point in points]
    slope, offset = np.polyfit(scores, np.log([point[1] for point in points]), 1)
    rise, start = np.polyfit(scores, [point[2] for point in points], 1)
    return float(np.exp(slope * score + offset)), float(rise * score + start)


def _drawing(name: str, image: Image.Image, quality: int, repetitions: int) -> Iterator[Variant]:
    options = Options(quality, Notes())
    picture = open_picture(_saved(image, "PNG"), settings.limits().limits)
    family, png = encode(image, picture, options)
    for format_ in ENCODERS:
        made, cpu = _timed(partial(_further, image, format_, family, options), repetitions)
        share = len(made) / len(png)
        yield Variant(name, max(image.size), format_, family.name, len(png), None, share, None, None, None, cpu)


def _further(image: Image.Image, name: str, family: Format, options: Options) -> bytes:
    return encode_further(image, Further((name,)), family, options)[FORMATS[name]]


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


class Judge:
    """Compares encoded images with the reference; both pass the metric as PNGs in folder."""

    def __init__(self, reference: Image.Image, folder: Path) -> None:
        """Write the reference."""
        self._reference, self._other = folder / "reference.png", folder / "other.png"
        reference.save(self._reference, compress_level=1)

    def score(self, data: bytes) -> float:
        """Return the SSIMULACRA2 of an encoded image: 90 cannot be told apart, 70 is high quality, 50 medium."""
        with Image.open(BytesIO(data)) as image:
            image.convert("RGB").save(self._other, compress_level=1)
        return float(_metric()(str(self._reference), str(self._other)))


@cache
def _metric() -> Callable[[str, str], float]:
    """Return the metric; fetch it into the build folder if it is not there."""
    folder = settings.BUILD / "ssimulacra2"
    if not (folder / "ssimulacra2").is_dir():
        install = [sys.executable, "-m", "pip", "install", "-qq", "--no-deps", "--target", str(folder), *METRIC]
        subprocess.run(install, check=True, stdout=subprocess.DEVNULL)
    sys.path.append(str(folder))
    metric: Callable[[str, str], float] = import_module("ssimulacra2").compute_ssimulacra2
    return metric


def _chart() -> Image.Image:
    """Draw bars and lines in flat colors, with text."""
    image = Image.new("RGB", (1200, 800), "white")
    draw = ImageDraw.Draw(image)
    for number in range(24):
        color = ("#1f77b4", "#ff7f0e", "#2ca02c", "#d62728")[number % 4]
        draw.rectangle((40 + 48 * number, 760 - 25 * (number * 7 % 24), 70 + 48 * number, 760), fill=color)
        draw.text((40 + 48 * number, 770), str(2000 + number), fill="black")
    for level in range(10):
        draw.line((30, 60 + 70 * level, 1190, 60 + 70 * level), fill="#cccccc")
    return image


def _text() -> Image.Image:
    """Draw a page of small text, red and black, as on a screenshot."""
    image = Image.new("RGB", (1280, 800), "#fafafa")
    draw = ImageDraw.Draw(image)
    for row in range(50):
        words = " ".join(f"{row * 37 % 91 + word * 13} images archived" for word in range(8))
        draw.text((20, 10 + 15 * row), words, fill="#c00000" if row % 5 == 0 else "#202020")
    return image


def _gradient() -> Image.Image:
    """Draw smooth colors with a circle, which have too many colors for a palette."""
    across = Image.linear_gradient("L").resize((1000, 700))
    image = Image.merge("RGB", (across, across.transpose(Image.Transpose.ROTATE_180), across.rotate(45)))
    ImageDraw.Draw(image).ellipse((300, 150, 700, 550), fill="#ffd400", outline="#333333", width=6)
    return image


DRAWINGS: dict[str, Callable[[], Image.Image]] = {"chart": _chart, "text": _text, "gradient": _gradient}
