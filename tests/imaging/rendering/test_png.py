"""PNG renditions: every pixel as with all bytes, in fewer of them."""

import random
import zlib

import pytest
from PIL import Image, ImageChops, ImageDraw
from PIL.ExifTags import Base

from imaging.decoding.picture import open_picture
from imaging.errors import ImageRefusedError, Reason
from imaging.rendering.authorship import Authorship
from imaging.rendering.palettes import with_palette
from imaging.rendering.rendition import crop_thumbnail, resize_to_edges
from tests import pictures
from tests.hostile.pngs import chunk
from tests.imaging.limits import LIMITS

MODES = ("L", "RGB", "RGBA")


def drawing(size: tuple[int, int] = (400, 300)) -> Image.Image:
    """Draw a diagram: few colors, thin lines."""
    image = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(image)
    for x in range(0, size[0], 10):
        draw.line((x, 0, size[0] - x, size[1]), fill=(200, x % 7 * 30, 40))
    return image


def noisy(mode: str, colors: int, size: tuple[int, int] = (64, 48)) -> Image.Image:
    """Draw pixels of so many colors, the same in every run."""
    choice = random.Random(7)  # noqa: S311 - no secret
    some = {tuple(choice.randbytes(len(mode))) for _ in range(4 * colors)}
    palette = sorted(some)[:colors] if mode != "L" else [(value,) for value in range(colors)]
    pixels = b"".join(map(bytes, palette)) * (size[0] * size[1] // colors + 1)
    return Image.frombytes(mode, size, pixels[: size[0] * size[1] * len(mode)])


def expanded(indexed: Image.Image, mode: str) -> Image.Image:
    """Return an image with a palette as its PNG is decoded, in mode."""
    return (
        pictures.decoded(pictures.encoded(indexed, "PNG", transparency=indexed.info.get("transparency")))
        .convert("RGBA")
        .convert(mode)
    )


@pytest.mark.parametrize(
    ("colors", "size"),
    [*((colors, (64, 48)) for colors in (1, 2, 3, 5, 16, 17, 255, 256)), (2, (513, 512)), (256, (513, 512))],
)
@pytest.mark.parametrize("mode", MODES)
def test_a_palette_loses_nothing(mode: str, colors: int, size: tuple[int, int]) -> None:
    """Colors that are near each other, and the same color in two opacities, stay apart, in few and in many pixels."""
    image = noisy(mode, colors, size)
    indexed = with_palette(image)
    assert indexed
    assert ImageChops.difference(expanded(indexed, mode), image).getbbox() is None


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_too_many_colors_have_no_palette(mode: str) -> None:
    """A palette holds 256."""
    assert with_palette(noisy(mode, 257)) is None


def largest(data: bytes, authorship: Authorship | None = None) -> bytes:
    """Return the rendition of data at its own size."""
    return resize_to_edges(open_picture(data, LIMITS), [10_000], 85, authorship or Authorship())[10_000].data


@pytest.mark.share(3)
@pytest.mark.parametrize("level", [1, 6, 9])
@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA"])
def test_a_png_that_is_not_resized_does_not_grow(mode: str, level: int) -> None:
    """However well the original is compressed, and whatever colors it has."""
    image = drawing().convert(mode)
    data = pictures.encoded(image, "PNG", compress_level=level)
    found = largest(data)
    assert len(found) <= len(data)
    assert ImageChops.difference(pictures.decoded(found).convert("RGBA"), image.convert("RGBA")).getbbox() is None


def test_a_drawing_that_is_resized_is_smaller_than_it_was() -> None:
    """Run lengths are not enough for what resampling leaves of it."""
    data = pictures.encoded(drawing((1600, 1200)), "PNG", compress_level=9)
    for found in (
        resize_to_edges(open_picture(data, LIMITS), [800], 85)[800].data,
        crop_thumbnail(open_picture(data, LIMITS), 256, 85).data,
    ):
        assert pictures.decoded(found).size < (1600, 1200)


def test_pixels_that_are_kept_carry_nothing_else() -> None:
    """No text, no profile, and nothing that is hidden behind the compressed data or the end."""
    image = noisy("RGB", 257).resize((640, 480), Image.Resampling.NEAREST)
    plain = pictures.encoded(image, "PNG", compress_level=9)
    stream = plain.index(b"IDAT")
    size = int.from_bytes(plain[stream - 4 : stream], "big")
    pixels = plain[stream + 4 : stream + 4 + size]
    secret = chunk(b"tEXt", b"Comment\0<script>secret") + chunk(b"IDAT", pixels + b"<script>secret")
    data = plain[:33] + secret + plain[-12:] + b"<script>secret"
    found = largest(data)
    assert b"secret" not in found
    assert ImageChops.difference(pictures.decoded(found).convert("RGB"), image).getbbox() is None
    assert zlib.crc32(b"IEND").to_bytes(4, "big") == found[-4:]


@pytest.mark.parametrize("size", [(300, 120), (64, 64), (400, 300)])
@pytest.mark.parametrize("colors", [2, 4, 16, 200])
def test_pixels_with_a_wrong_sum_are_right_or_corrupt(size: tuple[int, int], colors: int) -> None:
    """Pillow may find the last row before it comes to the sum of the compressed data, whose chunk has its own."""
    image = drawing(size).quantize(colors)
    plain = pictures.encoded(image, "PNG", compress_level=9)
    at = plain.index(b"IDAT")
    stream = plain[at + 4 : at + 4 + int.from_bytes(plain[at - 4 : at], "big")]
    wrong = plain[: at - 4] + chunk(b"IDAT", stream[:-4] + b"\0\0\0\0") + plain[-12:]
    try:
        found = pictures.decoded(largest(wrong)).convert("RGB")
    except ImageRefusedError as refused:
        assert refused.reason == Reason.CORRUPT  # noqa: PT017 - one of two outcomes
    else:
        assert ImageChops.difference(found, image.convert("RGB")).getbbox() is None


def test_pixels_that_are_kept_have_their_authorship() -> None:
    """Artist and copyright are added, as to any rendition."""
    data = pictures.encoded(drawing(), "PNG", compress_level=9)
    found = pictures.decoded(largest(data, Authorship("Ann", "(c) Ann")))
    assert str(found.getexif()[Base.Artist]).startswith("Ann")


@pytest.mark.parametrize("orientation", [3, 6])
def test_an_image_that_has_to_be_turned_is_not_kept(orientation: int) -> None:
    """Its pixels are in another order."""
    found = pictures.decoded(largest(pictures.turned("PNG", orientation)))
    assert pictures.is_upright(found)


def test_an_image_with_a_profile_is_not_kept() -> None:
    """Its colors are converted."""
    data = pictures.encoded(pictures.quadrants(), "PNG", icc_profile=pictures.swapped_profile())
    assert pictures.close(pictures.decoded(largest(data)).convert("RGB").getpixel((3, 3)), (30, 220, 30), 60)
