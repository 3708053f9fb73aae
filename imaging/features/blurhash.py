"""BlurHash: a blurred image in about thirty characters, to show while the image loads.

The algorithm is that of https://github.com/woltapp/blurhash/blob/master/Algorithm.md, whose decoders read the result.
"""

import math
from functools import cache
from itertools import chain

from imaging.features.dct import coefficients, cosines

Size = tuple[int, int]

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~"
MAX_AMPLITUDE_STEP = 82  # the highest step for the largest amplitude
AMPLITUDE_STEPS = 166  # steps to an amplitude of 1
STEPS = 19  # for the amplitude of a component, lowest to highest


def blurhash(pixels: bytes, size: Size, count: Size) -> str:
    """Return the BlurHash of RGB pixels in sRGB, with count components (1 to 9) across and down."""
    average, *others = _components(pixels, size, count)
    largest = max(map(abs, chain.from_iterable(others)), default=0)
    step = max(0, min(MAX_AMPLITUDE_STEP, math.floor(largest * AMPLITUDE_STEPS - 0.5)))
    amplitude = (step + 1) / AMPLITUDE_STEPS
    head = _base83(count[0] - 1 + (count[1] - 1) * 9, 1) + _base83(step, 1)
    return head + _average(average) + "".join(_component(color, amplitude) for color in others)


def _components(pixels: bytes, size: Size, count: Size) -> list[tuple[float, ...]]:
    """Return the amplitudes of each component in red, green and blue of linear light; the first is the mean color."""
    light = [_linear_light()[value] for value in pixels]
    channels = [_amplitudes(light[channel::3], size, count) for channel in range(3)]
    return list(zip(*channels, strict=True))


def _amplitudes(samples: list[float], size: Size, count: Size) -> list[float]:
    width, height = size
    rows = (samples[start : start + width] for start in range(0, width * height, width))
    found = coefficients(rows, cosines(width, count[0], 0), cosines(height, count[1], 0))
    first, *others = chain.from_iterable(found)
    return [first / (width * height), *(2 * value / (width * height) for value in others)]


def _average(color: tuple[float, ...]) -> str:
    red, green, blue = map(_srgb, color)
    return _base83((red << 16) + (green << 8) + blue, 4)


def _component(color: tuple[float, ...], amplitude: float) -> str:
    """Return the amplitudes of a component, in steps that are finer for small amplitudes."""
    value = 0
    for part in color:
        root = math.copysign(math.sqrt(abs(part / amplitude)), part)
        value = value * STEPS + max(0, min(STEPS - 1, math.floor(root * 9 + 9.5)))
    return _base83(value, 2)


def _base83(value: int, length: int) -> str:
    """Return value in base 83."""
    return "".join(DIGITS[value // len(DIGITS) ** power % len(DIGITS)] for power in reversed(range(length)))


@cache
def _linear_light() -> list[float]:
    """Return the linear light, 0 to 1, of each value of sRGB (IEC 61966-2-1)."""
    shares = (value / 255 for value in range(256))
    return [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]  # noqa: PLR2004 - the standard's


def _srgb(light: float) -> int:
    light = max(0.0, min(1.0, light))
    share = light * 12.92 if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055  # noqa: PLR2004 - the standard's
    return int(share * 255 + 0.5)
