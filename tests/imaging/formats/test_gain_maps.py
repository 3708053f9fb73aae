"""Gain maps for HDR: the base image is the image, the map is no frame, and the metadata name it."""

import struct

import pytest

from imaging.decoding.picture import open_picture
from imaging.metadata.properties import read_properties
from tests import pictures
from tests.imaging.limits import LIMITS

XMP = b"http://ns.adobe.com/xap/1.0/\0"
APPLE = XMP + b'<x apdi:AuxiliaryImageType="urn:com:apple:photo:2020:aux:hdrgainmap"/>'
OLD_APPLE = XMP + b'<x xmlns:HDRGainMap="http://ns.apple.com/HDRGainMap/1.0/"/>'
ULTRA_HDR = XMP + b'<x hdrgm:Version="1.0" hdrgm:GainMapMax="3"/>'
ISO = b"urn:iso:std:iso:ts:21496:-1\0" + bytes(20)
MATTE = XMP + b'<x apdi:AuxiliaryImageType="urn:com:apple:photo:2018:aux:portraiteffectsmatte"/>'


def segment(marker: int, content: bytes) -> bytes:
    """Write a segment of a JPEG."""
    return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content


def two_images(*, first: bytes = b"", second: bytes = b"") -> bytes:
    """Return an MPO of two images, each with a segment of metadata."""
    plain = pictures.animation("MPO", 2)
    start = plain.index(b"\xff\xd8\xff", 1000)
    index = plain.index(b"MPF\0") + 4
    (offset,) = struct.unpack_from("<I", plain, plain.index(struct.pack("<I", start - index)))
    head = plain[:start].replace(struct.pack("<I", offset), struct.pack("<I", offset + len(first)))
    scan = head.index(b"\xff\xdb")
    return head[:scan] + first + head[scan:] + plain[start : start + 2] + second + plain[start + 2 :]


@pytest.mark.parametrize("content", [APPLE, OLD_APPLE, ISO, ULTRA_HDR])
def test_a_gain_map_in_the_second_image_is_no_frame(content: bytes) -> None:
    """Its own metadata say what it is."""
    picture = open_picture(two_images(second=segment(0xE1, content)), LIMITS)
    assert picture.frames == 1
    assert read_properties(picture)["hdrGainMap"] is True


@pytest.mark.parametrize("content", [ULTRA_HDR, ISO])
def test_a_first_image_may_say_that_the_second_is_a_gain_map(content: bytes) -> None:
    """The map itself may say nothing."""
    picture = open_picture(two_images(first=segment(0xE1, content)), LIMITS)
    assert picture.frames == 1
    assert read_properties(picture)["hdrGainMap"] is True


def test_another_map_is_no_frame_either() -> None:
    """A matte or a depth map belongs to the first image, but is no gain map."""
    picture = open_picture(two_images(second=segment(0xE1, MATTE)), LIMITS)
    assert picture.frames == 1
    assert "hdrGainMap" not in read_properties(picture)


def test_two_images_are_two_frames() -> None:
    """An MPO of a stereo camera has no map."""
    picture = open_picture(two_images(), LIMITS)
    assert picture.frames == 2
    assert "hdrGainMap" not in read_properties(picture)
