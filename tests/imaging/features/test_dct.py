"""The discrete cosine transform."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imaging.features.dct import coefficients, cosines


@pytest.mark.parametrize("phase", [0, 0.5])
def test_cosines_have_half_a_period_more_each(phase: float) -> None:
    """The first one is constant."""
    level, half, whole = cosines(8, 3, phase)
    assert level == (1,) * 8
    assert half == tuple(math.cos(math.pi * (at + phase) / 8) for at in range(8))
    assert whole == tuple(math.cos(2 * math.pi * (at + phase) / 8) for at in range(8))


@pytest.mark.parametrize(("across", "down"), [(0, 0), (3, 0), (0, 2), (1, 3)])
def test_a_product_of_cosines_has_one_coefficient(across: int, down: int) -> None:
    """The coefficient of a product of two cosines is found, and all others are zero."""
    wide, high = cosines(12, 4, 0.5), cosines(10, 4, 0.5)
    found = coefficients([[x * y for x in wide[across]] for y in high[down]], wide, high)
    strong = [(row, column) for row in range(4) for column in range(4) if abs(found[row][column]) > 1e-9]
    assert strong == [(down, across)]


@given(
    rows=st.lists(st.lists(st.integers(0, 255), min_size=4, max_size=4), min_size=3, max_size=3),
    factor=st.integers(0, 9),
)
def test_transform_is_linear(rows: list[list[int]], factor: int) -> None:
    """Samples times a factor have the coefficients times that factor."""
    wide, high = cosines(4, 4, 0.5), cosines(3, 3, 0.5)
    once = coefficients(rows, wide, high)
    often = coefficients([[value * factor for value in row] for row in rows], wide, high)
    assert [value * factor for line in once for value in line] == pytest.approx([v for line in often for v in line])
