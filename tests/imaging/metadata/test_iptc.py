"""IPTC: records of editors, in any place and encoding, valid or not."""

import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import TiffImagePlugin

from imaging.decoding.picture import open_picture
from imaging.metadata.fields import merge
from imaging.metadata.iptc import Iptc, read_iptc
from tests import pictures
from tests.imaging.limits import LIMITS
from tests.imaging.metadata.packets import RECORDS, digest, jpeg, record, resource, utf8_records, with_segments
from workflow import contracts

SAMPLE = contracts.schema("extract-metadata.output")["examples"][0]
ALL = utf8_records(
    (5, "Títle"),
    (25, "one"),
    (25, "zwei ü"),
    (55, "20030830"),
    (60, "123456+0200"),
    (80, "Jörg"),
    (80, "Ann"),
    (116, "© Jörg"),
    (120, "A caption"),
)
EXPECTED = {
    "camera": {"takenAt": "2003-08-30T12:34:56+02:00"},
    "about": {
        "title": "Títle",
        "description": "A caption",
        "keywords": ["one", "zwei ü"],
        "artist": "Jörg; Ann",
        "copyright": "© Jörg",
        "dateCreated": "2003-08-30T12:34:56+02:00",
    },
}


def read(data: bytes) -> Iptc:
    """Return the metadata in the records of an image."""
    return read_iptc(open_picture(data, LIMITS))


def metadata(records: bytes) -> dict[str, Any]:
    """Return the merged metadata of a JPEG with records."""
    return merge([read(jpeg(records)).source])


def tiff(tag: int, data: bytes, kind: int) -> bytes:
    """Draw a TIFF with data in a tag of that type."""
    directory = TiffImagePlugin.ImageFileDirectory_v2()
    directory.tagtype[tag] = kind
    directory[tag] = data
    return pictures.encoded(pictures.quadrants(), "TIFF", tiffinfo=directory)


def test_every_field_is_read_from_its_record() -> None:
    """Each field of the contract comes from its data set."""
    assert metadata(ALL) == EXPECTED


@pytest.mark.parametrize(
    ("tag", "content"),
    [(0x83BB, ALL + bytes(-len(ALL) % 4)), (0x8649, resource(RECORDS, ALL))],
    ids=["tag", "Photoshop"],
)
@pytest.mark.parametrize("kind", [1, 7])
def test_a_tiff_has_records_in_its_tags(tag: int, content: bytes, kind: int) -> None:
    """The records of a TIFF are in a tag of their own or inside the Photoshop tag."""
    assert merge([read(tiff(tag, content, kind)).source]) == EXPECTED


