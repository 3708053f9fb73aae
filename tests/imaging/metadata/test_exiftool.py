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
ABOUT = ("title", "description", "keywords", "artist", "copyright")  # the fields that were recorded
FACTS = ("width", "height", "bitDepth", "dpi", "iccProfile")
INCH = {"inches": 1.0, "cm": 2.54, "meters": 0.0254}  # of a unit to an inch
DATE = re.compile(r"(\d{4}):(\d\d):(\d\d) (.*)")


def present(**fields: Any) -> dict[str, Any]:
    """Return the fields that have a value."""
    return {name: value for name, value in fields.items() if value not in (None, "", [], {})}


def clean(value: object) -> str | None:
    """Return a text of exiftool as one line."""
    return None if value is None else clean_text(str(value))


def several(value: Any) -> list[str]:
    """Return a list of exiftool, which writes a list of one member as the member."""
    return value if isinstance(value, list) else [] if value is None else [value]


def facts(reported: dict[str, Any]) -> dict[str, Any]:
    """Return the properties that exiftool reports, with the names of the contract."""
    size = reported["ImageWidth"], reported["ImageHeight"]
    width, height = reversed(size) if reported.get("Orientation") in SIDEWAYS else size
    dots = reported.get("XResolution", reported.get("PixelsPerUnitX", 0))
    unit = reported.get("ResolutionUnit", reported.get("PixelUnits", ""))
    return present(
        width=width,
        height=height,
        bitDepth=reported.get("BitDepth") or int(str(reported.get("BitsPerSample", 8)).split()[0]),
        dpi=dots * INCH.get(unit, 0) or None,
        iccProfile=reported.get("ProfileDescription"),
    )


def camera(reported: dict[str, Any]) -> dict[str, Any]:
    """Return the camera fields that exiftool reports, with the names of the contract."""
    fired = reported["Flash"] % 2 == 1 if "Flash" in reported else reported.get("FlashFired")
    taken = DATE.sub(r"\1-\2-\3T\4", reported.get("DateTimeOriginal", ""))
    place = {"latitude": reported.get("GPSLatitude"), "longitude": reported.get("GPSLongitude")}
    return present(
        make=reported.get("Make"),
        model=reported.get("Model"),
        lens=reported.get("LensModel", reported.get("Lens")),
        software=reported.get("Software", reported.get("CreatorTool")),
        takenAt=taken,
        exposureSeconds=reported.get("ExposureTime"),
        fNumber=reported.get("FNumber"),
        iso=reported.get("ISO"),
        focalLengthMm=reported.get("FocalLength"),
        orientation=reported.get("Orientation"),
        gps=present(**place, altitude=reported.get("GPSAltitude")),
    ) | ({} if fired is None else {"flash": fired})


def about(reported: dict[str, Any]) -> dict[str, Any]:
    """Return the texts that exiftool reports, with the names of the contract."""
    keywords = several(reported.get("Keywords")) or reported.get("XPKeywords", "").split(";")
    return present(
        title=clean(reported.get("Title", reported.get("ObjectName", reported.get("XPTitle")))),
        description=clean(reported.get("Description", reported.get("XPComment"))),
        keywords=list(filter(None, keywords)),
        artist="; ".join(several(reported.get("Creator"))) or reported.get("XPAuthor"),
        copyright=clean(reported.get("Copyright")),
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
    """Every field that one of both reports, the other reports with the same value."""
    data = (drawn() | photographs())[name]
    picture = open_picture(data, LIMITS)
    found, reported = read_properties(picture), RECORDED[name]
    assert {field: found[field] for field in FACTS if field in found} == approximate(facts(reported))
    words = read_embedded(picture)
    assert words["camera"] == approximate(camera(reported))
    assert {field: words["about"][field] for field in ABOUT if field in words["about"]} == about(reported)


def test_every_image_is_recorded() -> None:
    """The output of exiftool is recorded for each photograph and each drawn image, with its version."""
    assert drawn().keys() | photographs().keys() | {"version"} == RECORDED.keys()
    assert {name: RECORDED[name]["FileSize"] for name in photographs()} == {
        name: len(data) for name, data in photographs().items()
    }
