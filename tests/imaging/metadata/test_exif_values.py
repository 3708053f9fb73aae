"""The measurements in EXIF: their values in the units of the contract; invalid ones are ignored."""

from typing import Any

import pytest
from PIL.ExifTags import GPS, Base
from PIL.TiffImagePlugin import IFDRational

from imaging.metadata.exif import flash_fired, iso_speed, position, read_exif, resolution, taken_at
from imaging.metadata.fields import merge
from tests.imaging.metadata.packets import exif_block, place

NOTHING = IFDRational(1, 0)  # a fraction with a denominator of zero


@pytest.mark.parametrize(
    ("tags", "iso"),
    [
        ({Base.ISOSpeedRatings: 100}, 100),
        ({Base.ISOSpeedRatings: (100, 0)}, 100),
        ({Base.ISOSpeedRatings: 65535, Base.RecommendedExposureIndex: 102_400}, 102_400),
        ({Base.ISOSpeedRatings: 65535, Base.StandardOutputSensitivity: 204_800}, 204_800),
        ({Base.ISOSpeedRatings: 65535, Base.RecommendedExposureIndex: "much", Base.ISOSpeed: 409_600}, 409_600),
        ({Base.ISOSpeedRatings: 65535}, 65535),
        ({Base.ISOSpeedRatings: 100, Base.RecommendedExposureIndex: 102_400}, 100),
        ({Base.RecommendedExposureIndex: 102_400}, None),
        ({Base.ISOSpeedRatings: 0}, None),
    ],
)
def test_a_sensitivity_above_16_bits_is_in_another_tag(tags: dict[int, Any], iso: int | None) -> None:
    """The highest value of the 16-bit tag means that one of the longer tags has the value."""
    assert iso_speed(tags.get) == iso


def test_a_time_has_its_fraction_and_offset() -> None:
    """Fraction and offset of the time of the exposure count, not those of other times."""
    tags: dict[int, Any] = {
        Base.DateTimeOriginal: "2008:05:30 15:56:01",
        Base.OffsetTime: "+09:00",
        Base.SubsecTime: "5",
    }
    assert taken_at(tags.get) == "2008-05-30T15:56:01"
    own = {Base.OffsetTimeOriginal: "+02:00", Base.SubsecTimeOriginal: "07"}
    assert taken_at((tags | own).get) == "2008-05-30T15:56:01.07+02:00"


def test_when_it_was_digitised_or_changed_is_not_when_it_was_taken() -> None:
    """The times of a scan and of the last change are not used."""
    tags: dict[int, Any] = {Base.DateTime: "2008:05:30 15:56:01", Base.DateTimeDigitized: "2008:05:30 15:56:01"}
    assert merge([read_exif(exif_block(tags, tags, {}))])["camera"] == {}


@pytest.mark.parametrize(("value", "fired"), [(0, False), (1, True), (9, True), (16, False), (None, None), ("x", None)])
def test_flash_is_the_lowest_bit(value: object, fired: bool | None) -> None:
    """The other bits do not mean that the flash fired."""
    assert flash_fired(value) is fired


@pytest.mark.parametrize(
    ("tags", "dots"),
    [
        ({Base.XResolution: IFDRational(300, 1), Base.ResolutionUnit: 2}, 300),
        ({Base.XResolution: 118.11, Base.ResolutionUnit: 3}, 299.9994),
        ({Base.XResolution: 300}, 300),
        ({Base.XResolution: 300, Base.ResolutionUnit: 1}, None),
        ({Base.XResolution: 0, Base.ResolutionUnit: 2}, None),
        ({Base.XResolution: NOTHING, Base.ResolutionUnit: 2}, None),
        ({Base.ResolutionUnit: 2}, None),
    ],
)
def test_a_resolution_is_in_inches(tags: dict[int, Any], dots: float | None) -> None:
    """Dots per inch, also if there is no unit; an aspect ratio is not a resolution."""
    assert resolution(exif_block(tags, {}, {})) == dots


@pytest.mark.parametrize(
    ("north", "east", "signs"),
    [("N", "E", (1, 1)), ("S", "W", (-1, -1)), (b"s\0", "w", (-1, -1)), (None, 3, (1, 1)), ("South", "West", (-1, -1))],
)
def test_a_position_has_signs_instead_of_letters(north: object, east: object, signs: tuple[int, int]) -> None:
    """South and west are negative, in decimal degrees."""
    assert position(place(north, east)) == {"latitude": 51.5 * signs[0], "longitude": 0.1275 * signs[1]}


@pytest.mark.parametrize("bad", [None, (), (NOTHING, NOTHING, NOTHING), (1.0, NOTHING, 0.0), (91.0, 0.0, 0.0), "N"])
@pytest.mark.parametrize("name", ["GPSLatitude", "GPSLongitude"])
def test_incomplete_position_is_ignored(name: str, bad: object) -> None:
    """Without two valid coordinates there is no position."""
    if name == "GPSLongitude" and bad == (91.0, 0.0, 0.0):
        bad = (181.0, 0.0, 0.0)
    assert position(place(**{name: bad})) is None


@pytest.mark.parametrize("parts", [(51.0, 30.0), (51.5,), 51.5, (IFDRational(103, 2), IFDRational(0), IFDRational(0))])
def test_an_angle_may_have_fewer_parts(parts: object) -> None:
    """Degrees alone, or with minutes, are an angle, and degrees may have decimals."""
    found = position(place(GPSLatitude=parts))
    assert found is not None
    assert found["latitude"] == 51.5


def test_coordinates_of_a_destination_are_ignored() -> None:
    """The coordinates of a destination are not used."""
    destination: dict[int, Any] = {GPS.GPSDestLatitude: (51.0, 30.0, 0.0), GPS.GPSDestLongitude: (0.0, 7.0, 39.0)}
    assert position(destination) is None


@pytest.mark.parametrize(
    ("altitude", "reference", "expected"),
    [
        (IFDRational(70, 2), 0, 35),
        (35.0, 1, -35),
        (35.0, b"\x01", -35),
        (35.0, b"\x02", 35),
        (35.0, 3, -35),
        (-35.0, None, -35),
        (NOTHING, 0, None),
        (1e9, 0, None),
    ],
)
def test_an_altitude_below_the_sea_is_negative(altitude: object, reference: object, expected: float | None) -> None:
    """The altitude has a sign, and is left out if it is invalid."""
    found = position(place(GPSAltitude=altitude, GPSAltitudeRef=reference))
    assert found is not None
    assert found.get("altitude") == expected
