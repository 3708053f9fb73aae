"""ExtractMetadata: the picture's properties and what its EXIF block tells, within the bounds of the contract."""

from hashlib import sha256
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import ImageCms
from PIL.ExifTags import GPS, Base

from lambdas import metadata
from tests import pictures
from tests.lambdas.bench import CONTEXT, PICTURE, Bench, timeless
from workflow import contracts
from workflow.contracts.errors import ImageRejected, Reason

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
CAMERA: dict[int, Any] = {Base.Make: "Canon", Base.Model: "EOS 40D", Base.Orientation: 6}
EXPOSURE: dict[int, Any] = {Base.ISOSpeedRatings: 100, Base.FNumber: 7.1, Base.DateTimeOriginal: "2008:05:30 15:56:01"}
PLACE: dict[int, Any] = {
    GPS.GPSLatitudeRef: "N",
    GPS.GPSLatitude: (51.0, 30.0, 0.0),
    GPS.GPSLongitudeRef: "W",
    GPS.GPSLongitude: (0.0, 7.0, 39.0),
}
TOLD = {
    "make": "Canon",
    "model": "EOS 40D",
    "orientation": 6,
    "iso": 100,
    "fNumber": 7.1,
    "takenAt": "2008-05-30T15:56:01",
    "gps": {"latitude": 51.5, "longitude": -0.1275},
}


def found(bench: Bench, data: bytes) -> dict[str, Any]:
    """Return what the step finds in data."""
    return metadata.handler(bench.begun(data), CONTEXT)


@pytest.mark.parametrize("name", pictures.examples())
def test_properties_are_those_of_the_picture(bench: Bench, name: str) -> None:
    """Format, size, mode, transparency, frames and digest are those of the file; without EXIF nothing is made up."""
    data = pictures.examples()[name]
    image = pictures.decoded(data)
    told = found(bench, data)
    properties = told["properties"]
    assert properties["format"] == name.split(maxsplit=1)[0]
    assert (properties["width"], properties["height"]) == image.size
    assert properties["alpha"] == name.endswith(("RGBA", "LA"))
    assert properties["frames"] == getattr(image, "n_frames", 1)
    assert (properties["size"], properties["sha256"]) == (len(data), sha256(data).hexdigest())
    assert told["exif"] == {}


@pytest.mark.parametrize("format_name", pictures.CARRY_EXIF)
def test_exif_is_told_from_every_format(bench: Bench, format_name: str) -> None:
    """What the camera wrote is told alike from every format that carries it, with the orientation as it was stored."""
    image = pictures.stored(pictures.quadrants(), 6)
    told = found(bench, pictures.encoded(image, format_name, exif=pictures.exif(CAMERA, EXPOSURE, PLACE)))
    orientation = {"orientation": 1} if format_name == "HEIF" else {}  # the format has its own, and Pillow's is reset
    assert told["exif"] == {**TOLD, **orientation}
    assert (told["properties"]["width"], told["properties"]["height"]) == pictures.SIZE


def test_resolution_and_profile_are_told(bench: Bench) -> None:
    """Dots per inch and the colour profile's name are told where the file has them."""
    told = found(bench, pictures.encoded(pictures.quadrants(), "JPEG", dpi=(300, 300), icc_profile=SRGB))
    assert told["properties"]["dpi"] == 300
    assert "sRGB" in told["properties"]["iccProfile"]


@pytest.mark.parametrize("profile", [b"no profile", SRGB[:100], bytes(200)], ids=["noise", "truncated", "zeros"])
def test_a_broken_profile_is_not_told(bench: Bench, profile: bytes) -> None:
    """A profile that cannot be read has no name, and the picture all its other properties."""
    told = found(bench, pictures.encoded(pictures.quadrants(), "PNG", icc_profile=profile))
    assert "iccProfile" not in told["properties"]


def test_what_was_found_stands_in_the_record(bench: Bench) -> None:
    """The record holds what the step answered, fractions and all, and keeps its contract."""
    event = bench.begun(pictures.encoded(pictures.quadrants(), "JPEG", exif=pictures.exif(CAMERA, EXPOSURE, PLACE)))
    told = metadata.handler(event, CONTEXT)
    assert bench.record(event)["metadata"] == told
    contracts.check("metadata-record", bench.record(event))


def test_run_twice_it_finds_the_same(bench: Bench) -> None:
    """A retry gives the same answer and leaves the same record."""
    event = bench.begun(pictures.examples()["JPEG"])
    first, record = metadata.handler(event, CONTEXT), bench.record(event)
    assert metadata.handler(event, CONTEXT) == first
    assert timeless(bench.record(event)) == timeless(record)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", Reason.EMPTY),
        (b"<html>", Reason.NOT_AN_IMAGE),
        (pictures.animation("GIF", PICTURE.max_frames + 1), Reason.TOO_MANY_FRAMES),
        (pictures.png((60_000, 60_000), b""), Reason.TOO_MANY_PIXELS),
    ],
    ids=["nothing", "a page", "too many frames", "too many pixels"],
)
def test_an_unsound_picture_is_rejected(bench: Bench, data: bytes, reason: Reason) -> None:
    """The step trusts no earlier one with the limits, and notes nothing of a rejected picture."""
    event = bench.begun(data)
    with pytest.raises(ImageRejected) as rejected:
        metadata.handler(event, CONTEXT)
    assert rejected.value.reason == reason
    assert bench.record(event)["steps"] == {}


# EXIF byte by byte: any tag that is read, of any type and count, with any content.
READ = (Base.Make, Base.Artist, Base.Orientation, Base.XResolution, 0x8769, 0x8825, Base.FNumber, Base.ExposureTime)
ENTRIES = st.tuples(
    st.sampled_from(READ) | st.integers(0, 65_535),
    st.integers(0, 18),
    st.integers(0, 4) | st.sampled_from([65_535, 2**32 - 1]),
    st.binary(max_size=32),
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(entries=st.lists(ENTRIES, max_size=6), tail=st.binary(max_size=40))
def test_whatever_the_exif_the_contract_is_kept(bench: Bench, entries: list[Any], tail: bytes) -> None:
    """No EXIF block makes a sound picture fail, and all that is told keeps the contract: one bench for all examples."""
    block = pictures.tiff_block([(int(tag), *rest) for tag, *rest in entries]) + tail
    data = pictures.encoded(pictures.quadrants(), "JPEG", dpi=(72, 72), exif=b"Exif\0\0" + block)
    contracts.check("extract-metadata.output", found(bench, data))
