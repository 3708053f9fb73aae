"""StringMatches: whether the patterns of strings show that all of them, or none, match a text with wildcards."""

import re
from collections.abc import Callable
from contextlib import suppress

from asl.check.patterns import are_disjoint, is_subset
from asl.check.regular_expressions import UndecidedPatternError
from asl.check.shapes import Shape, Text

STAR = re.compile(r"(?<!\\)\*")  # a star after a backslash is literal
ANYTHING = "(?:.|\\n)*"


def always_matches(member: Shape, wanted: str) -> bool:
    """Return True if every value of member is known to match wanted."""
    return _known(is_subset, member, wanted)


def never_matches(member: Shape, wanted: str) -> bool:
    """Return True if no value of member is known to match wanted."""
    return _known(are_disjoint, member, wanted)


def _known(relation: Callable[[str, str], bool], member: Shape, wanted: str) -> bool:
    for pattern in member.patterns if isinstance(member, Text) else ():
        with suppress(UndecidedPatternError):
            if relation(pattern, _pattern(wanted)):
                return True
    return False


def _pattern(wanted: str) -> str:
    parts = (re.escape(part.replace("\\*", "*")) for part in STAR.split(wanted))
    return f"^{ANYTHING.join(parts)}$"
