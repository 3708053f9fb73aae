"""XMP packets in all places of a file, damaged ones, and how much of them is kept."""

import struct
from hashlib import md5

import pytest

from imaging.decoding.picture import open_picture
from imaging.metadata.embedded import read_embedded
from tests import pictures
from tests.hostile.pngs import chunk
from tests.imaging.limits import LIMITS
from tests.imaging.metadata.packets import in_languages, several, xmp

MAIN = b"http://ns.adobe.com/xap/1.0/\0"
EXTENSION = b"http://ns.adobe.com/xmp/extension/\0"
NOTE = 'xmlns:xmpNote="http://ns.adobe.com/xmp/note/" xmpNote:HasExtendedXMP="{}"'
# What ends the packet of a GIF for programs that read it as sub-blocks.
TRAILER = b"\1" + bytes(range(255, -1, -1)) + b"\0"


def about(data: bytes) -> dict[str, object]:
    """Return what people wrote about an image."""
    found: dict[str, object] = read_embedded(open_picture(data, LIMITS))["about"]
    return found


def segment(content: bytes) -> bytes:
    """Write an APP1 segment."""
    return b"\xff\xe1" + struct.pack(">H", len(content) + 2) + content


def jpeg(*contents: bytes) -> bytes:
    """Return a JPEG with APP1 segments."""
    data = pictures.examples()["JPEG"]
    return data[:2] + b"".join(segment(content) for content in contents) + data[2:]


def extended(packet: bytes, *, size: int = 60_000) -> list[bytes]:
    """Return the contents of segments that hold a packet, the main one first."""
    digest = md5(packet, usedforsecurity=False).hexdigest().upper()
    parts = [
        EXTENSION + digest.encode() + struct.pack(">II", len(packet), at) + packet[at : at + size]
        for at in range(0, len(packet), size)
    ]
    return [MAIN + xmp(in_languages("dc:rights", default="Main"), NOTE.format(digest)), *parts]


@pytest.mark.parametrize("size", [500, 60_000])
def test_an_extended_packet_is_read(size: int) -> None:
    """The main packet has its MD5; the segments may come in any order."""
    packet = xmp(
        in_languages("dc:title", default="Extended") + several("dc:subject", *map(str, range(60)), container="Bag")
    )
    main, *parts = extended(packet, size=size)
    found = about(jpeg(main, *reversed(parts)))
    assert (found["title"], found["copyright"]) == ("Extended", "Main")
    assert found["keywords"] == [str(number) for number in range(60)]


def test_an_extended_packet_that_lacks_a_part_is_ignored() -> None:
    """The main one is read."""
    main, *parts = extended(xmp(in_languages("dc:title", default="Extended")), size=100)
    for some in (parts[:-1], parts[1:], [], [parts[0][:-60]]):
        assert about(jpeg(main, *some)) == {"copyright": "Main"}


def test_another_images_extended_packet_is_ignored() -> None:
    """A copy may leave segments behind that belong to a packet before."""
    main, part = extended(xmp(in_languages("dc:title", default="Extended")))
    assert about(jpeg(main, EXTENSION + b"0" * 32 + part[len(EXTENSION) + 32 :])) == {"copyright": "Main"}


def test_the_packet_of_a_gif_is_read() -> None:
    """It lies in an application extension, but not in sub-blocks."""
    data = pictures.examples()["GIF"]
    at = data.index(b"\x2c\0\0\0\0")
    while data[at - 8 : at - 6] == b"\x21\xf9":
        at -= 8
    extension = b"\x21\xff\x0bXMP DataXMP" + xmp(in_languages("dc:title", default="Drawing")) + TRAILER
    assert about(data[:at] + extension + data[at:]) == {"title": "Drawing"}
    assert about(data[:at] + b"\x21\xff\x0bXMP DataXMP\0" + data[at:]) == {}


def test_the_packet_that_imagemagick_writes_into_a_png_is_read() -> None:
    """In hexadecimal, after its name and its length."""
    packet = xmp(in_languages("dc:title", default="Magick"))
    text = f"Raw profile type xmp\0\nxmp\n{len(packet):8}\n{packet.hex()}\n".encode()
    data = pictures.examples()["PNG"]
    assert about(data[:33] + chunk(b"tEXt", text) + data[33:]) == {"title": "Magick"}


@pytest.mark.parametrize("damage", [b"\xff", b"\xc3", b"\xe9t\xe9", b"\x0b", b"\x01", b"\xef\xbf\xbf"])
def test_a_damaged_character_costs_no_other_property(damage: bytes) -> None:
    """Programs write Latin-1 and control characters, which no XML may hold."""
    packet = xmp(in_languages("dc:title", default="Caf?") + in_languages("dc:rights", default="Ann"))
    found = about(jpeg(MAIN + packet.replace(b"?<", damage + b"<")))
    assert found["copyright"] == "Ann"
    assert str(found["title"]).startswith("Caf")


@pytest.mark.parametrize(
    ("length", "cut"), [(1999, None), (2000, None), (2001, ["description"]), (2800, ["description"])]
)
def test_a_caption_is_kept_up_to_the_limit_of_iptc(length: int, cut: list[str] | None) -> None:
    """A longer one is cut, and the metadata say so."""
    found = about(jpeg(MAIN + xmp(in_languages("dc:description", default="x" * length))))
    assert len(str(found["description"])) == min(length, 2000)
    assert found.get("cut") == cut


@pytest.mark.parametrize(("count", "cut"), [(63, None), (64, None), (65, ["keywords"])])
def test_64_keywords_are_kept(count: int, cut: list[str] | None) -> None:
    """More are cut, and the metadata say so."""
    found = about(jpeg(MAIN + xmp(several("dc:subject", *map(str, range(count)), container="Bag"))))
    assert found["keywords"] == [str(number) for number in range(min(count, 64))]
    assert found.get("cut") == cut
