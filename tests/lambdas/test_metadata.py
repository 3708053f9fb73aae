"""ExtractMetadata: facts, what is written and what it looks like, within the bounds of the contract."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.ExifTags import Base

from lambdas import metadata
from tests import pictures
from tests.effort import times
from tests.imaging.metadata.packets import CAMERA_FOUND, WRITTEN, jpeg
from tests.lambdas.account import CONTEXT, Account
from workflow import contracts


def found(account: Account, data: bytes) -> dict[str, Any]:
    """Return the step's result for data."""
    return metadata.handler(account.begin(data), CONTEXT)


@pytest.mark.share(2)
@pytest.mark.parametrize("name", pictures.examples_of_formats())
def test_every_picture_has_facts_and_an_appearance(account: Account, name: str) -> None:
    """For a picture of any format and mode, its properties and appearance are returned, and no other values."""
    result = found(account, pictures.examples()[name])
    assert result["properties"]["format"] == name.split(maxsplit=1)[0]
    assert (result["camera"], result["about"]) == ({}, {})
    assert set(result["appearance"]) == {"dominantColor", "blurHash", "perceptualHash"}


def test_everything_that_is_known_is_returned(account: Account) -> None:
    """Facts are those of the upright picture as it was stored, and what is written comes from every source."""
    result = found(account, WRITTEN)
    properties = result["properties"]
    assert (properties["width"], properties["height"], properties["dpi"]) == (*reversed(pictures.SIZE), 300)
    assert result["camera"] == CAMERA_FOUND
    assert result["about"] == {"title": "Title", "keywords": ["one", "two"]}


@pytest.mark.share(1)
@pytest.mark.parametrize("format_name", ["JPEG", "TIFF", "PNG", "WEBP"])
def test_a_large_picture_keeps_its_size(account: Account, format_name: str) -> None:
    """The sample is decoded smaller or turned, but size and the BlurHash's shape are those of the picture."""
    result = found(account, pictures.turned(format_name, 6, (300, 501)))
    assert (result["properties"]["width"], result["properties"]["height"]) == (300, 501)
    assert result["appearance"]["blurHash"].startswith("T")
    assert result["camera"]["orientation"] == 6


def test_appearance_is_that_of_the_whole_picture(account: Account) -> None:
    """The color that covers most of the picture is dominant, wherever it is."""
    image = Image.new("RGB", (320, 320), (200, 20, 10))
    image.paste((10, 20, 200), (0, 120, 320, 320))
    color = found(account, pictures.encoded(image, "PNG"))["appearance"]["dominantColor"]
    assert pictures.close(tuple(bytes.fromhex(color[1:])), (10, 20, 200), tolerance=2)


# EXIF byte by byte: any tag that is read, of any type and count, with any content.
READ = (Base.Make, Base.Artist, Base.Orientation, Base.XResolution, 0x8769, 0x8825, Base.FNumber, Base.ExposureTime)
ENTRIES = st.tuples(
    st.sampled_from(READ) | st.integers(0, 65_535),
    st.integers(0, 18),
    st.integers(0, 4) | st.sampled_from([65_535, 2**32 - 1]),
    st.binary(max_size=32),
)


@settings(max_examples=times(12, 30), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    entries=st.lists(ENTRIES, max_size=6),
    tail=st.binary(max_size=40),
    format_name=st.sampled_from(["JPEG", "PNG", "WEBP"]),
)
def test_result_keeps_its_contract_with_any_exif(
    account: Account, entries: list[Any], tail: bytes, format_name: str
) -> None:
    """No EXIF block makes a sound picture fail, and the result keeps the contract: one bench for all examples."""
    block = pictures.tiff_block([(int(tag), *rest) for tag, *rest in entries]) + tail
    data = pictures.encoded(pictures.quadrants(), format_name, exif=b"Exif\0\0" + block)
    contracts.check("extract-metadata.output", found(account, data))


@settings(max_examples=times(12, 30), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(records=st.binary(min_size=1, max_size=200), packet=st.binary(min_size=1, max_size=200))
def test_result_keeps_its_contract_with_any_packets(account: Account, records: bytes, packet: bytes) -> None:
    """No IPTC records and no XMP packet make a sound picture fail either."""
    contracts.check("extract-metadata.output", found(account, jpeg(records, packet)))
