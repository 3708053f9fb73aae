"""The inclusion of shapes: whether every value of one is a value of another, and if not, where and why."""

from dataclasses import dataclass, replace

from asl.check.budget import spend
from asl.check.descriptions import describe
from asl.check.patterns import is_match, is_subset, lengths_of
from asl.check.regular_expressions import UndecidedPatternError
from asl.check.shapes import (
    Anything,
    Array,
    Boolean,
    Field,
    Null,
    Number,
    Object,
    Shape,
    Text,
    Union,
    Unknown,
    members,
    union,
)
from asl.check.sizes import max_bytes


@dataclass(frozen=True)
class Mismatch:
    """A place where a value may not be what is required; decided is False where that is not certain."""

    path: str  # such as `.image.key`
    provided: str
    required: str
    decided: bool = True
    placeholder: bool = False  # whether it depends on what replaces a placeholder
    unstated: bool = False  # whether it depends on what no contract says of what is provided


def mismatches(provided: Shape, required: Shape, path: str = "") -> list[Mismatch]:
    """Return where a value of provided may not be a value of required; an empty list proves that every one is."""
    found = dict[Mismatch, None]()
    for member in members(provided):
        found |= dict.fromkeys(_member(member, required, path))
    return list(found)


def _member(provided: Shape, required: Shape, path: str) -> list[Mismatch]:  # noqa: PLR0911 - one case a kind
    """Compare one alternative, which has to lie within one alternative of required."""
    if isinstance(provided, Unknown) or required == Anything():
        return []
    if isinstance(provided, Anything) and provided.unstated:
        return [
            replace(one, decided=False, unstated=True)
            for one in _member(replace(provided, unstated=False), required, path)
        ]
    doubtful = [other for other in members(required) if isinstance(other, Text) and other.doubtful]
    if doubtful:
        found = _member(provided, union(*(other for other in members(required) if other not in doubtful)), path)
        return [replace(one, decided=False) for one in found] if isinstance(provided, Text) else found
    if isinstance(provided, Text) and provided.placeholder and not provided.unstated:
        return _unknown_text(provided, required, path)
    candidates = [other for other in members(required) if _alike(provided, other)]
    if not candidates:
        return [Mismatch(path, describe(provided), describe(required))]
    if isinstance(provided, Text | Number | Array | Object) and provided.unstated:
        return _unstated(provided, required, path)
    if isinstance(provided, Text) and provided.values is not None:
        return _values(provided, required, path)
    best = min((_alternative(provided, other, path) for other in candidates), key=len)
    if best and sum(not _disjoint(provided, other) for other in candidates) > 1:
        return [replace(one, decided=False) for one in best]
    return best


def _unstated(provided: Text | Number | Array | Object, required: Shape, path: str) -> list[Mismatch]:
    """Compare what a service or an expression makes, of which a contract could say more: nothing but its type is certain."""
    plain = replace(provided, unstated=False)
    if isinstance(plain, Text):
        plain = replace(plain, placeholder=False)
    of_service = isinstance(provided, Text) and provided.placeholder
    found = _member(plain, required, path)
    return [replace(one, decided=False, unstated=True, placeholder=of_service) for one in found]


def _unknown_text(provided: Text, required: Shape, path: str) -> list[Mismatch]:
    """Compare a text with a placeholder: it is certainly wrong only where no string would do, or where it is too long already."""
    texts = [one for one in members(required) if isinstance(one, Text | Anything)]
    if any(isinstance(one, Anything) or one == Text() for one in texts):
        return []
    fits = any(isinstance(one, Text) and (one.high is None or provided.low <= one.high) for one in texts)
    return [Mismatch(path, describe(provided), describe(required), decided=not fits, placeholder=fits)]


