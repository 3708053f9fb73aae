"""Fields of an object that Step Functions refuses: one that the object does not have, and one that holds no such value."""

import difflib
from collections.abc import Iterator
from typing import Any

from asl.check.field_values import Value
from asl.check.templates import Problem

Fields = dict[str, Value]
MAX_SHOWN = 100  # characters of a value in a message


def field_findings(
    holder: dict[str, Any], known: Fields, at: str, what: str, *, grows: bool = False
) -> Iterator[Problem]:
    """Yield what is wrong with the fields of holder; known are those that what has, at leads to them.

    Where AWS adds fields more often (grows), one that is like no known one is undecided: it may be newer.
    """
    for name, value in holder.items():
        if name not in known:
            like = _like(name, known)
            decided = not grows or like is not None
            wanted = f"a field that {what} has"
            yield Problem(f"{at}{name}", f"the field `{name}`", wanted, suggestion=like, decided=decided)
        elif not known[name].accepts(value):
            yield _unfit(f"{at}{name}", value, known[name])


def _like(name: str, known: Fields) -> str | None:
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.75)
    return f"did you mean `{close[0]}`?" if close else None


def _unfit(field: str, value: Any, wanted: Value) -> Problem:
    shown = repr(value)
    return Problem(field, shown if len(shown) <= MAX_SHOWN else f"{shown[:MAX_SHOWN]}…", wanted.what)


def exclusive(holder: dict[str, Any], names: tuple[str, ...], at: str = "") -> Iterator[Problem]:
    """Yield a problem if holder has more than one of names."""
    if both := [name for name in names if name in holder][1:]:
        yield Problem(f"{at}{both[0]}", " and ".join(f"`{name}`" for name in names), "only one of them")
