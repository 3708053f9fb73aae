"""Patterns of what States.Format joins and States.StringSplit splits."""

import re
from collections.abc import Sequence

from asl.check.context import MADE_BY_AWS
from asl.check.patterns import is_comparable, is_subset
from asl.check.regular_expressions import UndecidedPatternError
from asl.check.shapes import Array, Shape, Text, members
from asl.check.sizes import max_bytes

BYTES_BETWEEN_PARTS = len('","')
MAX_PARTS = 8  # up to which parts are counted


def format_pattern(texts: Sequence[str], values: Sequence[Shape]) -> frozenset[str]:
    """Return a pattern of texts with values between them, or nothing if one of the values has no pattern."""
    known = [[_inner(member) for member in members(value)] for value in values]
    if not all(each and None not in each for each in known):
        return frozenset()
    places = iter(f"(?:{'|'.join(map(str, each))})" for each in known)
    first, *others = map(re.escape, texts)
    return frozenset({"^" + first + "".join(next(places) + other for other in others) + "$"})


def _inner(value: Shape) -> str | None:
    """Return a pattern of value without its anchors, or None if none can be a part of another pattern."""
    patterns = sorted(value.patterns) if isinstance(value, Text) else []
    return next((pattern[1:-1] for pattern in patterns if is_comparable(pattern)), None)


def split_parts(text: Shape, separator: Shape, most: int | None) -> Array:
    """Return the parts of text, each of at most `most` characters; there may be a known number of them by the pattern of text."""
    is_of_aws = text in MADE_BY_AWS  # so that a user knows more of its parts than its pattern says
    signs = separator.values if isinstance(separator, Text) else None
    for sign in signs if signs and len(signs) == 1 else ():
        part = f"[^{re.escape(sign)}]+"
        for count in range(1, MAX_PARTS + 1) if len(sign) == 1 else ():
            if _is_within(text, f"^{part}(?:[{re.escape(sign)}]{part}){{{count - 1}}}$"):
                return Array((Text(1, most, frozenset({f"^{part}$"})),) * count, None, count, count)
        return Array(
            (), Text(0, most), _fewest(text, part, sign), most, _bytes_of_parts(text, most), gathered=is_of_aws
        )
    return Array((), Text(0, most), 0, most, _bytes_of_parts(text, most), gathered=is_of_aws)


def _fewest(text: Shape, part: str, sign: str) -> int:
    """Return how many parts there are at least, by the pattern of text."""
    if len(sign) > 1 or not isinstance(text, Text) or not text.patterns:
        return 0
    # Separators in a row, and those at an end, have no part between them: Step Functions leaves out empty ones.
    between = f"[{re.escape(sign)}]"
    kinds = (f"^{between}*{part}(?:{between}+{part}){{{count - 1},}}{between}*$" for count in range(MAX_PARTS, 0, -1))
    return next((MAX_PARTS - number for number, kind in enumerate(kinds) if _is_within(text, kind)), 0)


def _bytes_of_parts(text: Shape, characters: int | None) -> int | None:
    """Return the most bytes of the array of the parts of text: together they have no more characters than it has.

    Each separator becomes the quotes and the comma between two parts.
    """
    size = max_bytes(text)
    if size is None or characters is None:
        return None
    return max(size, BYTES_BETWEEN_PARTS * characters) + len('["",]')


def _is_within(text: Shape, pattern: str) -> bool:
    for one in text.patterns if isinstance(text, Text) else ():
        try:
            if is_subset(one, pattern):
                return True
        except UndecidedPatternError:
            continue
    return False
