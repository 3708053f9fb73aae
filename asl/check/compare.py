"""Whether every value of one shape is a value of another, and if not, where and why."""

import re
from dataclasses import dataclass, replace

from asl.check.patterns import Undecided, within
from asl.check.shapes import (
    Anything,
    Array,
    Boolean,
    Field,
    Null,
    Number,
    Object,
    Reported,
    Shape,
    Text,
    Union,
    members,
    said,
)
from asl.check.sizes import most_bytes

LAST = re.compile(r"(?<!\\)\$$")  # which in a schema lets no line break follow, and in Python one


@dataclass(frozen=True)
class Mismatch:
    """A place at which a promise is not enough: what is promised there, what is needed, and whether that is certain."""

    path: str  # such as `.image.key`
    promised: str
    needed: str
    decided: bool = True


def mismatches(promised: Shape, needed: Shape, path: str = "") -> list[Mismatch]:
    """Return where a value of promised may not be a value of needed: no mismatch proves that every one is."""
    found: list[Mismatch] = []
    for member in members(promised):
        found += [one for one in _member(member, needed, path) if one not in found]
    return found


def _member(promised: Shape, needed: Shape, path: str) -> list[Mismatch]:
    """Compare one alternative: it must lie within one alternative of needed, for all that can be decided."""
    if isinstance(promised, Reported) or needed == Anything():
        return []
    if isinstance(promised, Text) and promised.values is not None:
        return _values(promised, needed, path)
    candidates = [other for other in members(needed) if _alike(promised, other)]
    if not candidates:
        return [Mismatch(path, said(promised), said(needed))]
    best = min((_alternative(promised, other, path) for other in candidates), key=len)
    if best and sum(not _disjoint(promised, other) for other in candidates) > 1:
        return [replace(one, decided=False) for one in best]
    return best


def _disjoint(promised: Shape, needed: Shape) -> bool:
    """Tell whether no value at all is of both shapes, as far as their properties' names and values show."""
    if isinstance(promised, Text) and isinstance(needed, Text):
        both = (promised.values or frozenset()) & (needed.values or frozenset())
        return promised.values is not None and needed.values is not None and not both
    if not isinstance(promised, Object) or not isinstance(needed, Object):
        return False
    names = {name for one in (promised, needed) for name, field in one.fields if field.required}
    pairs = [(promised.get(name), needed.get(name)) for name in names]
    return any(mine is None or theirs is None or _disjoint(mine.shape, theirs.shape) for mine, theirs in pairs)


def _alike(promised: Shape, needed: Shape) -> bool:
    return isinstance(needed, Anything) or type(promised) is type(needed)


def _alternative(promised: Shape, needed: Shape, path: str) -> list[Mismatch]:
    match promised, needed:
        case _, Anything(limit):
            size = most_bytes(promised)
            fits = limit is None or (size is not None and size <= limit)
        case Text(), Text():
            return _text(promised, needed, path)
        case Number(), Number():
            fits = _number_fits(promised, needed)
        case Boolean(), Boolean():
            fits = promised.values <= needed.values
        case Null(), Null():
            fits = True
        case Array(), Array():
            return _array(promised, needed, path)
        case Object(), Object():
            return _object(promised, needed, path)
        case _:
            fits = False
    return [] if fits else [Mismatch(path, said(promised), said(needed))]


def _values(promised: Text, needed: Shape, path: str) -> list[Mismatch]:
    """Compare a string of few values: each is tried by itself."""
    if any(isinstance(other, Anything) and not _alternative(promised, other, path) for other in members(needed)):
        return []
    others = [other for other in members(needed) if isinstance(other, Text)]
    strange = {value for value in promised.values or () if not any(matches(value, other) for other in others)}
    return [Mismatch(path, said(replace(promised, values=frozenset(strange))), said(needed))] if strange else []


