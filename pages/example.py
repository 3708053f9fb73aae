"""The picture in the README: photographs, and what the platform makes of them; `python -m pages.example FILE` writes it.

The renditions and the metadata come from the code that runs in the functions.
"""

if __name__ == "__main__":  # before the imports that take time, which Ctrl-C may end
    import sys

    from asl.command import run_module

    sys.exit(run_module("example", "pages.example"))

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont, ImageOps

from asl.command import Parser
from imaging.decoding.picture import Picture, open_picture
from imaging.features.appearance import SAMPLE, describe_appearance
from imaging.limits import Limits
from imaging.metadata.embedded import read_embedded
from imaging.metadata.properties import read_properties
from imaging.rendering.rendition import crop_thumbnail, make_sample, resize_to_edges

PHOTOGRAPHS = Path(__file__).parents[1] / "local" / "photographs"
SHOWN = ("starfish.jpg", "waterfall.jpg", "rocket.jpg")  # with a position, turned by its camera, in Adobe RGB
LIMITS = Limits(frozenset({"JPEG"}), max_pixels=50_000_000, max_edge=20_000, max_frames=1)

# All lengths are pixels.
WIDTH, ROW, HEAD, MARGIN = 1600, 330, 56, 24
ORIGINAL, RESIZED, THUMBNAIL, FACTS = 24, 520, 1000, 1216  # left edges of the columns
EDGE = {ORIGINAL: (440, 280), RESIZED: (440, 280), THUMBNAIL: (190, 190)}
PAPER, INK, FAINT = "#ffffff", "#1f2328", "#59636e"
QUALITY = 85
LONGEST = 25  # characters of a value that have room


@dataclass(frozen=True)
class Example:
    """One photograph, and what is made from it."""

    name: str
    original: Image.Image
    resized: Image.Image
    thumbnail: Image.Image
    facts: Mapping[str, str]


def example(path: Path) -> Example:
    """Return the renditions and some of the metadata of the photograph at path."""
    data = path.read_bytes()

    def opened() -> Picture:  # opened for each, since decoding at a smaller size changes a picture
        return open_picture(data, LIMITS)

    resized = next(iter(resize_to_edges(opened(), [EDGE[RESIZED][0]], QUALITY).values()))
    thumbnail = crop_thumbnail(opened(), EDGE[THUMBNAIL][0], QUALITY)
    original = Image.open(BytesIO(data))  # as a program sees it that reads neither orientation nor profile
    return Example(path.name, original, _decoded(resized.data), _decoded(thumbnail.data), facts(opened()))


def facts(picture: Picture) -> dict[str, str]:
    """Return the lines of metadata that the picture shows, each with its name."""
    properties, written = read_properties(picture), read_embedded(picture)
    look = describe_appearance(make_sample(picture, SAMPLE), picture.size)
    camera, gps = written["camera"], written["camera"].get("gps", {})
    found: dict[str, Any] = {
        "size": f"{properties['width']} x {properties['height']}",
        "camera": " ".join(filter(None, (camera.get("make"), camera.get("model")))),
        "takenAt": camera.get("takenAt"),
        "gps": f"{gps['latitude']:.3f}, {gps['longitude']:.3f}" if gps else None,
        "iccProfile": properties.get("iccProfile"),
        "orientation": camera.get("orientation"),
        "sha256": f"{properties['sha256'][:16]}...",
        "dominantColor": look["dominantColor"],
        "blurHash": look["blurHash"],
    }
    return {name: str(value) for name, value in found.items() if value}


def draw(examples: Iterable[Example]) -> Image.Image:
    """Return the picture: a row for each of examples."""
    rows = list(examples)
    sheet = Image.new("RGB", (WIDTH, HEAD + ROW * len(rows)), PAPER)
    pen = ImageDraw.Draw(sheet)
    for left, text in ((ORIGINAL, "uploaded"), (RESIZED, "resized"), (THUMBNAIL, "thumbnail"), (FACTS, "metadata")):
        pen.text((left, MARGIN), text, FAINT, font=_font(22))
    for number, one in enumerate(rows):
        _draw_row(sheet, pen, one, HEAD + ROW * number)
    return sheet


def _draw_row(sheet: Image.Image, pen: ImageDraw.ImageDraw, one: Example, top: int) -> None:
    shown = {ORIGINAL: one.original, RESIZED: one.resized, THUMBNAIL: one.thumbnail}
    fitted = {left: ImageOps.contain(image.convert("RGB"), EDGE[left]) for left, image in shown.items()}
    for left, image in fitted.items():
        sheet.paste(image, (left, top))
    pen.text((ORIGINAL, top + fitted[ORIGINAL].height + 8), one.name, FAINT, font=_font(18))
    middle = (ORIGINAL + EDGE[ORIGINAL][0] + RESIZED) // 2, top + EDGE[ORIGINAL][1] // 2
    pen.text(middle, ">", FAINT, font=_font(40), anchor="mm")
    for line, (name, value) in enumerate(one.facts.items()):
        where = top + 30 * line
        pen.text((FACTS, where), name, FAINT, font=_font(16))
        pen.text(
            (FACTS + 130, where), value if len(value) <= LONGEST else f"{value[: LONGEST - 3]}...", INK, font=_font(16)
        )
        if name == "dominantColor":
            pen.rectangle((FACTS + 215, where, FACTS + 255, where + 18), fill=value)


def _decoded(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data))


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Return the font that Pillow brings, so that the picture does not depend on the fonts of a machine."""
    return ImageFont.load_default(size)


def main(arguments: list[str] | None = None) -> None:
    """Write the picture to the file that the command line names, as its suffix says."""
    parser = Parser(prog="python -m pages.example", description=__doc__)
    parser.add_argument("file", metavar="FILE", help="the picture to write, such as docs/example.jpg")
    file: str = parser.parse_args(arguments).file
    draw(example(PHOTOGRAPHS / name) for name in SHOWN).save(file, quality=QUALITY, optimize=True)
