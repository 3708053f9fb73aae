"""Appearance: dominant color, BlurHash and perceptual hash; similar for similar images."""

from collections.abc import Callable
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageEnhance

from imaging.decoding.picture import open_picture
from imaging.features.appearance import SAMPLE, describe_appearance, dominant_color, perceptual_hash
from imaging.rendering.rendition import make_sample
from tests import pictures
from tests.imaging.limits import LIMITS
from workflow import contracts

EXAMPLE = contracts.schema("extract-metadata.output")["examples"][0]
LARGE = (480, 320)


def scene(turns: int = 1) -> Image.Image:
    """Draw a scene of many shades; another number of turns gives another scene."""
    width, height = LARGE
    values = bytes(
        (x * x * turns // 300 + y * y // 90 + x * y * turns // 200) % 256 for y in range(height) for x in range(width)
    )
    return Image.merge("RGB", [Image.frombytes("L", LARGE, values)] * 3).resize(LARGE, reducing_gap=2)


def look(data: bytes) -> dict[str, str]:
    """Return the appearance of a file."""
    picture = open_picture(data, LIMITS)
    return describe_appearance(make_sample(picture, SAMPLE), picture.size)


def sample(image: Image.Image) -> Image.Image:
    """Squeeze image into the size of the sample."""
    return image.resize(SAMPLE)


def distance(one: str, other: str) -> int:
    """Return the number of bits in which two hashes differ."""
    return (int(one, 16) ^ int(other, 16)).bit_count()


@pytest.mark.parametrize("name", pictures.examples())
def test_every_format_has_an_appearance(name: str) -> None:
    """Color, BlurHash and hash of every format and mode keep the contract."""
    found = look(pictures.examples()[name])
    contracts.check("extract-metadata.output", EXAMPLE | {"appearance": found})
    assert "dominantColor" in found


@given(tile=st.binary(min_size=1, max_size=64), mode=st.sampled_from(["RGB", "RGBA"]))
def test_any_sample_keeps_the_contract(tile: bytes, mode: str) -> None:
    """The appearance of any sample keeps the contract."""
    size = SAMPLE[0] * SAMPLE[1] * len(mode)
    found = describe_appearance(Image.frombytes(mode, SAMPLE, (tile * size)[:size]), (4, 3))
    contracts.check("extract-metadata.output", EXAMPLE | {"appearance": found})


@pytest.mark.parametrize(("size", "first"), [((4, 3), "L"), ((3, 3), "L"), ((3, 4), "T")])
def test_blurhash_has_more_components_along_the_longer_edge(size: tuple[int, int], first: str) -> None:
    """Four components by three, or three by four for an image that is higher than wide."""
    assert describe_appearance(sample(pictures.quadrants()), size)["blurHash"][0] == first


@pytest.mark.parametrize("orientation", pictures.ORIENTATIONS)
def test_appearance_is_that_of_the_upright_image(orientation: int) -> None:
    """The orientation of the stored pixels does not matter."""
    found = look(pictures.turned("PNG", orientation))
    assert found == look(pictures.turned("PNG", 1))


@pytest.mark.parametrize(
    ("mode", "paint", "color"),
    [
        ("RGB", (12, 34, 56), "#0c2238"),
        ("RGBA", (12, 34, 56, 255), "#0c2238"),
        ("RGBA", (12, 34, 56, 128), "#0c2238"),
        ("RGBA", (12, 34, 56, 127), None),
    ],
)
def test_a_single_color_is_dominant(mode: str, paint: tuple[int, ...], color: str | None) -> None:
    """The color of an image of one color is exact; a fully transparent image has none."""
    assert dominant_color(Image.new(mode, SAMPLE, paint)) == color


def test_most_frequent_colors_are_dominant() -> None:
    """Similar shades count together, and their mean is returned; transparent pixels do not count."""
    image = Image.new("RGBA", SAMPLE, (0, 200, 0, 0))
    image.paste((200, 10, 10, 255), (0, 0, 32, 12))
    image.paste((10, 10, 100, 255), (0, 12, 32, 20))
    image.paste((10, 10, 104, 255), (0, 20, 32, 28))
    assert dominant_color(image) == "#0a0a66"


def test_transparent_pixels_look_white() -> None:
    """BlurHash and hash are those of the image on white, for any hidden colors."""
    on_white = describe_appearance(pictures.quadrants(SAMPLE), SAMPLE)
    clear = pictures.quadrants(SAMPLE).convert("RGBA")
    clear.paste((1, 2, 3, 0), (16, 16, 32, 32))
    white = pictures.quadrants(SAMPLE)
    white.paste((255, 255, 255), (16, 16, 32, 32))
    found, expected = describe_appearance(clear, SAMPLE), describe_appearance(white, SAMPLE)
    assert (found["blurHash"], found["perceptualHash"]) == (expected["blurHash"], expected["perceptualHash"])
    assert found["blurHash"] != on_white["blurHash"]


def ramp() -> Image.Image:
    """Draw a ramp of colors."""
    return Image.frombytes(
        "RGB", SAMPLE, bytes(v for y, x in product(range(32), repeat=2) for v in (x * 8, y * 8, 255 - x * 8))
    )


def pattern() -> Image.Image:
    """Draw a pattern that looks like noise."""
    shades = product(range(32), range(32), range(3))
    return Image.frombytes(
        "RGB", SAMPLE, bytes((x * x * 7 + y * y * 13 + x * y * 5 + c * 50) % 256 for y, x, c in shades)
    )


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        (ramp(), "a266b415b705ba57"),
        (pattern(), "d6a36bc62e50e52c"),
        (Image.new("RGB", SAMPLE), "0000000000000000"),
        (Image.new("RGB", SAMPLE, "white"), "8000000000000000"),
    ],
    ids=["ramp", "pattern", "black", "white"],
)
def test_hash_is_that_of_imagehash(image: Image.Image, expected: str) -> None:
    """The bits are those of phash in ImageHash 4.3.2 for the same sample."""
    assert perceptual_hash(image) == expected


@pytest.mark.share(2)
@pytest.mark.parametrize(
    ("copy", "most"),
    [
        (lambda: pictures.encoded(scene(), "JPEG", quality=30), 4),
        (lambda: pictures.encoded(scene(), "WEBP", quality=30), 4),
        (lambda: pictures.encoded(scene().resize((150, 100)), "PNG"), 4),
        (lambda: pictures.encoded(scene().convert("L"), "PNG"), 4),
        (lambda: pictures.encoded(ImageEnhance.Brightness(scene()).enhance(0.8), "PNG"), 6),
    ],
    ids=["JPEG", "WebP", "small", "gray", "dark"],
)
def test_copies_have_nearly_the_same_hash(copy: Callable[[], bytes], most: int) -> None:
    """A copy that is scaled, compressed or darkened differs in a few of the 64 bits, another image in many."""
    original = look(pictures.encoded(scene(), "PNG"))["perceptualHash"]
    assert distance(look(copy())["perceptualHash"], original) <= most
    assert distance(look(pictures.encoded(scene(turns=3), "PNG"))["perceptualHash"], original) > 16