def matches(value: str, needed: Text) -> bool:
    """Tell whether value is one of the strings that needed stands for; of one that has to be JSON, never."""
    return (
        needed.low <= len(value)
        and (needed.high is None or len(value) <= needed.high)
        and (needed.values is None or value in needed.values)
        and value not in needed.excluded
        and needed.content is None
        and all(re.search(LAST.sub(r"\\Z", pattern), value) for pattern in needed.patterns)
    )


def _text(promised: Text, needed: Text, path: str) -> list[Mismatch]:
    unlike = not _length_fits(promised, needed) or (needed.content is not None and promised.content is None)
    if unlike or any(matches(value, replace(promised, content=None)) for value in needed.excluded):
        return [Mismatch(path, said(promised), said(needed))]
    if needed.values is not None:
        return [Mismatch(path, said(promised), said(needed), decided=not promised.patterns)]
    if promised.content is not None and needed.content is not None:
        found = mismatches(promised.content, needed.content, path)
        return found or _text(replace(promised, content=None), replace(needed, content=None), path)
    try:
        matched = all(any(within(mine, pattern) for mine in promised.patterns) for pattern in needed.patterns)
    except Undecided:
        return [Mismatch(path, said(promised), said(needed), decided=False)]
    return [] if matched else [Mismatch(path, said(promised), said(needed))]


def _length_fits(promised: Text | Array, needed: Text | Array) -> bool:
    upper = needed.high is None or (promised.high is not None and promised.high <= needed.high)
    return promised.low >= needed.low and upper


def _number_fits(promised: Number, needed: Number) -> bool:
    if promised.values is not None and needed.values is not None:
        return promised.values <= needed.values
    whole = promised.integer or not needed.integer
    low = needed.low is None or (promised.low is not None and promised.low >= needed.low)
    high = needed.high is None or (promised.high is not None and promised.high <= needed.high)
    return whole and low and high and needed.values is None


def _array(promised: Array, needed: Array, path: str) -> list[Mismatch]:
    if not _length_fits(promised, needed):
        return [Mismatch(path, said(promised), said(needed))]
    found: list[Mismatch] = []
    for index in range(max(len(promised.prefix), len(needed.prefix)) + 1):
        mine, theirs = item(promised, index), item(needed, index)
        if mine is not None:
            found += mismatches(mine, theirs if theirs is not None else Union(()), f"{path}[{index}]")
    return found


def item(array: Array, index: int) -> Shape | None:
    """Return the shape of the item at index, or None if there can be none."""
    if array.high is not None and index >= array.high:
        return None
    return array.prefix[index] if index < len(array.prefix) else array.items


def _object(promised: Object, needed: Object, path: str) -> list[Mismatch]:
    found: list[Mismatch] = []
    for name in dict.fromkeys([*dict(promised.fields), *dict(needed.fields)]):
        found += _property(promised.get(name), needed.get(name), f"{path}.{name}")
    for name, field in promised.fields:
        if field.shape != Union(()) and not matches(name, needed.names):
            found.append(Mismatch(f"{path}.{name}", f'the name "{name}"', said(needed.names)))
    if promised.rest is not None:
        rest = needed.rest if needed.rest is not None else Union(())
        found += mismatches(promised.rest, rest, f"{path}.*")
        found += mismatches(promised.names, needed.names, f"{path}.* (its name)")
    bounds = [promised.high, len(promised.fields) if promised.rest is None else None]
    most = min((bound for bound in bounds if bound is not None), default=None)
    if needed.high is not None and (most is None or most > needed.high):
        found += [Mismatch(path, said(promised), f"at most {needed.high} properties")]
    return found


def _property(mine: Field | None, theirs: Field | None, path: str) -> list[Mismatch]:
    if mine is None or mine.shape == Union(()):
        return [Mismatch(path, "nothing", said(theirs.shape))] if theirs is not None and theirs.required else []
    if theirs is None:
        return [Mismatch(path, said(mine.shape), "nothing")]
    if theirs.required and not mine.required:
        return [Mismatch(path, f"{said(mine.shape)}, not always there", said(theirs.shape))]
    return mismatches(mine.shape, theirs.shape, path)
