"""GPS positions: signed degrees and meters, or none."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imaging.metadata.gps import MAX_ALTITUDE, MAX_DEPTH, clean_altitude, decimal_degrees, gps_position
from tests.imaging.metadata.values import VALUES


@pytest.mark.share(3)
@pytest.mark.parametrize(
    ("parts", "negative", "angle"),
    [
        ((51.0, 30.0, 0.0), False, 51.5),
        ((0, 7, 39), True, -0.1275),
        (("33", "51.408"), True, -33.8568),
        ((51.5,), False, 51.5),
        ((90, 0, 0), False, 90),
        ((90, 0, 1), False, None),
        ((91,), False, None),
        ((-51.5,), False, None),
        ((51, None, 0), False, None),
        ((51, 30, 0, 0), False, None),
        ((), False, None),
    ],
)
def test_an_angle_is_one_number(parts: tuple[Any, ...], negative: bool, angle: float | None) -> None:
    """Degrees, minutes and seconds, of which the last ones may be missing, become decimal degrees within the limit."""
    assert decimal_degrees(parts, 90, negative=negative) == angle


@given(parts=st.lists(VALUES, max_size=5), negative=st.booleans())
def test_an_angle_is_within_its_limits(parts: list[Any], negative: bool) -> None:
    """Any parts give an angle within its limits, or none."""
    found = decimal_degrees(parts, 180, negative=negative)
    assert found is None or -180 <= found <= 180


@pytest.mark.parametrize(
    ("value", "below", "metres"),
    [
        (35, False, 35),
        (35, True, -35),
        (-35, True, -35),
        (-35, False, -35),
        (420_000, False, 420_000),
        (MAX_DEPTH + 1, True, None),
        (MAX_ALTITUDE + 1, False, None),
        (None, True, None),
        ("high", False, None),
    ],
)
def test_altitudes_are_signed(value: object, below: bool, metres: float | None) -> None:
    """Below sea level is negative, by the sign or by the reference; an invalid altitude is none."""
    assert clean_altitude(value, below=below) == metres


@pytest.mark.parametrize(("latitude", "longitude"), [(None, 0.0), (0.0, None), (None, None)])
def test_half_a_position_is_no_position(latitude: float | None, longitude: float | None) -> None:
    """Without both coordinates there is no position, with any altitude."""
    assert gps_position(latitude, longitude, 35.0) is None


def test_a_position_may_have_no_altitude() -> None:
    """The altitude is there only if it is known."""
    assert gps_position(51.5, 0.0, None) == {"latitude": 51.5, "longitude": 0.0}
    assert gps_position(51.5, 0.0, 0.0) == {"latitude": 51.5, "longitude": 0.0, "altitude": 0.0}
