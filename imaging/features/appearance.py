"""What a picture looks like, in a few words: its dominant colour, a blur to show before it, a hash to find it by."""

from collections import defaultdict
from itertools import chain
from typing import Any

from PIL import Image

from imaging.features.blurhash import blurhash
from imaging.features.dct import coefficients, cosines
from imaging.metadata.sanitize import drop_none

SAMPLE = (32, 32)  # pixels: of this size is the sample that all three are taken from
OPAQUE = 128  # of 255: from here on a pixel's colour counts
LEVEL_WIDTH = 32  # of 256: colours count as one that share each channel's level
HASH_SIZE = 8  # waves across and down in the perceptual hash
NOISE = 1e-6  # what rounding leaves of a wave that is not there


def describe_appearance(sample: Image.Image, size: tuple[int, int]) -> dict[str, Any]:
    """Return the fields of `appearance` in the contract extract-metadata.output.

    sample is the whole picture squeezed into SAMPLE, RGB or RGBA, in sRGB; size (pixels) is the picture's own.
    """
    shown = _on_white(sample)
    blur = blurhash(shown.tobytes(), shown.size, (4, 3) if size[0] >= size[1] else (3, 4))
    return drop_none(
        {"dominantColor": dominant_color(sample), "blurHash": blur, "perceptualHash": perceptual_hash(shown)}
    )


def _on_white(sample: Image.Image) -> Image.Image:
    """Return sample in RGB as an empty page shows it."""
    if sample.mode != "RGBA":
        return sample
    return Image.alpha_composite(Image.new("RGBA", sample.size, "white"), sample).convert("RGB")


def dominant_color(sample: Image.Image) -> str | None:
    """Return the mean of the most frequent colours as #rrggbb, or None if all is transparent."""
    alike: dict[tuple[int, int, int], list[tuple[int, int, int, int]]] = defaultdict(list)
    for count, (red, green, blue, alpha) in _count_colors(sample):
        if alpha >= OPAQUE:
            alike[red // LEVEL_WIDTH, green // LEVEL_WIDTH, blue // LEVEL_WIDTH].append((count, red, green, blue))
    most = max(alike.values(), key=lambda colours: sum(count for count, *_ in colours), default=None)
    return _mean(most) if most else None


def _count_colors(sample: Image.Image) -> Any:
    """Return each colour's number of pixels, and its red, green, blue and opacity."""
    return sample.convert("RGBA").getcolors(sample.width * sample.height)


def _mean(colours: list[tuple[int, int, int, int]]) -> str:
    counts = sum(count for count, *_ in colours)
    channels = (sum(colour[0] * colour[channel] for colour in colours) for channel in (1, 2, 3))
    return "#" + "".join(f"{round(channel / counts):02x}" for channel in channels)


def perceptual_hash(shown: Image.Image) -> str:
    """Return 64 bits in hexadecimal, of which those of a scaled, recompressed or retouched copy differ in a few.

    A bit a cosine wave of the brightness, lowest first, row by row: whether it is stronger than the median of all but
    the first, which is the brightness itself. It is the DCT hash that ImageHash calls phash.
    """
    luma, (width, height) = shown.convert("L").tobytes(), shown.size
    rows = (luma[start : start + width] for start in range(0, width * height, width))
    found = coefficients(rows, cosines(width, HASH_SIZE, 0.5), cosines(height, HASH_SIZE, 0.5))
    first, *others = chain.from_iterable(found)
    middle = sorted(others)[len(others) // 2] + NOISE
    bits = "".join("1" if value > middle else "0" for value in (first, *others))
    return f"{int(bits, 2):016x}"
