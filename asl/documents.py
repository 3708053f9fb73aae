"""JSON documents from any source, within limits that the tools can process."""

import json
from collections import Counter
from math import isfinite
from typing import Any

MAX_DEPTH = 128  # levels of objects and arrays
SHOWN = 4  # steps of a path
BYTE_ORDER_MARK = "\ufeff"

Pairs = list[tuple[str, Any]]  # the names and values of an object


class Ambiguous(dict[str, Any]):
    """An object with a name twice, of which JSON's parsers keep the last value: a state, or a rule of a contract, is lost."""

    def __init__(self, pairs: Pairs, place: str = "") -> None:
        """Keep what they keep, and the name; place, where it is known, comes first in the message."""
        super().__init__(pairs)
        ((name, _),) = Counter(name for name, _ in pairs).most_common(1)
        self.problem = f"{place}an object has the name {name} twice, and only one of them would count"


def object_of(pairs: Pairs, place: str = "") -> dict[str, Any]:
    """Return the object of these names and values, which is Ambiguous if a name is there twice."""
    found = dict(pairs)
    return found if len(found) == len(pairs) else Ambiguous(pairs, place)


def refuse_ambiguous(value: Any) -> None:
    """Raise ValueError if an object in a parsed value has a name twice."""
    if isinstance(value, Ambiguous):
        raise ValueError(value.problem)  # noqa: TRY004 - of a document
    for one in _inner(value):
        refuse_ambiguous(one)


def parse_written(text: str) -> Any:
    """Return JSON that someone wrote; raises ValueError as parse_json does, and if an object has a name twice."""
    document = parse_json(text)
    refuse_ambiguous(document)
    return document


def parse_json(text: str) -> Any:
    """Return text as parsed JSON; raises ValueError if it is not JSON, is nested too deeply, or has a number beyond a float's."""
    if text.startswith(BYTE_ORDER_MARK):
        raise ValueError("it begins with a byte order mark, which JSON does not have: save it as UTF-8 without one")
    try:
        document = json.loads(
            text, object_pairs_hook=object_of, parse_constant=_refuse, parse_int=_integer, parse_float=_float
        )
    except RecursionError:
        raise ValueError(f"it is nested more than {MAX_DEPTH} levels deep") from None
    if place := _too_deep(document):
        raise ValueError(f"it is nested more than {MAX_DEPTH} levels deep, at {place}")
    return document


def depth(document: Any) -> int:
    """Return how many levels of objects and arrays a document has, besides empty ones."""
    level, inner = 0, [document]
    while inner := [one for each in inner for one in _inner(each)]:
        level += 1
    return level


def _inner(value: Any) -> list[Any]:
    return list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []


def _too_deep(document: Any) -> str:
    """Return the beginning of the path to what is nested too deeply, or nothing."""
    if depth(document) <= MAX_DEPTH:
        return ""
    path, value = "$", document
    for _ in range(SHOWN):
        steps = value.items() if isinstance(value, dict) else enumerate(value)
        name, value = max(steps, key=lambda step: depth(step[1]))
        path += f"[{name}]" if isinstance(name, int) else f".{name}"
    return f"{path}..."


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def _integer(digits: str) -> int:
    _float(digits)
    return int(digits)


def _float(digits: str) -> float:
    number = float(digits)
    if not isfinite(number):
        raise ValueError(f"a number of {len(digits)} characters is too large")
    return number
