"""ExtractMetadata: facts, what is written and what it looks like, within the bounds of the contract."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.ExifTags import GPS, Base

from imaging.errors import Reason
from lambdas import metadata
from tests import pictures
from tests.imaging.metadata.packets import jpeg, utf8_records, xmp
from tests.lambdas.bench import CONTEXT, PICTURE, Bench, timeless
from workflow import contracts
from workflow.contracts.errors import ImageRejected

CAMERA: dict[int, Any] = {Base.Make: "Canon", Base.Model: "EOS 40D", Base.Orientation: 6}
EXPOSURE: dict[int, Any] = {Base.ISOSpeedRatings: 100, Base.FNumber: 7.1, Base.DateTimeOriginal: "2008:05:30 15:56:01"}
PLACE: dict[int, Any] = {
    GPS.GPSLatitudeRef: "N",
    GPS.GPSLatitude: (51.0, 30.0, 0.0),
    GPS.GPSLongitudeRef: "W",
    GPS.GPSLongitude: (0.0, 7.0, 39.0),
}
WRITTEN = jpeg(
    utf8_records((25, "one"), (25, "two")),
    xmp(attributes='dc:title="Title"'),
    exif=pictures.exif(CAMERA, EXPOSURE, PLACE),
    dpi=(300, 300),
)


def found(bench: Bench, data: bytes) -> dict[str, Any]:
    """Return what the step finds in data."""
    return metadata.handler(bench.begun(data), CONTEXT)


@pytest.mark.parametrize("name", pictures.examples_of_formats())
def test_every_picture_has_facts_and_an_appearance(bench: Bench, name: str) -> None:
    """Of a picture of any format and mode what it is and what it looks like are told, and nothing is made up."""
    told = found(bench, pictures.examples()[name])
    assert told["properties"]["format"] == name.split(maxsplit=1)[0]
    assert (told["camera"], told["about"]) == ({}, {})
    assert set(told["appearance"]) == {"dominantColor", "blurHash", "perceptualHash"}


def test_all_that_is_known_is_told(bench: Bench) -> None:
    """Facts are those of the upright picture as it was stored, and what is written comes from every source."""
    told = found(bench, WRITTEN)
    properties = told["properties"]
    assert (properties["width"], properties["height"], properties["dpi"]) == (*reversed(pictures.SIZE), 300)
    assert told["camera"] == {
        "make": "Canon",
        "model": "EOS 40D",
        "orientation": 6,
        "iso": 100,
        "fNumber": 7.1,
        "takenAt": "2008-05-30T15:56:01",
        "gps": {"latitude": 51.5, "longitude": -0.1275},
    }
    assert told["about"] == {"title": "Title", "keywords": ["one", "two"]}


@pytest.mark.parametrize("format_name", ["JPEG", "TIFF", "PNG", "WEBP"])
def test_a_large_picture_keeps_its_size(bench: Bench, format_name: str) -> None:
    """What is sampled is decoded smaller or turned, but size, and the blur's shape, are the picture's own."""
    told = found(bench, pictures.turned(format_name, 6, (300, 501)))
    assert (told["properties"]["width"], told["properties"]["height"]) == (300, 501)
    assert told["appearance"]["blurHash"].startswith("T")
    assert told["camera"]["orientation"] == 6


def test_the_appearance_is_that_of_the_whole_picture(bench: Bench) -> None:
    """The colour that covers most of the picture is dominant, wherever it is."""
    image = Image.new("RGB", (320, 320), (200, 20, 10))
    image.paste((10, 20, 200), (0, 120, 320, 320))
    colour = found(bench, pictures.encoded(image, "PNG"))["appearance"]["dominantColor"]
    assert pictures.close(tuple(bytes.fromhex(colour[1:])), (10, 20, 200), tolerance=2)


def test_what_was_found_stands_in_the_record(bench: Bench) -> None:
    """The record holds what the step answered, fractions and all, and keeps its contract."""
    event = bench.begun(WRITTEN)
    told = metadata.handler(event, CONTEXT)
    assert bench.record(event)["metadata"] == told
    contracts.check("metadata-record", bench.record(event))


def test_run_twice_it_finds_the_same(bench: Bench) -> None:
    """A retry gives the same answer and leaves the same record."""
    event = bench.begun(WRITTEN)
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
        (pictures.examples()["JPEG"][:-200], Reason.TRUNCATED),
    ],
    ids=["nothing", "a page", "too many frames", "too many pixels", "half a picture"],
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
@given(
    entries=st.lists(ENTRIES, max_size=6),
    tail=st.binary(max_size=40),
    format_name=st.sampled_from(["JPEG", "PNG", "WEBP"]),
)
def test_whatever_the_exif_the_contract_is_kept(
    bench: Bench, entries: list[Any], tail: bytes, format_name: str
) -> None:
    """No EXIF block makes a sound picture fail, and all that is told keeps the contract: one bench for all examples."""
    block = pictures.tiff_block([(int(tag), *rest) for tag, *rest in entries]) + tail
    data = pictures.encoded(pictures.quadrants(), format_name, exif=b"Exif\0\0" + block)
    contracts.check("extract-metadata.output", found(bench, data))


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(records=st.binary(min_size=1, max_size=200), packet=st.binary(min_size=1, max_size=200))
def test_whatever_the_packets_the_contract_is_kept(bench: Bench, records: bytes, packet: bytes) -> None:
    """No IPTC records and no XMP packet make a sound picture fail either."""
    contracts.check("extract-metadata.output", found(bench, jpeg(records, packet)))
