"""StringMatches: which strings match a text in which a star stands for any characters, as far as their patterns tell."""

import re
from collections.abc import Callable
from contextlib import suppress

from asl.check.patterns import UndecidedPatternError, are_disjoint, is_subset
from asl.check.shapes import Shape, Text

STAR = re.compile(r"(?<!\\)\*")  # one behind a backslash is a star itself
ANYTHING = "(?:.|\\n)*"


def always_matches(member: Shape, wanted: str) -> bool:
    """Tell whether every value of member is known to match wanted."""
    return _known(is_subset, member, wanted)


def never_matches(member: Shape, wanted: str) -> bool:
    """Tell whether no value of member is known to match wanted."""
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
