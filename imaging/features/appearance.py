"""The appearance of an image: dominant color, BlurHash and perceptual hash."""

from collections import defaultdict
from itertools import chain
from typing import Any

from PIL import Image

from imaging.features.blurhash import blurhash
from imaging.features.dct import coefficients, cosines
from imaging.metadata.sanitize import drop_none

SAMPLE = (32, 32)  # width and height in pixels of the sample that all three are computed from
OPAQUE = 128  # of 255: less opaque pixels have no color
LEVEL_WIDTH = 32  # of 256: colors whose channels are in the same levels count as one
HASH_SIZE = 8  # cosines across and down in the perceptual hash
NOISE = 1e-6  # rounding error of a coefficient that is zero


def describe_appearance(sample: Image.Image, size: tuple[int, int]) -> dict[str, Any]:
    """Return the appearance as a JSON object.

    sample is the whole image squeezed into SAMPLE, RGB or RGBA, in sRGB; size is that of the image, pixels.
    """
    shown = _on_white(sample)
    blur = blurhash(shown.tobytes(), shown.size, (4, 3) if size[0] >= size[1] else (3, 4))
    return drop_none(
        {"dominantColor": dominant_color(sample), "blurHash": blur, "perceptualHash": perceptual_hash(shown)}
    )


def _on_white(sample: Image.Image) -> Image.Image:
    """Return sample in RGB on a white background."""
    if sample.mode != "RGBA":
        return sample
    return Image.alpha_composite(Image.new("RGBA", sample.size, "white"), sample).convert("RGB")


def dominant_color(sample: Image.Image) -> str | None:
    """Return the mean of the most frequent colors as #rrggbb, or None if all pixels are transparent."""
    alike: dict[tuple[int, int, int], list[tuple[int, int, int, int]]] = defaultdict(list)
    for count, (red, green, blue, alpha) in _count_colors(sample):
        if alpha >= OPAQUE:
            alike[red // LEVEL_WIDTH, green // LEVEL_WIDTH, blue // LEVEL_WIDTH].append((count, red, green, blue))
    most = max(alike.values(), key=lambda colors: sum(count for count, *_ in colors), default=None)
    return _mean(most) if most else None


def _count_colors(sample: Image.Image) -> Any:
    """Return the number of pixels of each color, and its red, green, blue and alpha."""
    return sample.convert("RGBA").getcolors(sample.width * sample.height)


def _mean(colors: list[tuple[int, int, int, int]]) -> str:
    counts = sum(count for count, *_ in colors)
    channels = (sum(color[0] * color[channel] for color in colors) for channel in (1, 2, 3))
    return "#" + "".join(f"{round(channel / counts):02x}" for channel in channels)


def perceptual_hash(shown: Image.Image) -> str:
    """Return 64 bits in hexadecimal; a scaled, recompressed or retouched copy differs in a few of them.

    There is a bit for each coefficient of the DCT of the brightness, lowest frequency first, row by row: whether it exceeds
    the median of all but the first, which is the mean brightness. It is the DCT hash that ImageHash calls phash.
    """
    luma, (width, height) = shown.convert("L").tobytes(), shown.size
    rows = (luma[start : start + width] for start in range(0, width * height, width))
    found = coefficients(rows, cosines(width, HASH_SIZE, 0.5), cosines(height, HASH_SIZE, 0.5))
    first, *others = chain.from_iterable(found)
    middle = sorted(others)[len(others) // 2] + NOISE
    bits = "".join("1" if value > middle else "0" for value in (first, *others))
    return f"{int(bits, 2):016x}"
