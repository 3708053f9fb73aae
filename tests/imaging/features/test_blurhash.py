"""BlurHash: the same text as other implementations make of the same pixels."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from imaging.features.blurhash import DIGITS, Size, blurhash
from tests import pictures

RAMP = bytes(value for y, x in product(range(32), repeat=2) for value in (x * 8, y * 8, 255 - x * 8))
PATTERN = bytes((x * x * 7 + y * y * 13 + x * y * 5 + c * 50) % 256 for y, x, c in product(*map(range, (32, 32, 3))))
SQUARE = (32, 32)


@pytest.mark.parametrize(
    ("pixels", "size", "count", "expected"),
    [
        (pictures.quadrants(SQUARE).tobytes(), SQUARE, (4, 3), "L^Jk7sU$aMtjVn=doLNaawoLjtay"),
        (pictures.quadrants(SQUARE).tobytes(), SQUARE, (3, 4), "T^Jk7sU$aMVn=doLawoLjttANIaz"),
        (pictures.quadrants().tobytes(), pictures.SIZE, (4, 3), "L_Jk7sU$afpFVn=doLNaawoLfQay"),
        (RAMP, SQUARE, (4, 3), "L.H2cx77w%XAmHa$juf8gJfjfQfj"),
        (RAMP, SQUARE, (1, 1), "00H2cx"),
        (PATTERN, SQUARE, (4, 3), "L6Hek6uOIeT#~AR9KkIbiUX2a~v|"),
        (PATTERN, SQUARE, (3, 4), "T6Hek6uOIe~AR9KkiUX2a~?8XTRR"),
        (bytes(len(RAMP)), SQUARE, (4, 3), "L00000fQfQfQfQfQfQfQfQfQfQfQ"),
        (b"\xff" * len(RAMP), SQUARE, (4, 3), "L9TSUA~qfQ~q~qoffQoffQfQfQfQ"),
    ],
)
def test_blurhash_equals_the_reference_implementation(pixels: bytes, size: Size, count: Size, expected: str) -> None:
    """The text is that of the package blurhash 1.1.5 for the same pixels."""
    assert blurhash(pixels, size, count) == expected


def value(digits: str) -> int:
    """Return the number that digits of base 83 encode."""
    total = 0
    for digit in digits:
        total = total * len(DIGITS) + DIGITS.index(digit)
    return total


@given(color=st.tuples(*[st.integers(0, 255)] * 3), across=st.integers(1, 9), down=st.integers(1, 9))
def test_count_and_mean_color_come_first(color: tuple[int, int, int], across: int, down: int) -> None:
    """The first digit encodes the number of components, the third to the sixth the mean color."""
    found = blurhash(bytes(color) * 64, (8, 8), (across, down))
    assert len(found) == 4 + 2 * across * down
    assert divmod(value(found[0]), 9) == (down - 1, across - 1)
    average = value(found[2:6]).to_bytes(3)
    assert all(abs(one - other) <= 1 for one, other in zip(average, color, strict=True))


@given(pixels=st.binary(min_size=192, max_size=192), across=st.integers(1, 9), down=st.integers(1, 9))
def test_any_pixels_have_a_blurhash(pixels: bytes, across: int, down: int) -> None:
    """The text has the length for its number of components, and only digits of base 83."""
    found = blurhash(pixels, (8, 8), (across, down))
    assert len(found) == 4 + 2 * across * down
    assert set(found) <= set(DIGITS)


def test_mean_is_computed_in_linear_light() -> None:
    """Black and white in equal parts have the mean of half the light, not of half the sRGB value."""
    chequered = Image.frombytes("L", (8, 8), bytes(255 * ((x + y) % 2) for y, x in product(range(8), repeat=2)))
    found = blurhash(chequered.convert("RGB").tobytes(), (8, 8), (1, 1))
    assert value(found[2:6]).to_bytes(3) == bytes([188] * 3)
