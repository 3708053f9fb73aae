"""Renditions hold no metadata of the original, only the artist and the copyright that they are given."""

from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base
from PIL.PngImagePlugin import PngInfo

from imaging.decoding.picture import Picture, open_picture
from imaging.metadata.sanitize import MAX_TEXT
from imaging.rendering.authorship import MAX_BYTES, UNKNOWN, Authorship
from imaging.rendering.rendition import Rendition, crop_thumbnail, resize_to_edges
from tests import pictures
from tests.imaging.limits import LIMITS

ARTIST, COPYRIGHT = "Ann Author", "(c) Ann Author"
SECRET = "<script>secret</script>"
XMP = f"<x:xmpmeta xmlns:x='adobe:ns:meta/'>{SECRET}</x:xmpmeta>".encode()
FULL: dict[int, Any] = {
    Base.Artist: ARTIST,
    Base.Copyright: COPYRIGHT,
    Base.Make: SECRET,
    Base.ImageDescription: SECRET,
    Base.Software: SECRET,
    Base.Orientation: 6,
}

AUTHORSHIP = Authorship(ARTIST, COPYRIGHT)
PLAIN = pictures.examples()["JPEG"]

Make = Callable[[Picture, int, int, Authorship], Rendition]


def resize(picture: Picture, edge: int, quality: int, authorship: Authorship = UNKNOWN) -> Rendition:
    """Fit picture inside edge."""
    return resize_to_edges(picture, [edge], quality, authorship)[edge]


both = pytest.mark.parametrize("make", [resize, crop_thumbnail])


def exif() -> Image.Exif:
    """Make an EXIF block with everything that a camera writes."""
    position: dict[int, Any] = {GPS.GPSLatitudeRef: "N", GPS.GPSLatitude: (51.0, 30.0, 0.0)}
    return pictures.exif(FULL, {Base.UserComment: SECRET.encode(), Base.LensModel: SECRET}, position)


def options(format_name: str) -> dict[str, Any]:
    """Return all metadata that format_name can hold."""
    texts = PngInfo()
    texts.add_text("Comment", SECRET)
    texts.add_itxt("XML:com.adobe.xmp", XMP.decode())
    carried: dict[str, dict[str, Any]] = {
        "JPEG": {"exif": exif(), "xmp": XMP, "comment": SECRET},
        "PNG": {"exif": exif(), "pnginfo": texts},
        "WEBP": {"exif": exif(), "xmp": XMP},
        "GIF": {"comment": SECRET.encode()},
        "TIFF": {"exif": exif()},
        "AVIF": {"exif": exif(), "xmp": XMP},
        "HEIF": {"exif": exif(), "xmp": XMP},
    }
    return carried[format_name]


def made(make: Make, data: bytes, authorship: Authorship = UNKNOWN) -> bytes:
    """Return the file that make gives of data, 30 pixels wide."""
    return make(open_picture(data, LIMITS), 30, 90, authorship).data


def kept_text(data: bytes, tag: int) -> str:
    """Return the text of an EXIF tag of the file data, which Pillow reads as Latin-1."""
    return str(pictures.decoded(data).getexif()[tag]).encode("latin-1").decode()


@pytest.mark.share(3)
@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "WEBP", "GIF", "TIFF", "AVIF", "HEIF"])
@both
def test_only_artist_and_copyright_are_kept(make: Make, format_name: str) -> None:
    """A rendition has no position, camera, comment or orientation; it has the artist and the copyright that are given."""
    source = pictures.encoded(pictures.quadrants(), format_name, **options(format_name))
    assert SECRET.encode() in source
    data = made(make, source, AUTHORSHIP)
    kept = pictures.decoded(data).getexif()
    assert dict(kept) == {Base.Artist: ARTIST, Base.Copyright: COPYRIGHT}
    assert not kept.get_ifd(IFD.GPSInfo)
    assert b"secret" not in data


@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_a_rendition_as_large_as_its_original_keeps_no_more(format_name: str) -> None:
    """An image that is not resampled is stripped, too."""
    source = pictures.encoded(pictures.quadrants(), format_name, **options(format_name))
    assert b"secret" not in resize(open_picture(source, LIMITS), 5000, 90).data


@pytest.mark.share(12)
@pytest.mark.parametrize("name", pictures.examples())
@both
def test_without_authorship_there_is_no_exif(make: Make, name: str) -> None:
    """Where neither artist nor copyright is known, a rendition has no EXIF."""
    assert not pictures.decoded(made(make, pictures.examples()[name])).getexif()


@pytest.mark.parametrize(
    "end", [b"\xff\xd9<?php echo 1; ?>", b"<script>alert(1)</script>"], ids=["after the end", "at once"]
)
def test_bytes_behind_the_image_are_left_out(end: bytes) -> None:
    """Bytes behind the end of an image do not reach its renditions."""
    assert end[4:] not in made(resize, pictures.examples()["JPEG"] + end)


@pytest.mark.parametrize("name", ["Jörg Ökonom", "撮影者"])
@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "WEBP"])
def test_names_in_any_script_are_kept(format_name: str, name: str) -> None:
    """Names are written in UTF-8."""
    source = pictures.encoded(pictures.quadrants(), format_name)
    assert kept_text(made(resize, source, Authorship(artist=name)), Base.Artist) == name


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "<?php system($_GET[0]); ?>", "Ann <ann@example.org>"])
@both
def test_no_name_is_a_script(make: Make, name: str) -> None:
    """Angle brackets in a name become round ones, so that no server or page takes it for code."""
    data = made(make, pictures.encoded(pictures.quadrants(), "JPEG"), Authorship(artist=name))
    assert kept_text(data, Base.Artist) == name.replace("<", "(").replace(">", ")")
    assert not any(start in data for start in (b"<script", b"<?php", b"<ann"))


def test_longest_text_of_the_metadata_is_kept_whole() -> None:
    """256 characters, the most that ExtractMetadata returns, fit in any script: 4 bytes each."""
    longest = "\N{DESERET CAPITAL LETTER LONG I}" * MAX_TEXT
    assert kept_text(made(resize, PLAIN, Authorship(longest, longest)), Base.Copyright) == longest


@pytest.mark.parametrize("letter", ["a", "ö", "撮", "\N{DESERET CAPITAL LETTER LONG I}"])
def test_a_longer_text_is_cut_between_characters(letter: str) -> None:
    """A text of more bytes than the limit is shortened, and no character is cut in two."""
    kept = kept_text(made(resize, PLAIN, Authorship(copyright="(c) " + letter * 20_000)), Base.Copyright)
    assert kept == "(c) " + letter * ((MAX_BYTES - 4) // len(letter.encode()))


def test_half_a_surrogate_pair_is_no_fault() -> None:
    """A text that has no encoding, which JSON can carry, is written with a question mark."""
    assert kept_text(made(resize, PLAIN, Authorship(artist="Ann \ud800")), Base.Artist) == "Ann ?"
