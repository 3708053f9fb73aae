"""What renditions keep to themselves: everything the camera and the client wrote, but whose picture it is."""

from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base
from PIL.PngImagePlugin import PngInfo

from imaging.decoding.picture import Picture, open_picture
from imaging.rendering.rendition import Rendition, crop_thumbnail, resize_to_edges
from tests import pictures
from tests.imaging.limits import LIMITS
from tests.imaging.metadata import packets

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

Make = Callable[[Picture, int, int], Rendition]


def resize(picture: Picture, edge: int, quality: int) -> Rendition:
    """Fit picture inside edge."""
    return resize_to_edges(picture, [edge], quality)[edge]


both = pytest.mark.parametrize("make", [resize, crop_thumbnail])


def exif() -> Image.Exif:
    """Make a block with everything in it that a camera writes."""
    position: dict[int, Any] = {GPS.GPSLatitudeRef: "N", GPS.GPSLatitude: (51.0, 30.0, 0.0)}
    return pictures.exif(FULL, {Base.UserComment: SECRET.encode(), Base.LensModel: SECRET}, position)


def options(format_name: str) -> dict[str, Any]:
    """Return all that format_name can carry beside the pixels."""
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


def made(make: Make, data: bytes) -> bytes:
    """Return the file that make gives of data, 30 pixels wide."""
    return make(open_picture(data, LIMITS), 30, 90).data


@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "WEBP", "GIF", "TIFF", "AVIF", "HEIF"])
@both
def test_only_artist_and_copyright_are_kept(make: Make, format_name: str) -> None:
    """No position, camera, comment or orientation leaves with a rendition; whose picture it is does."""
    source = pictures.encoded(pictures.quadrants(), format_name, **options(format_name))
    assert SECRET.encode() in source
    data = made(make, source)
    kept = pictures.decoded(data).getexif()
    assert dict(kept) == ({} if format_name == "GIF" else {Base.Artist: ARTIST, Base.Copyright: COPYRIGHT})
    assert not kept.get_ifd(IFD.GPSInfo)
    assert b"secret" not in data


@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_a_rendition_as_large_as_its_original_keeps_no_more(format_name: str) -> None:
    """A picture that is not resampled is stripped like any other."""
    source = pictures.encoded(pictures.quadrants(), format_name, **options(format_name))
    assert b"secret" not in resize(open_picture(source, LIMITS), 5000, 90).data


def test_each_name_is_looked_for_where_exif_has_none() -> None:
    """An artist in EXIF does not hide a copyright in XMP, and blanks are no name."""
    packet = packets.xmp(packets.in_languages("dc:rights", default="(c) Jörg"))
    block = pictures.exif({Base.Artist: "Ann", Base.Copyright: "   "})
    kept = pictures.decoded(
        made(resize, pictures.encoded(pictures.quadrants(), "JPEG", exif=block, xmp=packet))
    ).getexif()
    assert {tag: kept[tag].encode("latin-1").decode() for tag in kept} == {
        Base.Artist: "Ann",
        Base.Copyright: "(c) Jörg",
    }


@pytest.mark.parametrize("name", pictures.examples())
@both
def test_nothing_is_made_up(make: Make, name: str) -> None:
    """A picture without EXIF has renditions without any."""
    assert not pictures.decoded(made(make, pictures.examples()[name])).getexif()


@pytest.mark.parametrize(
    "end", [b"\xff\xd9<?php echo 1; ?>", b"<script>alert(1)</script>"], ids=["after the end", "at once"]
)
def test_what_follows_the_picture_is_left_behind(end: bytes) -> None:
    """Bytes behind a picture's end do not reach its renditions."""
    assert end[4:] not in made(resize, pictures.examples()["JPEG"] + end)


@pytest.mark.parametrize(
    "name", ["Jörg Ökonom".encode(), "Jörg".encode("latin-1"), "撮影者".encode()], ids=["UTF-8", "Latin-1", "Japanese"]
)
@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "WEBP"])
def test_names_in_any_script_are_kept(format_name: str, name: bytes) -> None:
    """An artist's name reaches the rendition byte for byte, however the camera encoded it."""
    block = pictures.tiff_block([(Base.Artist, 2, len(name) + 1, name + b"\0")])
    source = pictures.encoded(pictures.quadrants(), format_name, exif=header(format_name) + block)
    assert pictures.decoded(made(resize, source)).getexif()[Base.Artist].encode("latin-1") == name


@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_names_from_xmp_are_kept_where_exif_has_none(format_name: str) -> None:
    """Whose picture it is stays with the rendition, whichever block says so."""
    words = packets.several("dc:creator", "Jörg Ökonom", container="Seq") + packets.in_languages(
        "dc:rights", default="(c) Jörg"
    )
    packet = packets.xmp(words)
    texts = PngInfo()
    texts.add_itxt("XML:com.adobe.xmp", packet.decode())
    carried: dict[str, Any] = {"PNG": {"pnginfo": texts}, "TIFF": {"tiffinfo": {700: packet}}}
    source = pictures.encoded(pictures.quadrants(), format_name, **carried.get(format_name, {"xmp": packet}))
    kept = pictures.decoded(made(resize, source)).getexif()
    names = {tag: kept[tag].encode("latin-1").decode() for tag in kept}
    assert names == {Base.Artist: "Jörg Ökonom", Base.Copyright: "(c) Jörg"}


def test_names_from_iptc_are_kept_where_exif_has_none() -> None:
    """A by-line that an editor wrote is an artist's name."""
    data = packets.jpeg(records=packets.utf8_records((80, "Jörg Ökonom")))
    assert pictures.decoded(made(resize, data)).getexif()[Base.Artist].encode("latin-1").decode() == "Jörg Ökonom"


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "<?php system($_GET[0]); ?>", "Ann <ann@example.org>"])
@both
def test_no_name_is_a_script(make: Make, name: str) -> None:
    """A name is kept, but its angle brackets become round ones, so that no server or page takes it for code."""
    data = made(make, pictures.encoded(pictures.quadrants(), "JPEG", exif=pictures.exif({Base.Artist: name})))
    kept = pictures.decoded(data).getexif()[Base.Artist]
    assert kept == name.replace("<", "(").replace(">", ")")
    assert not any(start in data for start in (b"<script", b"<?php", b"<ann"))


@pytest.mark.parametrize("kind", [1, 2, 3, 4, 5, 7, 9, 10, 11, 12])
@pytest.mark.parametrize("count", [0, 1, 3])
@both
def test_an_artist_of_any_type_does_no_harm(make: Make, kind: int, count: int) -> None:
    """A name that the file says is a number, a fraction or nothing is no reason to fail."""
    block = pictures.tiff_block([(Base.Artist, kind, count, b"\x41" * 8 * count)])
    source = pictures.encoded(pictures.quadrants(), "JPEG", exif=header("JPEG") + block)
    assert pictures.decoded(made(make, source)).size


def test_a_name_as_long_as_a_book_is_cut() -> None:
    """A copyright notice that no JPEG has room for is shortened, and the picture made all the same."""
    source = pictures.encoded(pictures.quadrants(), "TIFF", exif=pictures.exif({Base.Copyright: "long " * 20_000}))
    kept = pictures.decoded(made(resize, source)).getexif()[Base.Copyright]
    assert kept.startswith("long long")
    assert len(kept) < len(source)


def header(format_name: str) -> bytes:
    """Return what stands before an EXIF block in a JPEG."""
    return b"Exif\0\0" if format_name == "JPEG" else b""