def test_a_tiff_may_declare_its_records_as_numbers() -> None:
    """Photoshop declares 32-bit integers, which readers ignore."""
    padded = ALL + bytes(-len(ALL) % 4)
    entry = (0x83BB, 4, len(padded) // 4, padded)
    size = [(number, 3, 1, struct.pack("<H", value)) for number, value in ((256, 1), (257, 1), (258, 8), (262, 1))]
    strip = [(number, 4, 1, struct.pack("<I", value)) for number, value in ((273, 8), (278, 1), (279, 1))]
    assert merge([read(pictures.tiff_block([*size, *strip, entry])).source]) == EXPECTED


@pytest.mark.parametrize(
    ("records", "title"),
    [
        (record(5, "Títle".encode()), "Títle"),
        (record(5, "Títle".encode("cp1252")), "Títle"),
        (utf8_records((5, "Títle")), "Títle"),
        (record(90, b"\x1b%G", kind=1) + record(5, "Títle".encode()[:2]), "T\ufffd"),
        (record(90, b"\x1b.A", kind=1) + record(5, "Títle".encode("latin-1")), "Títle"),
        (record(5, b"Title\0\0"), "Title"),
        (record(5, b"first") + record(5, b"second"), "first"),
        (record(5, b"of another record", kind=3), None),
        (record(5, b""), None),
    ],
)
def test_text_is_decoded(records: bytes, title: str | None) -> None:
    """Records that declare UTF-8 are UTF-8; others are UTF-8 if valid, or else Windows-1252."""
    assert metadata(records)["about"].get("title") == title


@pytest.mark.parametrize(
    ("records", "keywords"),
    [
        (b"\x1c\x02\x19\x80\x02\x00\x03one" + record(25, b"two"), ["one", "two"]),
        (b"\x1c\x02\x19\xff\xff\x00\x03one" + record(25, b"two"), None),
        (record(25, b"one") + b"\x1c\x02\x19\x7f\xffcut", ["one"]),
        (record(25, b"one") + b"\x1c\x02\x19\x00", ["one"]),
        (record(25, b"one") + b"\x00" + record(25, b"two"), ["one"]),
        (b"", None),
    ],
    ids=["long size", "endless size", "cut short", "cut in its head", "another byte between", "nothing"],
)
def test_records_are_read_up_to_the_first_invalid_one(records: bytes, keywords: list[str] | None) -> None:
    """Data sets before an invalid one are read, later ones are not."""
    assert metadata(records)["about"].get("keywords") == keywords


@pytest.mark.parametrize(
    ("date", "clock", "taken_at"),
    [
        (b"20030830", b"123456", "2003-08-30T12:34:56"),
        (b"20030830", b"123456-0330", "2003-08-30T12:34:56-03:30"),
        (b"20030830", b"", None),
        (b"00000000", b"000000", None),
        (b"20030231", b"123456", None),
        (b"2003-08-30", b"12:34:56", None),
    ],
)
def test_date_and_time_belong_together(date: bytes, clock: bytes, taken_at: str | None) -> None:
    """Date and time of creation are returned together, or not at all."""
    assert metadata(record(55, date) + record(60, clock))["camera"].get("takenAt") == taken_at


def test_records_may_continue_in_the_next_segment() -> None:
    """Resources that are too long for one segment of a JPEG are joined."""
    whole = resource(0x03EB, bytes(300)) + resource(RECORDS, ALL)
    for cut in (10, 200, 320, len(whole) - 5):
        data = with_segments(pictures.examples()["JPEG"], whole[:cut], whole[cut:])
        assert merge([read(data).source]) == EXPECTED


@pytest.mark.parametrize(
    ("resources", "changed"), [(b"", False), (digest(ALL), False), (digest(b"other records"), True)]
)
def test_a_digest_shows_whether_records_were_changed(resources: bytes, changed: bool) -> None:
    """Records are changed if the digest is not theirs; without a digest they count as unchanged."""
    assert read(jpeg(ALL, resources=resources)).changed is changed


@pytest.mark.parametrize("name", sorted(pictures.examples()))
def test_without_records_nothing_is_returned(name: str) -> None:
    """An image of any format without records has no IPTC metadata."""
    assert read(pictures.examples()[name]) == Iptc(read(pictures.examples()["PNG"]).source, changed=False)
    assert merge([read(pictures.examples()[name]).source]) == {"camera": {}, "about": {}}


DATA_SETS = st.builds(record, st.integers(0, 255), st.binary(max_size=80), kind=st.integers(0, 9))
HEADS = st.builds(
    lambda kind, number, size: struct.pack(">BBBH", 0x1C, kind, number, size),
    st.integers(0, 9),
    st.integers(0, 255),
    st.integers(0, 65535),
)


@given(parts=st.lists(DATA_SETS | HEADS | st.binary(max_size=20), max_size=8))
def test_any_records_keep_the_contract(parts: list[bytes]) -> None:
    """Records of any bytes raise nothing, and the result keeps the contract."""
    contracts.check("extract-metadata.output", SAMPLE | metadata(b"".join(parts)))


@given(
    parts=st.lists(
        st.builds(resource, st.integers(0, 65535), st.binary(max_size=40)) | st.binary(max_size=20), max_size=5
    )
)
def test_any_resources_raise_nothing(parts: list[bytes]) -> None:
    """Photoshop resources of any bytes raise nothing."""
    picture = open_picture(pictures.examples()["JPEG"], LIMITS)
    vars(picture.image)["applist"] = [("APP13", b"Photoshop 3.0\0" + b"".join(parts))]
    assert isinstance(read_iptc(picture), Iptc)
