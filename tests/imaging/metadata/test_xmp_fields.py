"""The fields of XMP: from the properties that mirror EXIF and IPTC."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imaging.metadata.fields import merge
from imaging.metadata.xmp_fields import position, read_xmp
from tests.imaging.metadata.packets import in_languages, several, xmp
from workflow import contracts

SAMPLE = contracts.schema("extract-metadata.output")["examples"][0]
NUMBERS = {
    "exif:ExposureTime": "1/160",
    "exif:FNumber": "71/10",
    "exif:FocalLength": "135/1",
    "exif:DateTimeOriginal": "2008-05-30T15:56:01.25+02:00",
    "exif:GPSLatitude": "51,30.0N",
    "exif:GPSLongitude": "0,7,39W",
    "exif:GPSAltitude": "70/2",
    "exif:GPSAltitudeRef": "1",
    "tiff:Make": "Canon",
    "tiff:Model": "EOS",
    "tiff:Orientation": "8",  # ignored: EXIF alone turns an image
    "aux:Lens": "50mm",
    "xmp:CreatorTool": "Lightroom",
}
EXPECTED = {
    "make": "Canon",
    "model": "EOS",
    "lens": "50mm",
    "software": "Lightroom",
    "takenAt": "2008-05-30T15:56:01.25+02:00",
    "exposureSeconds": 0.00625,
    "fNumber": 7.1,
    "iso": 100,
    "focalLengthMm": 135,
    "flash": True,
    "gps": {"latitude": 51.5, "longitude": -0.1275, "altitude": -35},
}


def metadata(elements: str = "", attributes: dict[str, str] | None = None) -> dict[str, Any]:
    """Return the merged metadata of a packet."""
    written = " ".join(f'{name}="{value}"' for name, value in (attributes or {}).items())
    return merge([read_xmp(xmp(elements, written))])


def test_every_field_is_read_from_its_property() -> None:
    """Each field of the contract comes from its property, in the units of the contract."""
    elements = (
        several("exif:ISOSpeedRatings", "100", container="Seq")
        + '<exif:Flash rdf:parseType="Resource"><exif:Fired>True</exif:Fired></exif:Flash>'
        + in_languages("dc:title", de="Titel", default="Title")
        + in_languages("dc:description", default="A scene")
        + in_languages("dc:rights", default="(c) Ann")
        + several("dc:creator", "Ann", "Ed", container="Seq")
        + several("dc:subject", "one", "two", "one")
    )
    about = {
        "title": "Title",
        "description": "A scene",
        "keywords": ["one", "two"],
        "artist": "Ann; Ed",
        "copyright": "(c) Ann",
    }
    assert metadata(elements, NUMBERS) == {"camera": EXPECTED, "about": about}


@pytest.mark.parametrize(
    ("attributes", "field", "value"),
    [
        ({"exifEX:LensModel": "50mm", "aux:Lens": "old"}, "lens", "50mm"),
        ({"tiff:Software": "Firmware", "xmp:CreatorTool": "Lightroom"}, "software", "Firmware"),
        ({"exifEX:PhotographicSensitivity": "200", "exif:ISOSpeedRatings": "100"}, "iso", 200),
        ({"photoshop:DateCreated": "2008-05-30T15:56"}, "takenAt", "2008-05-30T15:56:00"),
        ({"photoshop:DateCreated": "2008-05-30"}, "takenAt", None),
        ({"exif:FNumber": "1/0"}, "fNumber", None),
        ({"exif:FNumber": "0/1"}, "fNumber", None),
        ({"exif:ExposureTime": "nan"}, "exposureSeconds", None),
        ({"tiff:Orientation": "6"}, "orientation", None),
        ({"exif:Flash": "1"}, "flash", None),
    ],
)
def test_newer_properties_come_first(attributes: dict[str, str], field: str, value: object) -> None:
    """Newer names come before older ones, and invalid values are ignored."""
    assert metadata(attributes=attributes)["camera"].get(field) == value


@pytest.mark.parametrize(("fired", "flash"), [("True", True), ("False", False), ("true", True), ("maybe", None)])
def test_flash_is_a_boolean(fired: str, flash: bool | None) -> None:
    """The value of the property says whether it fired."""
    assert metadata(f'<exif:Flash exif:Fired="{fired}"/>')["camera"].get("flash") is flash


@pytest.mark.parametrize(
    ("latitude", "longitude", "metadata"),
    [
        ("51,30.0N", "0,7.65W", {"latitude": 51.5, "longitude": -0.1275}),
        ("33,51,24.48S", "151,12,55.08E", {"latitude": -33.8568, "longitude": 151.2153}),
        ("51N", "0E", {"latitude": 51.0, "longitude": 0.0}),
        ("51,30.0", "0,7.65W", None),
        ("-51.5", "0.1275", None),
        ("91,0N", "0,0E", None),
        ("51,30.0N", "", None),
        ("\u0665\u0661,30.0N", "0,7.65W", None),
    ],
)
def test_a_position_is_in_signed_decimals(latitude: str, longitude: str, metadata: dict[str, float] | None) -> None:
    """Degrees with minutes, optional seconds and a letter become decimal degrees, or nothing."""
    assert position({"exif:GPSLatitude": [latitude], "exif:GPSLongitude": [longitude]}) == metadata


@pytest.mark.parametrize("packet", [b"", b"<html>", b"text"])
def test_other_values_are_no_packet(packet: bytes) -> None:
    """Any other bytes in the place of the packet are ignored."""
    assert merge([read_xmp(packet)]) == {"camera": {}, "about": {}}


VALUES = st.text(st.characters(codec="utf-8", exclude_characters='<&"', exclude_categories=["Cc"]), max_size=40)
FIGURES = st.from_regex(r"[0-9eE.,/+NSWT:-]{1,24}", fullmatch=True)


@given(attributes=st.dictionaries(st.sampled_from([*NUMBERS, "exif:ISOSpeedRatings"]), VALUES | FIGURES))
def test_any_packet_keeps_the_contract(attributes: dict[str, str]) -> None:
    """Properties of any value raise nothing, and the result keeps the contract."""
    contracts.check("extract-metadata.output", SAMPLE | metadata(attributes=attributes))
