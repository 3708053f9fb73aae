"""Text of a drawing: names of states may have characters that XML, UTF-8 or a reader cannot tell apart."""

import re

from asl.printable import printable

SPACES = re.compile(" {2,}")


def one_line(text: str) -> str:
    """Return text in one printable line, with one space for each sequence of spaces, as Mermaid and Graphviz draw it."""
    return SPACES.sub(" ", printable(text))
