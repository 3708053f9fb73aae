"""Drawings whose renditions are PNGs: a chart, a page of text, and smooth colors."""

from collections.abc import Callable

from PIL import Image, ImageDraw


def _chart() -> Image.Image:
    """Draw bars and lines in flat colors, with text."""
    image = Image.new("RGB", (1200, 800), "white")
    draw = ImageDraw.Draw(image)
    for number in range(24):
        color = ("#1f77b4", "#ff7f0e", "#2ca02c", "#d62728")[number % 4]
        draw.rectangle((40 + 48 * number, 760 - 25 * (number * 7 % 24), 70 + 48 * number, 760), fill=color)
        draw.text((40 + 48 * number, 770), str(2000 + number), fill="black")
    for level in range(10):
        draw.line((30, 60 + 70 * level, 1190, 60 + 70 * level), fill="#cccccc")
    return image


def _text() -> Image.Image:
    """Draw a page of small text, red and black, as on a screenshot."""
    image = Image.new("RGB", (1280, 800), "#fafafa")
    draw = ImageDraw.Draw(image)
    for row in range(50):
        words = " ".join(f"{row * 37 % 91 + word * 13} images archived" for word in range(8))
        draw.text((20, 10 + 15 * row), words, fill="#c00000" if row % 5 == 0 else "#202020")
    return image


def _gradient() -> Image.Image:
    """Draw smooth colors with a circle, which have too many colors for a palette."""
    across = Image.linear_gradient("L").resize((1000, 700))
    image = Image.merge("RGB", (across, across.transpose(Image.Transpose.ROTATE_180), across.rotate(45)))
    ImageDraw.Draw(image).ellipse((300, 150, 700, 550), fill="#ffd400", outline="#333333", width=6)
    return image


DRAWINGS: dict[str, Callable[[], Image.Image]] = {"chart": _chart, "text": _text, "gradient": _gradient}
