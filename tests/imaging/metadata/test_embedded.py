"""Embedded metadata: EXIF, IPTC and XMP of every format, and their order of precedence."""

from typing import Any

import pytest
from PIL.ExifTags import Base
from PIL.PngImagePlugin import PngInfo

from imaging.decoding.picture import open_picture
from imaging.metadata.embedded import read_embedded
from tests import pictures
from tests.imaging.limits import LIMITS
from tests.imaging.metadata.packets import (
    CAMERA_FOUND,
    camera_block,
    digest,
    in_languages,
    jpeg,
    record,
    several,
    utf8_records,
    xmp,
)

PACKET = xmp(
    several("dc:subject", "of XMP")
    + several("dc:creator", "Xavier")
    + in_languages("dc:title", default="Title of XMP"),
    'dc:description="Caption of XMP" dc:rights="Rights of XMP" tiff:Make="Leica" photoshop:DateCreated="2012-12-12T12:12:12"',
)
RECORDS = utf8_records(
    (5, "Title of IPTC"),
    (25, "of IPTC"),
    (80, "Iris"),
    (116, "Rights of IPTC"),
    (120, "Caption of IPTC"),
    (55, "20111111"),
    (60, "111111"),
)
BLOCK = pictures.exif(
    {Base.ImageDescription: "Caption of EXIF", Base.Artist: "Ed", Base.Copyright: "Rights of EXIF", Base.Make: "Canon"},
    {Base.DateTimeOriginal: "2010:10:10 10:10:10"},
)
OF_XMP = {
    "dateCreated": "2012-12-12T12:12:12",
    "title": "Title of XMP",
    "description": "Caption of XMP",
    "keywords": ["of XMP"],
    "artist": "Xavier",
    "copyright": "Rights of XMP",
}
OF_IPTC = {
    "dateCreated": "2011-11-11T11:11:11",
    "title": "Title of IPTC",
    "description": "Caption of IPTC",
    "keywords": ["of IPTC"],
    "artist": "Iris",
    "copyright": "Rights of IPTC",
}
OF_EXIF = {"description": "Caption of EXIF", "artist": "Ed", "copyright": "Rights of EXIF"}


def found(data: bytes) -> dict[str, Any]:
    """Return the embedded metadata of the image in data."""
    return read_embedded(open_picture(data, LIMITS))


@pytest.mark.parametrize("format_name", pictures.CARRY_EXIF)
def test_exif_is_read_from_every_format(format_name: str) -> None:
    """EXIF is the same from every format; the orientation is that of the file, even if it is applied."""
    image = pictures.stored(pictures.quadrants(), 6)
    data = pictures.encoded(image, format_name, exif=camera_block())
    assert found(data) == {"camera": CAMERA_FOUND, "about": {}}


@pytest.mark.parametrize("format_name", pictures.CARRY_EXIF)
def test_xmp_is_read_from_every_format(format_name: str) -> None:
    """XMP is the same from every format that can hold it."""
    info = PngInfo()
    info.add_itxt("XML:com.adobe.xmp", PACKET.decode())
    options: dict[str, dict[str, Any]] = {"PNG": {"pnginfo": info}, "TIFF": {"tiffinfo": {700: PACKET}}}
    data = pictures.encoded(pictures.quadrants(), format_name, **options.get(format_name, {"xmp": PACKET}))
    assert found(data) == {"camera": {"make": "Leica", "takenAt": "2012-12-12T12:12:12"}, "about": OF_XMP}


def test_metadata_behind_the_pixels_of_a_png_is_read() -> None:
    """A PNG may have its XMP packet and its texts after the pixels."""
    info = PngInfo()
    info.add_itxt("XML:com.adobe.xmp", PACKET.decode())
    info.add_text("Software", "GIMP")
    data = pictures.encoded(pictures.quadrants(), "PNG", pnginfo=info)
    start, pixels, end = data.index(b"iTXt") - 4, data.index(b"IDAT") - 4, data.index(b"IEND") - 4
    behind = data[:start] + data[pixels:end] + data[start:pixels] + data[end:]
    assert found(behind) == found(data)
    assert found(behind)["camera"]["software"] == "GIMP"


