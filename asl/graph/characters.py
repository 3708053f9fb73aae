"""Characters that drawings cannot have, whatever people call their states."""

import re

HALVES = "\ud800-\udfff"  # of a character, which JSON can name, and UTF-8 does not have
# XML has none of these, and a label shows nothing for them.
UNKNOWN = re.compile(f"[\x00-\x08\x0b\x0c\x0e-\x1f{HALVES}\ufffe\uffff]")
SPACE = re.compile(r"\s+")
REPLACEMENT = "\ufffd"


def readable(text: str) -> str:
    """Return text with a replacement for each character that XML does not have."""
    return UNKNOWN.sub(REPLACEMENT, text)


def one_line(text: str) -> str:
    """Return text, readable, with one space for each stretch of white space and line ends."""
    return readable(SPACE.sub(" ", text))


def encodable(text: str) -> str:
    """Return text with a replacement for each character that UTF-8 does not have."""
    return re.sub(f"[{HALVES}]", REPLACEMENT, text)