def _disjoint(provided: Shape, required: Shape) -> bool:
    """Return True if the names and values of properties show that no value is of both shapes."""
    spend()
    if isinstance(provided, Text) and isinstance(required, Text):
        both = (provided.values or frozenset()) & (required.values or frozenset())
        return provided.values is not None and required.values is not None and not both
    if not isinstance(provided, Object) or not isinstance(required, Object):
        return False
    names = {name for one in (provided, required) for name, field in one.fields if field.required}
    pairs = [(provided.get(name), required.get(name)) for name in names]
    return any(mine is None or theirs is None or _disjoint(mine.shape, theirs.shape) for mine, theirs in pairs)


def _alike(provided: Shape, required: Shape) -> bool:
    return isinstance(required, Anything) or type(provided) is type(required)


def _alternative(provided: Shape, required: Shape, path: str) -> list[Mismatch]:
    spend()
    match provided, required:
        case _, Anything(limit):
            size = max_bytes(provided)
            fits = limit is None or (size is not None and size <= limit)
        case Text(), Text():
            return _text(provided, required, path)
        case Number(), Number():
            fits = _number_fits(provided, required)
        case Boolean(), Boolean():
            fits = provided.values <= required.values
        case Null(), Null():
            fits = True
        case Array(), Array():
            return _array(provided, required, path)
        case Object(), Object():
            return _object(provided, required, path)
        case _:
            fits = False
    return [] if fits else [Mismatch(path, describe(provided), describe(required))]


def _values(provided: Text, required: Shape, path: str) -> list[Mismatch]:
    """Compare a string of few values, each by itself."""
    if any(isinstance(other, Anything) and not _alternative(provided, other, path) for other in members(required)):
        return []
    others = [other for other in members(required) if isinstance(other, Text)]
    listed = frozenset[str]().union(*map(_listed, others))
    unmatched, undecided = set[str](), set[str]()
    for value in (provided.values or frozenset()) - listed:
        found = [may_match(value, other) for other in others]
        if True not in found:
            (undecided if None in found else unmatched).add(value)
    kinds = ((unmatched, True), (undecided, False))
    return [
        Mismatch(path, describe(replace(provided, values=frozenset(some))), describe(required), decided=decided)
        for some, decided in kinds
        if some
    ]


def _listed(text: Text) -> frozenset[str]:
    """Return the values that text lists, if nothing else decides which of them it has."""
    if text.values is None or text.patterns or text.excluded or text.content is not None:
        return frozenset()
    return frozenset(
        one for one in text.values if text.low <= len(one) <= (len(one) if text.high is None else text.high)
    )


def may_match(value: str, required: Text) -> bool | None:
    """Return whether value is one of the strings of required; None if that is undecided."""
    try:
        return matches(value, required)
    except UndecidedPatternError:
        return None


def matches(value: str, required: Text) -> bool:
    """Return True if value is one of the strings of required; False where required has to be JSON.

    Raises UndecidedPatternError.
    """
    spend()
    return (
        required.low <= len(value)
        and (required.high is None or len(value) <= required.high)
        and (required.values is None or value in required.values)
        and value not in required.excluded
        and required.content is None
        and all(is_match(pattern, value) for pattern in required.patterns)
    )


def _text(provided: Text, required: Text, path: str) -> list[Mismatch]:
    unlike = not _within(lengths_of(provided), required) or (required.content is not None and provided.content is None)
    given = replace(provided, content=None)
    excluded = [may_match(value, given) for value in required.excluded]
    if unlike or None in excluded or True in excluded:
        if not unlike and True not in excluded:
            return [Mismatch(path, describe(provided), describe(required), decided=False)]
        return [Mismatch(path, describe(provided), describe(required))]
    if required.values is not None:
        return [Mismatch(path, describe(provided), describe(required), decided=not provided.patterns)]
    if provided.content is not None and required.content is not None:
        found = mismatches(provided.content, required.content, path)
        return found or _text(replace(provided, content=None), replace(required, content=None), path)
    try:
        matched = all(any(is_subset(mine, pattern) for mine in provided.patterns) for pattern in required.patterns)
    except UndecidedPatternError:
        return [Mismatch(path, describe(provided), describe(required), decided=False)]
    return [] if matched else [Mismatch(path, describe(provided), describe(required))]


