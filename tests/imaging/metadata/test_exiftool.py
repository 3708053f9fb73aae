"""Agreement with exiftool, field by field, on the sample photographs and on pictures with everything in them.

Its values are recorded in exiftool.json, so that the tests need no exiftool.
"""

import re
from typing import Any

import pytest

from imaging.decoding.picture import SIDEWAYS, open_picture
from imaging.metadata.embedded import read_embedded
from imaging.metadata.properties import read_properties
from imaging.metadata.sanitize import clean_text
from tests.imaging.limits import LIMITS
from tests.imaging.metadata.exiftool import drawn, photographs, recorded

RECORDED = recorded()
FACTS = ("width", "height", "bitDepth", "dpi", "iccProfile")
INCH = {"inches": 1.0, "cm": 2.54, "meters": 0.0254}  # of a unit to an inch
DATE = re.compile(r"(\d{4}):(\d\d):(\d\d) (.*)")


def present(**fields: Any) -> dict[str, Any]:
    """Return the fields that have a value."""
    return {name: value for name, value in fields.items() if value not in (None, "", [], {})}


def clean(value: object) -> str | None:
    """Return a text of exiftool's as one line."""
    return None if value is None else clean_text(str(value))


def several(value: Any) -> list[str]:
    """Return a list of exiftool's, which is no list if it has one member."""
    return value if isinstance(value, list) else [] if value is None else [value]


def facts(told: dict[str, Any]) -> dict[str, Any]:
    """Return the facts of a picture as exiftool tells them, in the contract's terms."""
    size = told["ImageWidth"], told["ImageHeight"]
    width, height = reversed(size) if told.get("Orientation") in SIDEWAYS else size
    dots = told.get("XResolution", told.get("PixelsPerUnitX", 0))
    unit = told.get("ResolutionUnit", told.get("PixelUnits", ""))
    return present(
        width=width,
        height=height,
        bitDepth=told.get("BitDepth") or int(str(told.get("BitsPerSample", 8)).split()[0]),
        dpi=dots * INCH.get(unit, 0) or None,
        iccProfile=told.get("ProfileDescription"),
    )


def camera(told: dict[str, Any]) -> dict[str, Any]:
    """Return what exiftool tells of the camera, in the contract's terms."""
    fired = told["Flash"] % 2 == 1 if "Flash" in told else told.get("FlashFired")
    taken = DATE.sub(r"\1-\2-\3T\4", told.get("DateTimeOriginal", ""))
    place = {"latitude": told.get("GPSLatitude"), "longitude": told.get("GPSLongitude")}
    return present(
        make=told.get("Make"),
        model=told.get("Model"),
        lens=told.get("LensModel", told.get("Lens")),
        software=told.get("Software", told.get("CreatorTool")),
        takenAt=taken,
        exposureSeconds=told.get("ExposureTime"),
        fNumber=told.get("FNumber"),
        iso=told.get("ISO"),
        focalLengthMm=told.get("FocalLength"),
        orientation=told.get("Orientation"),
        gps=present(**place, altitude=told.get("GPSAltitude")),
    ) | ({} if fired is None else {"flash": fired})


def about(told: dict[str, Any]) -> dict[str, Any]:
    """Return what exiftool tells of the words, in the contract's terms."""
    keywords = several(told.get("Keywords")) or told.get("XPKeywords", "").split(";")
    return present(
        title=clean(told.get("Title", told.get("ObjectName", told.get("XPTitle")))),
        description=clean(told.get("Description", told.get("XPComment"))),
        keywords=list(filter(None, keywords)),
        artist="; ".join(several(told.get("Creator"))) or told.get("XPAuthor"),
        copyright=clean(told.get("Copyright")),
    )


def approximate(fields: dict[str, Any]) -> dict[str, Any]:
    """Return fields with numbers that are equal to others up to the last digits."""
    return {
        name: approximate(value)
        if isinstance(value, dict)
        else value
        if isinstance(value, str | list)
        else pytest.approx(value)
        for name, value in fields.items()
    }


@pytest.mark.parametrize("name", sorted(RECORDED.keys() - {"version"}))
def test_agrees_with_exiftool(name: str) -> None:
    """Every field that either tells the other tells too, with the same value."""
    data = (drawn() | photographs())[name]
    picture = open_picture(data, LIMITS)
    found, told = read_properties(picture), RECORDED[name]
    assert {field: found[field] for field in FACTS if field in found} == approximate(facts(told))
    words = read_embedded(picture)
    assert words["camera"] == approximate(camera(told))
    assert words["about"] == about(told)


def test_every_picture_is_recorded() -> None:
    """What exiftool tells is known of each photograph and of each picture drawn for it, and which exiftool it was."""
    assert drawn().keys() | photographs().keys() | {"version"} == RECORDED.keys()
    assert {name: RECORDED[name]["FileSize"] for name in photographs()} == {
        name: len(data) for name, data in photographs().items()
    }
