"""The bytes of renditions: small for their pixels, sharp where colors are fine, and lossless where the original is."""

from functools import cache
from io import BytesIO
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageDraw, JpegImagePlugin
from PIL.ExifTags import Base

from imaging.decoding.picture import open_picture
from imaging.rendering.authorship import Authorship
from imaging.rendering.chroma import subsampling
from imaging.rendering.encode import PHOTOGRAPHIC
from imaging.rendering.rendition import crop_thumbnail, resize_to_edges
from tests import pictures
from tests.imaging.limits import LIMITS
from tests.imaging.rendering.test_jpeg import smooth
from tests.imaging.rendering.test_png import drawing

Image.init()
SMALL = 160
HEADER = 18  # bytes of an extended WebP
SAMPLING = {"4:4:4": 0, "4:2:2": 1, "4:2:0": 2}


@cache
def photograph() -> Image.Image:
    """Draw what a camera sees: noise in the light, and colors that change slowly."""
    light = smooth("L").resize((512, 384))
    slopes = (Image.linear_gradient("L").rotate(turn).resize(light.size) for turn in (0, 90))
    return Image.merge("YCbCr", (light, *slopes)).convert("RGB")


def red_lines(size: tuple[int, int] = (320, 240)) -> Image.Image:
    """Draw red lines of one pixel, as text has them."""
    image = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(image)
    for x in range(5, size[0], 41):
        draw.line((x, 0, x, size[1]), fill=(230, 10, 10))
    return image


def resized(data: bytes, edge: int = SMALL, authorship: Authorship | None = None) -> bytes:
    """Return data, fitted inside an edge."""
    return resize_to_edges(open_picture(data, LIMITS), [edge], 85, authorship or Authorship())[edge].data


def sampling(data: bytes) -> int:
    """Return the chroma subsampling of a JPEG, as Pillow numbers it."""
    return JpegImagePlugin.get_sampling(Image.open(BytesIO(data)))


@pytest.mark.parametrize("edge", [SMALL, 1000])
def test_jpegs_are_progressive(edge: int) -> None:
    """They take fewer bytes, and show all of the image early."""
    data = resized(pictures.encoded(photograph(), "JPEG", quality=95), edge)
    assert pictures.decoded(data).info.get("progressive")
    plain = pictures.encoded(pictures.decoded(data), "JPEG", quality=85)
    assert len(data) < len(plain)


@pytest.mark.parametrize(
    ("source", "edge", "expected"),
    [
        ("4:2:0", 1000, "4:2:0"),
        ("4:2:2", 1000, "4:2:0"),
        ("4:4:4", 1000, "4:4:4"),  # nothing was resized
        ("4:4:4", SMALL, "4:2:0"),  # its colors change slowly
    ],
)
def test_a_photograph_keeps_the_resolution_of_its_colors(source: str, edge: int, expected: str) -> None:
    """The colors of most photographs have half the resolution already."""
    data = pictures.encoded(photograph(), "JPEG", quality=98, subsampling=source)
    assert sampling(resized(data, edge)) == SAMPLING[expected]


@pytest.mark.parametrize("name", ["JPEG", "TIFF", "AVIF", "HEIF"])
def test_fine_colors_keep_their_resolution(name: str) -> None:
    """Red text on white would be pink and blurred at half of it."""
    full: dict[str, dict[str, Any]] = {"HEIF": {"chroma": 444}, "TIFF": {}}
    data = pictures.encoded(red_lines(), name, quality=95, **full.get(name, {"subsampling": "4:4:4"}))
    for edge in (SMALL, 1000):
        found = resized(data, edge)
        assert sampling(found) == SAMPLING["4:4:4"]


@pytest.mark.parametrize("name", ["AVIF", "HEIF"])
def test_other_photographs_have_small_colors(name: str) -> None:
    """Nobody sees the difference, and they are a seventh smaller."""
    assert sampling(resized(pictures.encoded(photograph(), name))) == SAMPLING["4:2:0"]


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (2, 2), (3, 5)])
def test_tiny_images_are_looked_at_too(size: tuple[int, int]) -> None:
    """There may be no square of four pixels."""
    picture = open_picture(pictures.encoded(Image.new("RGB", size), "WEBP"), LIMITS)
    assert subsampling(Image.new("RGB", size), picture) == "4:2:0"