def _within(lengths: tuple[int, int | None], required: Text | Array) -> bool:
    low, high = lengths
    return low >= required.low and (required.high is None or (high is not None and high <= required.high))


def _number_fits(provided: Number, required: Number) -> bool:
    if provided.values is not None and required.values is not None:
        return provided.values <= required.values
    if provided.values is not None and required.integer:
        provided = replace(provided, integer=all(float(value).is_integer() for value in provided.values))
    whole = provided.integer or not required.integer
    low = required.low is None or (provided.low is not None and provided.low >= required.low)
    high = required.high is None or (provided.high is not None and provided.high <= required.high)
    return whole and low and high and required.values is None and _are_multiples(provided, required.multiple)


def _are_multiples(provided: Number, factor: float | None) -> bool:
    """Return whether all numbers of provided are multiples of factor, if there is one."""
    if factor is None:
        return True
    known = provided.values if provided.values is not None else frozenset({provided.multiple or 0} - {0})
    return bool(known) and all((number / factor).is_integer() for number in map(float, known))


def _array(provided: Array, required: Array, path: str) -> list[Mismatch]:
    if not _within((provided.low, provided.high), required):
        return [Mismatch(path, describe(provided), describe(required))]
    found: list[Mismatch] = []
    if required.unique and not provided.unique and (provided.high is None or provided.high > 1):
        found.append(Mismatch(path, f"{describe(provided)}, of which some may be equal", "an array of unique items"))
    for index in range(max(len(provided.prefix), len(required.prefix)) + 1):
        spend()
        mine, theirs = item_at(provided, index), item_at(required, index)
        if mine is not None:
            found += mismatches(mine, theirs if theirs is not None else Union(()), f"{path}[{index}]")
    return found


def item_at(array: Array, index: int) -> Shape | None:
    """Return the shape of the item at index, or None if there can be none."""
    if array.high is not None and index >= array.high:
        return None
    return array.prefix[index] if index < len(array.prefix) else array.items


def _object(provided: Object, required: Object, path: str) -> list[Mismatch]:
    found: list[Mismatch] = []
    for name in dict.fromkeys([*provided.by_name, *required.by_name]):
        spend()
        found += _property(provided.get(name), required.get(name), f"{path}.{name}")
    for name, field in provided.fields if required.names != Text() else ():
        fits = field.shape == Union(()) or may_match(name, required.names)
        if not fits:
            wrong, wanted = f'the name "{name}"', describe(required.names)
            found.append(Mismatch(f"{path}.{name}", wrong, wanted, decided=fits is not None))
    if provided.rest is not None:
        rest = required.rest if required.rest is not None else Union(())
        found += mismatches(provided.rest, rest, f"{path}.*")
        found += mismatches(provided.names, required.names, f"{path}.* (its name)")
    bounds = [provided.high, len(provided.fields) if provided.rest is None else None]
    most = min((bound for bound in bounds if bound is not None), default=None)
    if required.high is not None and (most is None or most > required.high):
        found += [Mismatch(path, describe(provided), f"at most {required.high} properties")]
    if required.least > max(provided.least, sum(field.required for _, field in provided.fields)):
        found += [Mismatch(path, describe(provided), f"at least {required.least} properties")]
    return found


def _property(mine: Field | None, theirs: Field | None, path: str) -> list[Mismatch]:
    if mine is not None and mine.required and mine.shape == Union(()):
        return []  # there is no such object
    if mine is None or mine.shape == Union(()):
        return [Mismatch(path, "nothing", describe(theirs.shape))] if theirs is not None and theirs.required else []
    if theirs is None:
        return [Mismatch(path, describe(mine.shape), "nothing")]
    if theirs.required and not mine.required:
        return [Mismatch(path, f"{describe(mine.shape)}, not always there", describe(theirs.shape))]
    return mismatches(mine.shape, theirs.shape, path)
