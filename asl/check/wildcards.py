r"""StringMatches: whether strings match a text with wildcards, in which `\*` is a star and `\\` a backslash."""

import re
from collections.abc import Callable
from contextlib import suppress

from asl.check.budget import spend
from asl.check.patterns import are_disjoint, is_subset
from asl.check.regular_expressions import UndecidedPatternError
from asl.check.shapes import Shape, Text

PART = re.compile(r"\\([*\\])|(\*)|(.)", re.DOTALL)
ANYTHING = "(?:.|\\n)*"


def always_matches(member: Shape, wanted: str) -> bool:
    """Return True if every value of member is known to match wanted."""
    return _known(is_subset, member, wanted)


def never_matches(member: Shape, wanted: str) -> bool:
    """Return True if no value of member is known to match wanted."""
    return _known(are_disjoint, member, wanted)


def is_like(value: str, wanted: str) -> bool:
    """Return True if value matches wanted."""
    spend(1 + len(value))
    first, *others = _parts(wanted)
    if not others:
        return value == first
    *middle, last = others
    if not value.startswith(first) or not value.endswith(last) or len(value) < len(first) + len(last):
        return False
    rest = value[len(first) : len(value) - len(last)]
    for part in middle:
        at = rest.find(part)
        if at < 0:
            return False
        rest = rest[at + len(part) :]
    return True


def _known(relation: Callable[[str, str], bool], member: Shape, wanted: str) -> bool:
    for pattern in member.patterns if isinstance(member, Text) else ():
        with suppress(UndecidedPatternError):
            if relation(pattern, pattern_of(wanted)):
                return True
    return False


def _parts(wanted: str) -> list[str]:
    """Return the literal texts between the wildcards of wanted."""
    parts = [""]
    for escaped, star, plain in PART.findall(wanted):
        if star:
            parts.append("")
        else:
            parts[-1] += escaped or plain
    return parts


def pattern_of(wanted: str) -> str:
    """Return the pattern of the strings that match wanted."""
    return f"^{ANYTHING.join(map(re.escape, _parts(wanted)))}$"