@pytest.mark.parametrize(
    ("data", "about", "taken"),
    [
        (jpeg(RECORDS, PACKET, exif=BLOCK), OF_XMP | OF_EXIF, 2010),
        (jpeg(RECORDS, PACKET), OF_XMP, 2012),
        (jpeg(RECORDS, PACKET, digest(RECORDS)), OF_XMP, 2012),
        (jpeg(RECORDS, PACKET, digest(b"other")), OF_IPTC, 2011),
        (jpeg(RECORDS, PACKET, digest(b"other"), exif=BLOCK), OF_IPTC | OF_EXIF, 2010),
        (jpeg(RECORDS, exif=BLOCK), OF_IPTC | OF_EXIF, 2010),
        (jpeg(RECORDS), OF_IPTC, 2011),
        (jpeg(record(25, b"of IPTC"), xmp(attributes='dc:title="Title of XMP"'), exif=BLOCK), None, 2010),
    ],
    ids=["all", "no EXIF", "agreeing", "changed", "changed with EXIF", "no XMP", "IPTC alone", "a field each"],
)
def test_where_sources_differ_the_first_counts(data: bytes, about: dict[str, Any] | None, taken: int) -> None:
    """EXIF comes before XMP and XMP before IPTC; but IPTC before XMP if its digest shows that it is newer."""
    fields = found(data)
    assert fields["about"] == (about or OF_EXIF | {"keywords": ["of IPTC"], "title": "Title of XMP"})
    assert fields["camera"]["takenAt"].startswith(str(taken))


def test_blanks_in_exif_do_not_count() -> None:
    """Cameras fill the description with blanks, which hide no caption."""
    block = pictures.exif({Base.ImageDescription: " " * 31, Base.Artist: "\0" * 8})
    about = found(jpeg(RECORDS, PACKET, exif=block))["about"]
    assert (about["description"], about["artist"]) == ("Caption of XMP", "Xavier")


def test_windows_tags_come_last() -> None:
    """The tags of Windows Explorer are used where no standard tag has a value."""
    tags: dict[int, Any] = {
        Base.XPTitle: "Title of Windows\0".encode("utf-16-le"),
        Base.XPKeywords: "a;b\0".encode("utf-16-le"),
    }
    assert found(jpeg(exif=pictures.exif(tags)))["about"] == {"title": "Title of Windows", "keywords": ["a", "b"]}
    assert found(jpeg(packet=PACKET, exif=pictures.exif(tags)))["about"] == OF_XMP


def test_texts_of_a_png_are_read() -> None:
    """Texts with keywords of the standard are used where nothing else has a value; other texts are ignored."""
    info = PngInfo()
    for keyword, text in {
        "Title": "Title of PNG",
        "Author": "Piet",
        "Description": "Caption of PNG",
        "Copyright": "Rights of PNG",
        "Software": "GIMP",
        "Comment": "nothing",
        "xmp": "nothing",
        "original_orientation": "6",
        "photoshop": "nothing",
    }.items():
        info.add_text(keyword, text)
    about = {"title": "Title of PNG", "description": "Caption of PNG", "artist": "Piet", "copyright": "Rights of PNG"}
    data = pictures.encoded(pictures.quadrants(), "PNG", pnginfo=info)
    assert found(data) == {"camera": {"software": "GIMP"}, "about": about}


@pytest.mark.parametrize("name", pictures.examples())
def test_without_metadata_nothing_is_returned(name: str) -> None:
    """An image of any format and mode without EXIF, IPTC and XMP has no embedded metadata."""
    assert found(pictures.examples()[name]) == {"camera": {}, "about": {}}


def test_a_comment_is_no_description() -> None:
    """The comment of a camera or program is not a description."""
    block = pictures.exif({}, {Base.UserComment: b"ASCII\0\0\0A comment"})
    data = pictures.encoded(pictures.quadrants(), "JPEG", exif=block, comment="A comment")
    assert found(data)["about"] == {}


@pytest.mark.parametrize("kind", [1, 2, 3, 4, 5, 7, 9, 10, 11, 12])
@pytest.mark.parametrize("count", [0, 1, 3])
def test_an_artist_of_any_type_does_no_harm(kind: int, count: int) -> None:
    """An artist that the file gives as a number, a fraction or nothing is a clean text, or absent."""
    block = pictures.tiff_block([(Base.Artist, kind, count, b"\x41" * 8 * count)])
    source = pictures.encoded(pictures.quadrants(), "JPEG", exif=b"Exif\0\0" + block)
    artist = read_embedded(open_picture(source, LIMITS))["about"].get("artist", "")
    assert set(artist) <= {"A"}
