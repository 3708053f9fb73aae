"""Manifests of C2PA (Content Credentials): the metadata of every format that can hold one name it."""

import struct

import pytest

from imaging.decoding.picture import open_picture
from imaging.metadata.properties import read_properties
from tests import pictures
from tests.hostile.gifs import chain
from tests.hostile.heif_files import box
from tests.hostile.pngs import chunk
from tests.imaging.limits import LIMITS

JUMBF = box(b"jumb", box(b"jumd", b"c2pa\0\x11\0\x10\x80\0\0\xaa\0\x38\x9b\x71\3c2pa\0"))
UUID = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")


def plain(name: str) -> bytes:
    """Return an image in a format."""
    return pictures.examples()[name]


def with_manifest(name: str) -> bytes:
    """Return an image with a manifest where its format has it (C2PA 2.2, appendix A.3)."""
    data = plain(name)
    if name == "JPEG":
        content = b"JP" + struct.pack(">HI", 1, 1) + JUMBF
        return data[:2] + struct.pack(">BBH", 0xFF, 0xEB, len(content) + 2) + content + data[2:]
    if name == "PNG":
        return data[:33] + chunk(b"caBX", JUMBF) + data[33:]
    if name == "WEBP":
        part = b"C2PA" + struct.pack("<I", len(JUMBF)) + JUMBF + bytes(len(JUMBF) % 2)
        return data[:4] + struct.pack("<I", len(data) - 8 + len(part)) + data[8:] + part
    if name == "GIF":
        return data[:-1] + b"\x21\xff\x0bC2PA_GIF\1\0\0" + chain(JUMBF) + b";"
    if name == "TIFF":
        return pictures.encoded(pictures.quadrants(), "TIFF", tiffinfo={52545: JUMBF})
    return data + box(b"uuid", UUID, bytes(4), b"manifest\0", bytes(8), JUMBF)


@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP", "GIF", "TIFF", "AVIF", "HEIF"])
def test_a_manifest_is_named(name: str) -> None:
    """It is not verified: whoever needs that has the original."""
    assert read_properties(open_picture(with_manifest(name), LIMITS))["provenance"] == "C2PA"
    assert "provenance" not in read_properties(open_picture(plain(name), LIMITS))


def test_other_boxes_in_a_jpeg_are_no_manifest() -> None:
    """JUMBF is used for other things, too."""
    data = with_manifest("JPEG").replace(b"jumdc2pa", b"jumdjson")
    assert "provenance" not in read_properties(open_picture(data, LIMITS))
