"""Text from any source, made safe for a terminal."""

import re

BREAKS = re.compile(r"[^\S ]+")  # white space that ends a line or moves the cursor
REPLACEMENT = "\ufffd"


def printable(text: str) -> str:
    """Return text in one line, with a replacement for each character that controls a terminal or has no glyph."""
    return "".join(one if one.isprintable() else REPLACEMENT for one in BREAKS.sub(" ", text))


def printable_lines(text: str) -> str:
    """Return text of several lines, each of them printable."""
    return "\n".join(map(printable, text.split("\n")))
