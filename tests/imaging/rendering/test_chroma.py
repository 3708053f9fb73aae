"""Fine lines and text in color keep it in every format: lossy WebP would leave them gray."""

from collections.abc import Callable
from functools import partial
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, WebPImagePlugin

from benchmarks.drawings import DRAWINGS
from imaging.decoding.picture import open_picture
from imaging.rendering.authorship import UNKNOWN
from imaging.rendering.chroma import has_fine_lines
from imaging.rendering.rendition import Rendition, resize_to_edges
from tests import pictures
from tests.imaging.limits import LIMITS

PHOTOGRAPHS = Path(__file__).parents[3] / "local/photographs"
SIZE, RED, PALE, GRAY = (640, 480), (230, 10, 10), "#ffd0d0", "#808080"


def lined(
    ground: str = "white", color: str | tuple[int, int, int] = RED, width: int = 1, size: pictures.Size = SIZE
) -> Image.Image:
    """Draw lines of width pixels."""
    image = Image.new("RGB", size, ground)
    draw = ImageDraw.Draw(image)
    for x in range(5, size[0], 41):
        draw.line((x, 0, x, size[1]), fill=color, width=width)
    return image


def captioned() -> Image.Image:
    """Return a photograph above a white strip with a red caption."""
    with Image.open(PHOTOGRAPHS / "rocket.jpg") as photograph:
        image = Image.new("RGB", SIZE, "white")
        image.paste(photograph.convert("RGB").resize((SIZE[0], SIZE[1] - 40)), (0, 0))
    ImageDraw.Draw(image).text((10, SIZE[1] - 30), "Rocket at night, before it starts", fill=RED)
    return image


def resized(data: bytes, edge: int = SIZE[0]) -> Rendition:
    """Return data resized to an edge, with further formats."""
    return resize_to_edges(open_picture(data, LIMITS), [edge], 82, UNKNOWN, ("AVIF", "WEBP"))[edge]


def redness(image: Image.Image) -> int:
    """Return the red of the reddest pixel of a line, minus its green."""
    red, green, _ = image.convert("RGB").crop((0, 100, 20, 101)).split()
    return max(one - other for one, other in zip(red.tobytes(), green.tobytes(), strict=True))


@pytest.mark.parametrize("name", sorted(file.name for file in PHOTOGRAPHS.iterdir() if file.suffix != ".md"))
def test_photographs_have_no_fine_lines(name: str) -> None:
    """Whatever their colors and their size."""
    with Image.open(PHOTOGRAPHS / name) as image:
        for edge in (1600, 400, 256):
            small = image.convert("RGB")
            small.thumbnail((edge, edge), Image.Resampling.LANCZOS)
            assert not has_fine_lines(small), edge


@pytest.mark.parametrize("name", DRAWINGS)
def test_drawings_have_fine_lines(name: str) -> None:
    """Charts, text and outlines have."""
    assert has_fine_lines(DRAWINGS[name]())


CASES: dict[str, tuple[Callable[[], Image.Image], bool]] = {
    "red": (lined, True),
    "on gray": (partial(lined, GRAY), True),
    "in RGBA": (lambda: lined(GRAY).convert("RGBA"), True),
    "halved": (lambda: lined(width=2, size=(1280, 960)).resize(SIZE, Image.Resampling.LANCZOS), True),
    "in a caption": (captioned, True),
    "pale": (partial(lined, color=PALE), False),
    "black": (partial(lined, color="black"), False),
    "gray": (lambda: lined().convert("L"), False),
    "no square": (lambda: Image.new("RGB", (1, 9), RED), False),
}


@pytest.mark.parametrize("name", CASES)
def test_lines_count_where_their_color_would_be_lost(name: str) -> None:
    """Not those that have nearly no color, and not in an image without squares of pixels."""
    draw, found = CASES[name]
    assert has_fine_lines(draw()) == found


@pytest.mark.parametrize("format_name", ["TIFF", "PNG"])
@pytest.mark.parametrize("ground", ["white", GRAY])
def test_red_lines_stay_red_in_every_format(format_name: str, ground: str) -> None:
    """The WebP has the pixels of the original, and AVIF and JPEG nearly so."""
    original = lined(ground)
    found = resized(pictures.encoded(original, format_name))
    assert [one.format.name for one in found.variants][-1] == "WEBP"
    for one in (found, *found.variants):
        assert redness(pictures.decoded(one.data)) > 0.8 * redness(original), one.format.name
    assert pictures.decoded(found.variants[-1].data).convert("RGB").tobytes() == original.tobytes()


def test_a_webp_that_would_be_larger_or_lose_the_color_is_left_out() -> None:
    """Of a photograph with a caption, a lossless WebP has more bytes than the JPEG."""
    found = resized(pictures.encoded(captioned(), "TIFF"))
    assert (found.format.name, [one.format.name for one in found.variants]) == ("JPEG", ["AVIF"])


def test_red_lines_of_a_lossy_webp_stay_red() -> None:
    """It has their color if they were wider; the rendition has to be lossless, and is smaller so."""
    wide = lined(width=2, size=(2 * SIZE[0], 2 * SIZE[1]))
    found = resized(pictures.encoded(wide, "WEBP", quality=95))
    assert found.format.name == "WEBP"
    assert b"VP8L" in found.data
    plain = BytesIO()
    image = pictures.decoded(found.data).convert("RGB")
    image.save(plain, WebPImagePlugin.WebPImageFile.format, quality=82)
    assert len(found.data) < plain.tell()
    assert redness(image) > redness(pictures.decoded(plain.getvalue()))
