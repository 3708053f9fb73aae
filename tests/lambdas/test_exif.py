"""EXIF: what a camera wrote, cleaned and bounded; nonsense is dropped and never fatal."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base
from PIL.TiffImagePlugin import IFDRational

from lambdas.exif import MAX_TEXT, flash_fired, integer, number, position, read_exif, taken_at, text
from tests import pictures
from workflow import contracts

SAMPLE = contracts.schema("extract-metadata.output")["examples"][0]
ARABIC = str.maketrans("0123456789", "".join(chr(0x660 + digit) for digit in range(10)))
NOTHING = IFDRational(1, 0)  # a fraction with a denominator of zero

# Values of every kind that Pillow reads from a tag, and of some that it never would.
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(), max_size=300)
    | st.binary(max_size=300)
    | st.builds(IFDRational, st.integers(-(2**31), 2**32), st.integers(-3, 2**32)),
    lambda inner: st.lists(inner, max_size=4).map(tuple) | st.lists(inner, max_size=4),
    max_leaves=5,
)
PLACES = st.dictionaries(st.sampled_from(GPS), VALUES)
TAGS = st.dictionaries(st.sampled_from(Base).filter(lambda tag: tag not in list(IFD)), VALUES)


@given(tags=TAGS, detail=TAGS, gps=PLACES)
def test_nonsense_never_raises_and_the_contract_is_kept(
    tags: dict[int, Any], detail: dict[int, Any], gps: dict[int, Any]
) -> None:
    """Whatever stands in whichever tag, what is told keeps the contract."""
    found = read_exif(block(tags, detail, gps))
    contracts.check("extract-metadata.output", {**SAMPLE, "exif": found})


def block(tags: dict[int, Any], detail: dict[int, Any], gps: dict[int, Any]) -> Image.Exif:
    """Make an EXIF block that was never written to a file, and may hold what no file can."""
    made = Image.Exif()
    made.update(tags)
    made.get_ifd(IFD.Exif).update(detail)
    made.get_ifd(IFD.GPSInfo).update(gps)
    return made


def test_everything_that_is_known_is_told() -> None:
    """Each field of the contract comes from its tag, in the contract's units."""
    tags: dict[int, Any] = {
        Base.Make: "Canon",
        Base.Model: "EOS",
        Base.Software: "GIMP",
        Base.Artist: "Ann",
        Base.Copyright: "(c) Ann",
        Base.ImageDescription: "A scene",
        Base.Orientation: 8,
    }
    detail: dict[int, Any] = {
        Base.LensModel: "50mm",
        Base.DateTimeOriginal: "2008:05:30 15:56:01",
        Base.OffsetTimeOriginal: "+02:00",
        Base.ExposureTime: IFDRational(1, 160),
        Base.FNumber: IFDRational(71, 10),
        Base.ISOSpeedRatings: (100, 200),
        Base.FocalLength: IFDRational(135, 1),
        Base.Flash: 9,
    }
    found = read_exif(block(tags, detail, place(GPSAltitude=IFDRational(70, 2))))
    assert found.keys() == contracts.resolved("extract-metadata.output")["properties"]["exif"]["properties"].keys()
    assert (found["exposureSeconds"], found["fNumber"], found["iso"]) == (0.00625, 7.1, 100)
    assert (found["focalLengthMm"], found["flash"], found["orientation"]) == (135, True, 8)
    assert found["takenAt"] == "2008-05-30T15:56:01+02:00"
    assert found["gps"] == {"latitude": 51.5, "longitude": 0.1275, "altitude": 35}


def test_without_a_block_nothing_is_told() -> None:
    """An empty block tells nothing."""
    assert read_exif(Image.Exif()) == {}


@given(value=VALUES)
def test_text_is_one_clean_line(value: object) -> None:
    """No control character, no blank at an end, no more than the contract allows, and never an empty text."""
    found = text(value)
    assert found is None or (0 < len(found) <= MAX_TEXT and found == found.strip())
    assert not [letter for letter in found or "" if ord(letter) < 32 or 0x7F <= ord(letter) < 0xA0]
    assert found is None or found.encode()


@pytest.mark.parametrize(
    ("value", "clean"),
    [
        ("Canon\0\0\0", "Canon"),
        ("one\r\ntwo\tthree", "one two three"),
        ("\x1b[31mred", "[31mred"),
        (b"ASCII\0\0\0A comment", "ASCII A comment"),
        ("   ", None),
        ("", None),
        ("\x00", None),
        (17, None),
        ("JÃ¶rg Â© 2020", "Jörg © 2020"),
        ("Jörg", "Jörg"),
        ("撮影者", "撮影者"),
        ("x" * 999, "x" * MAX_TEXT),
    ],
)
def test_text_is_cleaned(value: object, clean: str | None) -> None:
    """Controls become blanks, UTF-8 that was read as Latin-1 is put right, and what is no text is dropped."""
    assert text(value) == clean


