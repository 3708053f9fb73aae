"""EXIF: what a camera and people wrote; invalid values are ignored."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base
from PIL.TiffImagePlugin import IFDRational

from imaging.metadata.exif import copyright_notice, read_exif, read_windows_tags, resolution
from imaging.metadata.fields import About, Source, merge
from tests import pictures
from tests.imaging.metadata.packets import exif_block, place
from tests.imaging.metadata.values import VALUES
from workflow import contracts

SAMPLE = contracts.schema("extract-metadata.output")["examples"][0]
PLACES = st.dictionaries(st.sampled_from(GPS), VALUES)
TAGS = st.dictionaries(st.sampled_from(Base).filter(lambda tag: tag not in list(IFD)), VALUES)

TAGS_OF_ALL: dict[int, Any] = {
    Base.Make: "Canon",
    Base.Model: "EOS",
    Base.Software: "GIMP",
    Base.Artist: "Ann",
    Base.Copyright: "(c) Ann",
    Base.ImageDescription: "A scene",
    Base.Orientation: 8,
}
DETAIL_OF_ALL: dict[int, Any] = {
    Base.LensModel: "50mm",
    Base.DateTimeOriginal: "2008:05:30 15:56:01",
    Base.SubsecTimeOriginal: "07",
    Base.OffsetTimeOriginal: "+02:00",
    Base.ExposureTime: IFDRational(1, 160),
    Base.FNumber: IFDRational(71, 10),
    Base.ISOSpeedRatings: (100, 200),
    Base.FocalLength: IFDRational(135, 1),
    Base.Flash: 9,
}
CAMERA_OF_ALL = {
    "make": "Canon",
    "model": "EOS",
    "lens": "50mm",
    "software": "GIMP",
    "takenAt": "2008-05-30T15:56:01.07+02:00",
    "exposureSeconds": 0.00625,
    "fNumber": 7.1,
    "iso": 100,
    "focalLengthMm": 135,
    "flash": True,
    "orientation": 8,
    "gps": {"latitude": 51.5, "longitude": 0.1275, "altitude": 35},
}


def check(*sources: Source) -> None:
    """Check that the merged sources keep the contract."""
    contracts.check("extract-metadata.output", SAMPLE | merge(sources))


@given(tags=TAGS, detail=TAGS, gps=PLACES)
def test_any_values_keep_the_contract(tags: dict[int, Any], detail: dict[int, Any], gps: dict[int, Any]) -> None:
    """Any value in any tag raises nothing, and the result keeps the contract."""
    made = exif_block(tags, detail, gps)
    check(read_exif(made))
    check(read_windows_tags(made))
    dots = resolution(made)
    assert dots is None or 0 < dots <= 1_000_000


def test_every_field_is_read() -> None:
    """Each field of the contract comes from its tag, in the units of the contract."""
    found = merge([read_exif(exif_block(TAGS_OF_ALL, DETAIL_OF_ALL, place(GPSAltitude=IFDRational(70, 2))))])
    assert found["camera"] == CAMERA_OF_ALL
    assert (
        found["camera"].keys()
        == contracts.resolved("extract-metadata.output")["properties"]["camera"]["properties"].keys()
    )
    assert found["about"] == {"description": "A scene", "artist": "Ann", "copyright": "(c) Ann"}


def test_tags_in_the_wrong_directory_are_read() -> None:
    """Some programs write a single directory, or the name of the camera into the other one."""
    camera = {**CAMERA_OF_ALL}
    camera.pop("gps")
    assert merge([read_exif(exif_block(TAGS_OF_ALL | DETAIL_OF_ALL, {}, {}))])["camera"] == camera
    assert merge([read_exif(exif_block({}, TAGS_OF_ALL | DETAIL_OF_ALL, {}))])["camera"] == camera


def test_an_empty_block_has_no_metadata() -> None:
    """An empty block returns nothing."""
    assert merge([read_exif(Image.Exif()), read_windows_tags(Image.Exif())]) == {"camera": {}, "about": {}}


def test_zero_means_that_nothing_was_measured() -> None:
    """A camera writes zero for an unknown value, for example with a lens without contacts."""
    unknown: dict[int, Any] = dict.fromkeys(
        (Base.ExposureTime, Base.FNumber, Base.FocalLength, Base.ISOSpeedRatings), 0
    )
    assert merge([read_exif(exif_block({}, unknown, {}))])["camera"] == {}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Canon\0EOS", "Canon"),
        ("JÃ¶rg", "Jörg"),
        ("J\xf6rg", "Jörg"),
        ("\x93Ann\x94", "“Ann”"),
        ("撮影者", "撮影者"),
        (b"J\xc3\xb6rg\0", "Jörg"),
        (17, None),
    ],
)
def test_texts_end_at_a_nul_and_are_decoded(value: object, expected: str | None) -> None:
    """Text is UTF-8 if it is valid, and ends at the first NUL."""
    assert merge([read_exif(exif_block({Base.Artist: value}, {}, {}))])["about"].get("artist") == expected


@pytest.mark.parametrize(
    ("value", "notice"),
    [
        ("(c) Ann", "(c) Ann"),
        ("(c) Ann \0(c) Ed\0", "(c) Ann\n(c) Ed"),
        (" \0(c) Ed\0", "(c) Ed"),
        ("(c) Ann\0\0", "(c) Ann"),
        ("(c) Ann\0(c) Ed\0more", "(c) Ann\n(c) Ed"),
        ("\0\0\0", ""),
        (17, ""),
    ],
)
def test_both_copyright_notices_are_read(value: object, notice: str) -> None:
    """The notices of photographer and editor, which EXIF separates by a NUL, are both returned."""
    assert copyright_notice(value) == notice


def test_windows_tags_are_read() -> None:
    """Title, comment, keywords and author of Windows Explorer are decoded as UTF-16."""
    tags: dict[int, Any] = {
        Base.XPTitle: "Títle\0".encode("utf-16-le"),
        Base.XPComment: "A comment".encode("utf-16-le"),
        Base.XPKeywords: "one;zwei ü;one\0".encode("utf-16-le"),
        Base.XPAuthor: "Jörg".encode("utf-16-le"),
    }
    about = {"title": "Títle", "description": "A comment", "keywords": ["one", "zwei ü"], "artist": "Jörg"}
    assert merge([read_windows_tags(exif_block(tags, {}, {}))]) == {"camera": {}, "about": about}


def test_half_a_character_of_windows_is_left_out() -> None:
    """A last byte that is half a character is ignored, and so is a value that is not text."""
    tags: dict[int, Any] = {Base.XPTitle: "Títle".encode("utf-16-le") + b"!", Base.XPComment: b"\0", Base.XPAuthor: 7}
    assert read_windows_tags(exif_block(tags, {}, {})).about == About("Títle", "", [""], "")


@pytest.mark.parametrize(
    "pointer", [(6, b"\xff"), (9, b"\xff" * 4), (16, b"\xff" * 8), (2, b"here"), (12, b"\x41" * 8)]
)
@pytest.mark.parametrize("directory", [IFD.Exif, IFD.GPSInfo])
def test_an_invalid_pointer_to_a_directory_is_ignored(directory: int, pointer: tuple[int, bytes]) -> None:
    """A pointer before the file, beyond it, or that is no number raises nothing, and other tags are read."""
    kind, data = pointer
    made = Image.Exif()
    made.load(pictures.tiff_block([(Base.Make, 2, 6, b"Canon\0"), (directory, kind, 1, data)]))
    assert merge([read_exif(made)])["camera"] == {"make": "Canon"}
