"""Text that is safe on a terminal, whoever wrote what is in it."""

import re

BREAKS = re.compile(r"[^\S ]+")  # white space that may end a line or move the cursor
REPLACEMENT = "\ufffd"


def printable(text: str) -> str:
    """Return text in one line, with a replacement for each character that a terminal would obey, hide or refuse."""
    return "".join(one if one.isprintable() else REPLACEMENT for one in BREAKS.sub(" ", text))


def printable_lines(text: str) -> str:
    """Return text of several lines, each of them printable."""
    return "\n".join(map(printable, text.split("\n")))