@given(value=VALUES, low=st.integers(-1000, 0), high=st.integers(1, 1000))
def test_numbers_are_finite_and_within_bounds(value: object, low: int, high: int) -> None:
    """A number is told only if it is one, and lies where the contract has it."""
    found = number(value, low, high)
    assert found is None or (math.isfinite(found) and low <= found <= high)
    whole = integer(value, low, high)
    assert whole is None or (isinstance(whole, int) and low <= whole <= high)


@pytest.mark.parametrize("value", [NOTHING, IFDRational(0, 0), math.nan, math.inf, -1, 101, None, "many", (), 1e-300])
def test_what_is_no_number_is_dropped(value: object) -> None:
    """Zero denominators, infinities, numbers out of bounds or too small for the table, and texts are no measurements."""
    assert number(value, 0, 100) is None


@pytest.mark.parametrize(
    ("value", "offset", "told"),
    [
        ("2008:05:30 15:56:01", None, "2008-05-30T15:56:01"),
        ("2008-05-30T15:56:01", "-03:30", "2008-05-30T15:56:01-03:30"),
        ("2008:05:30 15:56:01", "summer", "2008-05-30T15:56:01"),
        (b"2008:05:30 15:56:01\0", b"+02:00\0", "2008-05-30T15:56:01+02:00"),
        ("0000:00:00 00:00:00", None, None),
        ("2008:13:45 25:61:61", None, None),
        ("2008:02:30 00:00:00", None, None),
        ("    :  :     :  :  ", None, None),
        ("2008:05:30 15:56:01".translate(ARABIC), None, None),
        ("2008:05:30 15:56:01", "+02:00".translate(ARABIC), "2008-05-30T15:56:01"),
        ("yesterday", None, None),
        (20080530, None, None),
    ],
)
def test_a_time_is_told_if_there_was_such_a_time(value: object, offset: object, told: str | None) -> None:
    """The camera's clock is told in ISO 8601, with its offset where there is a sound one."""
    assert taken_at(value, offset) == told


@pytest.mark.parametrize(("value", "fired"), [(0, False), (1, True), (9, True), (16, False), (None, None), ("x", None)])
def test_flash_is_the_lowest_bit(value: object, fired: bool | None) -> None:
    """The field's other bits do not say that it fired."""
    assert flash_fired(value) is fired


def place(north: object = "N", east: object = "E", **more: Any) -> dict[int, Any]:
    """Return the position of a church in London, or its mirror images."""
    tags = {"GPSLatitudeRef": north, "GPSLatitude": (51.0, 30.0, 0.0)}
    tags |= {"GPSLongitudeRef": east, "GPSLongitude": (IFDRational(0), 7.0, IFDRational(3900, 100)), **more}
    return {GPS[name]: value for name, value in tags.items()}


@pytest.mark.parametrize(
    ("north", "east", "signs"),
    [("N", "E", (1, 1)), ("S", "W", (-1, -1)), (b"s\0", "w", (-1, -1)), (None, 3, (1, 1)), ("South", "West", (-1, -1))],
)
def test_a_position_has_signs_instead_of_letters(north: object, east: object, signs: tuple[int, int]) -> None:
    """South and west are negative, in decimal degrees."""
    assert position(place(north, east)) == {"latitude": 51.5 * signs[0], "longitude": 0.1275 * signs[1]}


@pytest.mark.parametrize("bad", [None, (), (51.0, 30.0), (NOTHING, NOTHING, NOTHING), (91.0, 0.0, 0.0), "51.5", 51.5])
@pytest.mark.parametrize("name", ["GPSLatitude", "GPSLongitude"])
def test_half_a_position_is_none(name: str, bad: object) -> None:
    """Without both coordinates, each of three sound parts and on this earth, no position is told."""
    if name == "GPSLongitude" and bad == (91.0, 0.0, 0.0):
        bad = (181.0, 0.0, 0.0)
    assert position(place(**{name: bad})) is None


@pytest.mark.parametrize(
    ("altitude", "reference", "told"),
    [(IFDRational(70, 2), 0, 35), (35.0, 1, -35), (35.0, b"\x01", -35), (NOTHING, 0, None), (1e9, 0, None)],
)
def test_an_altitude_below_the_sea_is_negative(altitude: object, reference: object, told: float | None) -> None:
    """Height is told with its sign, and left out where it is nonsense."""
    found = position(place(GPSAltitude=altitude, GPSAltitudeRef=reference))
    assert found is not None
    assert found.get("altitude") == told


@pytest.mark.parametrize(
    "pointer", [(6, b"\xff"), (9, b"\xff" * 4), (16, b"\xff" * 8), (2, b"here"), (12, b"\x41" * 8)]
)
@pytest.mark.parametrize("directory", [IFD.Exif, IFD.GPSInfo])
def test_a_directory_that_is_nowhere_is_empty(directory: int, pointer: tuple[int, bytes]) -> None:
    """A pointer to before the file, beyond it or to no number leads to no error, and the rest is told."""
    kind, data = pointer
    made = Image.Exif()
    made.load(pictures.tiff_block([(Base.Make, 2, 6, b"Canon\0"), (directory, kind, 1, data)]))
    assert read_exif(made) == {"make": "Canon"}
