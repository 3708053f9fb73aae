"""Characters that XML or UTF-8 does not have, and that names of states may contain."""

import re

SURROGATES = "\ud800-\udfff"  # lone ones: JSON can have them, UTF-8 cannot
# XML has none of these.
NOT_IN_XML = re.compile(f"[\x00-\x08\x0b\x0c\x0e-\x1f{SURROGATES}\ufffe\uffff]")
SPACE = re.compile(r"\s+")
REPLACEMENT = "\ufffd"


def xml_text(text: str) -> str:
    """Return text with a replacement for each character that XML cannot have."""
    return NOT_IN_XML.sub(REPLACEMENT, text)


def one_line(text: str) -> str:
    """Return text for XML, with one space for each sequence of white space and line ends."""
    return xml_text(SPACE.sub(" ", text))


def utf8_text(text: str) -> str:
    """Return text with a replacement for each character that UTF-8 cannot have."""
    return re.sub(f"[{SURROGATES}]", REPLACEMENT, text)
