r"""Text from any source, made safe for a terminal, a page or a drawing.

Stored text stays as it is; this is for where it is shown. What is not printable is shown as an escape such as `\x1b`, `\n`
or `\u202e`: control characters, line ends, marks that reorder text or have no width, and halves of surrogate pairs.
"""

import json
import unicodedata
from typing import Any

DELETE = "\x7f"  # the one control character that JSON does not escape
SPACE = "Zs"  # Unicode's category of spaces, which are harmless: all are shown as the plain one


def printable(text: str) -> str:
    """Return text in one line, with an escape for each character that is not printable; a backslash stays one."""
    return text if text.isprintable() else "".join(one if one.isprintable() else _shown(one) for one in text)


def printable_lines(text: str) -> str:
    """Return text of several lines, each of them printable; for text whose line ends are not a stranger's."""
    return "\n".join(map(printable, text.split("\n")))


def printable_json(value: Any, **options: Any) -> str:
    r"""Return value as JSON, with options as `json.dumps` takes them, all of it printable except the line ends of indents.

    In JSON they are all in strings, where `\u007f` is the same as the character.
    """
    text = json.dumps(value, **options)
    return "".join(one if one.isprintable() or one == "\n" else _in_json(one) for one in text)


def _in_json(one: str) -> str:
    return json.dumps(one).strip('"').replace(DELETE, r"\u007f")


def _shown(one: str) -> str:
    return " " if unicodedata.category(one) == SPACE else one.encode("unicode_escape").decode()