def test_a_png_of_a_photograph_has_a_jpeg_as_its_thumbnail() -> None:
    """A lossless one would take many times the bytes, which lists of images load by the dozen."""
    data = pictures.encoded(photograph(), "PNG")
    thumbnail = crop_thumbnail(open_picture(data, LIMITS), 256, 85)
    assert thumbnail.format.name == "JPEG"
    lossless = pictures.encoded(pictures.decoded(thumbnail.data), "PNG")
    assert PHOTOGRAPHIC * len(thumbnail.data) < len(lossless)
    assert resize_to_edges(open_picture(data, LIMITS), [256], 85)[256].format.name == "PNG"


def test_thumbnails_of_drawings_and_transparent_images_stay_png() -> None:
    """Edges would be blurred, and a JPEG has no transparency."""
    transparent = photograph().copy()
    transparent.putalpha(Image.radial_gradient("L").resize(transparent.size))
    for image in (drawing(), transparent):
        data = pictures.encoded(image, "PNG")
        assert crop_thumbnail(open_picture(data, LIMITS), 256, 85).format.name == "PNG"


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_a_lossless_webp_stays_lossless(mode: str) -> None:
    """At its own size, every pixel that is seen is the same."""
    image = drawing().convert("RGB")
    if mode == "RGBA":
        image.putalpha(Image.radial_gradient("L").resize(image.size))
    data = pictures.encoded(image, "WEBP", lossless=True, method=0, quality=0)
    found = resized(data, 1000)
    assert b"VP8L" in found
    assert len(found) <= len(data) + HEADER
    assert pictures.difference(pictures.decoded(found), image) == 0
    assert b"VP8L" in resized(data)


def test_the_thumbnail_of_a_lossless_photograph_is_lossy() -> None:
    """It would take many times the bytes."""
    data = pictures.encoded(photograph(), "WEBP", lossless=True)
    assert b"VP8L" not in crop_thumbnail(open_picture(data, LIMITS), 256, 85).data
    assert b"VP8L" in resized(data)


@pytest.mark.share(1)
@pytest.mark.parametrize("options", [{"quality": 20}, {"lossless": True, "quality": 25}])
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_a_webp_that_is_not_resized_does_not_grow(mode: str, options: dict[str, int]) -> None:
    """It was compressed more than renditions are: its own pixels serve, without anything else that is in the file."""
    image = photograph().convert("RGB").copy()
    if mode == "RGBA":
        image.putalpha(Image.radial_gradient("L").resize(image.size))
    data = pictures.encoded(image, "WEBP", xmp=b"<x>secret</x>", **options)
    found = resized(data, 1000, Authorship("Ann"))
    assert len(found) <= len(data) + HEADER + 42  # of the artist
    assert b"secret" not in found
    assert str(pictures.decoded(found).getexif()[Base.Artist]).startswith("Ann")
    assert ImageChops.difference(pictures.decoded(found), pictures.decoded(data)).getbbox() is None


def test_a_webp_that_has_to_be_turned_is_encoded_again() -> None:
    """Its pixels are in another order."""
    assert pictures.is_upright(pictures.decoded(resized(pictures.turned("WEBP", 6), 1000)))


def test_alpha_that_is_not_shown_is_not_kept() -> None:
    """Without a header that announces it, alpha beside lossy data is no part of the image."""
    image = photograph().copy()
    image.putalpha(Image.radial_gradient("L").resize(image.size))
    data = pictures.encoded(image, "WEBP", quality=5)
    unannounced = data[:20] + bytes([data[20] & ~0x10]) + data[21:]
    found = resized(unannounced, 1000)
    assert b"ALPH" not in found
    assert pictures.decoded(found).mode == "RGB"
    assert len(found) < len(unannounced)
