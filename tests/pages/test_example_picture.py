"""The picture in the README."""

from io import BytesIO
from pathlib import Path

from PIL import Image, ImageChops, ImageStat

from pages.example import PHOTOGRAPHS, QUALITY, SHOWN, draw, example

FILE = Path(__file__).parents[2] / "docs" / "example.jpg"
LEVELS = 1.0  # of 255: decoders differ by less, on another processor; a changed line of text is 2 to 5 in its part


def test_picture_is_up_to_date() -> None:
    """Each part of the file is equal to the code's current result for the photographs."""
    draw(example(PHOTOGRAPHS / name) for name in SHOWN).save(file := BytesIO(), "JPEG", quality=QUALITY)
    drawn, kept = Image.open(file), Image.open(FILE)
    assert drawn.size == kept.size
    difference = ImageChops.difference(drawn, kept)
    parts = [(x, y, x + 100, y + 100) for x in range(0, drawn.width, 100) for y in range(0, drawn.height, 100)]
    assert max(max(ImageStat.Stat(difference.crop(part)).mean) for part in parts) < LEVELS


def test_renditions_are_the_pipelines() -> None:
    """The resized image of a photograph that its camera turned is upright, and its metadata name what it is."""
    turned = example(PHOTOGRAPHS / "waterfall.jpg")
    assert (turned.original.width < turned.original.height, turned.resized.width > turned.resized.height) == (
        True,
        True,
    )
    assert turned.facts["orientation"] == "6"
    assert {"size", "sha256", "dominantColor", "blurHash"} <= turned.facts.keys()
