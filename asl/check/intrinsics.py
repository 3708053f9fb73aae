"""The intrinsic functions of the Amazon States Language: what each takes, and the shape of what it returns."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from asl.check.shapes import (
    Array,
    Boolean,
    Null,
    Number,
    Object,
    Shape,
    Text,
    Unknown,
    constant,
    members,
    union,
)
from asl.check.sizes import max_bytes
from asl.check.string_patterns import format_pattern, split_parts

if TYPE_CHECKING:
    from collections.abc import Callable

UUID = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
BASE64 = "^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"
ENCODED_LIMIT = 10_000  # characters that Base64Encode, Base64Decode and Hash take
RANGE_LIMIT = 1000  # items that ArrayRange makes
LEAST, GREATEST = -(2**31), 2**31 - 1  # of the numbers that MathAdd and MathRandom take
ALGORITHMS = frozenset({"MD5", "SHA-1", "SHA-256", "SHA-384", "SHA-512"})


class IntrinsicCallError(ValueError):
    """A call that fails at run time, or may: what is wrong with it, and what it needs."""

    def __init__(self, what: str, required: str, *, decided: bool = True) -> None:
        """Say what is given, what is required, and whether the fault is certain."""
        super().__init__(what)
        self.what = what
        self.required = required
        self.decided = decided


def result_of(name: str, arguments: list[Shape]) -> Shape:
    """Return the shape of what the function name returns for arguments; raises Misused."""
    if name not in FUNCTIONS:
        raise IntrinsicCallError(f"`{name}`", "one of the intrinsic functions")
    function, low, high = FUNCTIONS[name]
    if not low <= len(arguments) <= high:
        raise IntrinsicCallError(f"{len(arguments)} arguments of {name}", f"{low} to {high}")
    known = [[one for one in members(argument) if not isinstance(one, Unknown)] for argument in arguments]
    return function(*(union(*one) for one in known)) if all(known) else Unknown()


def _is(kind: type[Shape] | tuple[type[Shape], ...], shape: Shape, required: str) -> None:
    for member in members(shape):
        if not isinstance(member, kind):
            raise IntrinsicCallError("an argument of another type", required)


def _format(template: Shape, *values: Shape) -> Shape:
    if not isinstance(template, Text) or template.values is None or len(template.values) > 1:
        raise IntrinsicCallError("a template that is not written out", "a literal template", decided=False)
    (text,) = template.values
    if text.count("{}") != len(values):
        raise IntrinsicCallError(
            f"a template with {text.count('{}')} places for {len(values)} values", "as many values as places"
        )
    for value in values:
        _is((Text, Number, Boolean, Null), value, "strings, numbers, truth values or null in States.Format")
    sizes = [_characters(value) for value in values]
    written = len(text) - len("{}") * len(values)
    high = None if None in sizes else written + sum(size or 0 for size in sizes)
    return Text(written + sum(map(_least_characters, values)), high, format_pattern(text, values))


def _least_characters(shape: Shape) -> int:
    """Return the fewest characters of a value in a text; every number takes one."""
    return min((member.low if isinstance(member, Text) else 1 for member in members(shape)), default=0)


def _characters(shape: Shape) -> int | None:
    highs = [member.high if isinstance(member, Text) else max_bytes(member) for member in members(shape)]
    return None if None in highs else max((int(high or 0) for high in highs), default=0)


def _string_to_json(text: Shape) -> Shape:
    found = []
    for member in members(text):
        if not isinstance(member, Text) or member.content is None:
            raise IntrinsicCallError(
                "a string that no contract says is JSON", "a string with contentMediaType application/json"
            )
        found.append(_parsed(member.content, member.high))
    return union(*found)


def _parsed(content: Shape, characters: int | None) -> Shape:
    """Return content bounded by the text that it is read from: no character of JSON takes more than 4 bytes."""
    if isinstance(content, Object) and characters is not None:
        return replace(content, max_bytes=4 * characters)
    return content


def _json_to_string(value: Shape) -> Shape:
    return Text(1, max_bytes(value), content=value, compact=True)


def _array(*items: Shape) -> Shape:
    return Array(items, None, len(items), len(items))


def _arrays(shape: Shape, required: str) -> list[Array]:
    _is(Array, shape, required)
    return [member for member in members(shape) if isinstance(member, Array)]


def _array_length(array: Shape) -> Shape:
    lengths = [(one.low, one.high) for one in _arrays(array, "an array for States.ArrayLength")]
    return union(*(Number(integer=True, low=low, high=high) for low, high in lengths))


def _array_contains(array: Shape, _: Shape) -> Shape:
    _is(Array, array, "an array for States.ArrayContains")
    return Boolean()


def _array_get_item(array: Shape, index: Shape) -> Shape:
    _is(Number, index, "an integer index for States.ArrayGetItem")
    arrays = _arrays(array, "an array for States.ArrayGetItem")
    least = min((one.low for one in arrays), default=0)
    if not isinstance(index, Number) or not _within(index, 0, least - 1):
        raise IntrinsicCallError("an index that may be past the end", "an index within the array")
    return union(*(item for one in arrays for item in (*one.prefix, one.items) if item is not None))


def _within(number: Number, low: float, high: float) -> bool:
    return number.low is not None and number.low >= low and number.high is not None and number.high <= high


def _array_unique(array: Shape) -> Shape:
    arrays = _arrays(array, "an array for States.ArrayUnique")
    items = [one for member in arrays for one in (*member.prefix, member.items) if one]
    highs = [member.high for member in arrays]
    low = min((member.low for member in arrays), default=0)
    return Array((), union(*items), min(low, 1), None if None in highs else max(high or 0 for high in highs))


def _array_partition(array: Shape, size: Shape) -> Shape:
    for number in members(size):
        if not isinstance(number, Number) or number.low is None or number.low < 1:
            raise IntrinsicCallError(
                "a size that may be no positive number", "a positive integer for States.ArrayPartition"
            )
    inner = _array_unique(array)
    return Array((), inner, inner.low, inner.high) if isinstance(inner, Array) else inner


def _array_range(first: Shape, last: Shape, step: Shape) -> Shape:
    (one, two), (other, three), (slow, fast) = (_bounds(number) for number in (first, last, step))
    low, high, pace = min(one, other), max(two, three), slow if slow > 0 else -fast
    if pace <= 0:
        raise IntrinsicCallError("a step that may be 0", "a step up or down for States.ArrayRange")
    most = int((high - low) // pace) + 1
    if most > RANGE_LIMIT:
        raise IntrinsicCallError(f"a range of up to {most} items", f"at most {RANGE_LIMIT} items")
    return Array((), Number(integer=True, low=low, high=high), 0, most)


def _bounds(number: Shape) -> tuple[float, float]:
    _is(Number, number, "integers for States.ArrayRange")
    if not isinstance(number, Number) or number.low is None or number.high is None:
        raise IntrinsicCallError("a range of any length", f"at most {RANGE_LIMIT} items")
    return math.floor(number.low), math.ceil(number.high)  # either is rounded


def _short(text: Shape) -> int:
    """Return the most characters of text; raises Misused if they may be more than an encoding or hash takes."""
    most = _characters(text)
    if most is None or most > ENCODED_LIMIT:
        raise IntrinsicCallError("a value that may be longer", f"a string of at most {ENCODED_LIMIT} characters")
    return most


def _base64_encode(text: Shape) -> Shape:
    _is(Text, text, "a string for States.Base64Encode")
    return Text(0, 4 * -(-4 * _short(text) // 3), frozenset({BASE64}))  # of 4 bytes a character at most


def _base64_decode(text: Shape) -> Shape:
    if any(not isinstance(one, Text) or BASE64 not in one.patterns for one in members(text)):
        raise IntrinsicCallError("a string that may be no Base64", f"one that matches {BASE64}", decided=False)
    return Text(0, _short(text))


def _hash(data: Shape, algorithm: Shape) -> Shape:
    _short(data)
    if not isinstance(algorithm, Text) or not (algorithm.values or {""}) <= ALGORITHMS:
        raise IntrinsicCallError("an algorithm that may be none of them", f"one of {', '.join(sorted(ALGORITHMS))}")
    return Text(32, 128, frozenset({"^[0-9a-f]+$"}))


def _json_merge(first: Shape, second: Shape, deep: Shape) -> Shape:
    if deep != constant(False):
        raise IntrinsicCallError("a deep merge", "false as the third argument of States.JsonMerge")
    for one in (*members(first), *members(second)):
        _is(Object, one, "two objects for States.JsonMerge")
    if not isinstance(first, Object) or not isinstance(second, Object) or first.rest or second.rest:
        raise IntrinsicCallError(
            "objects that may have further fields", "two objects of fields that are known", decided=False
        )
    merged = Object(first.fields)
    for name, field in second.fields:
        kept = merged.get(name)
        either = union(field.shape, *([kept.shape] if kept and not field.required else []))
        merged = merged.having(name, type(field)(either, field.required or bool(kept and kept.required)))
    return merged


def _math_random(first: Shape, last: Shape, *_: Shape) -> Shape:
    (low, high), (other, most) = _whole(first), _whole(last)
    if high > other:
        raise IntrinsicCallError("a start that may be past the end", "a start before the end for States.MathRandom")
    return Number(integer=True, low=low, high=most)


def _math_add(*numbers: Shape) -> Shape:
    for number in numbers:
        _whole(number)
    return Number(integer=True, low=LEAST, high=GREATEST)  # any, so that a loop that counts settles


def _whole(number: Shape) -> tuple[float, float]:
    """Return the least and the greatest of number; raises Misused if it may be out of the range that arithmetic takes."""
    _is(Number, number, "integers")
    if not isinstance(number, Number) or not _within(number, LEAST, GREATEST):
        raise IntrinsicCallError("a number that may be out of range", f"an integer from {LEAST} to {GREATEST}")
    return math.floor(number.low or 0), math.ceil(number.high or 0)


def _string_split(text: Shape, separator: Shape) -> Shape:
    _is(Text, text, "a string for States.StringSplit")
    _is(Text, separator, "a string of separators for States.StringSplit")
    return union(*(split_parts(member, separator, _characters(member)) for member in members(text)))


def _uuid() -> Shape:
    return Text(36, 36, frozenset({UUID}))


MANY = 100
FUNCTIONS: dict[str, tuple[Callable[..., Shape], int, int]] = {
    "States.Format": (_format, 1, MANY),
    "States.StringToJson": (_string_to_json, 1, 1),
    "States.JsonToString": (_json_to_string, 1, 1),
    "States.Array": (_array, 0, MANY),
    "States.ArrayPartition": (_array_partition, 2, 2),
    "States.ArrayContains": (_array_contains, 2, 2),
    "States.ArrayRange": (_array_range, 3, 3),
    "States.ArrayGetItem": (_array_get_item, 2, 2),
    "States.ArrayLength": (_array_length, 1, 1),
    "States.ArrayUnique": (_array_unique, 1, 1),
    "States.Base64Encode": (_base64_encode, 1, 1),
    "States.Base64Decode": (_base64_decode, 1, 1),
    "States.Hash": (_hash, 2, 2),
    "States.JsonMerge": (_json_merge, 3, 3),
    "States.MathRandom": (_math_random, 2, 3),
    "States.MathAdd": (_math_add, 2, 2),
    "States.StringSplit": (_string_split, 2, 2),
    "States.UUID": (_uuid, 0, 0),
}
