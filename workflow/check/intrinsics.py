"""The intrinsic functions of the Amazon States Language: how a call is read, and the shape of what it returns."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from workflow.check.shapes import (
    Array,
    Boolean,
    Null,
    Number,
    Object,
    Reported,
    Shape,
    Text,
    constant,
    members,
    union,
)
from workflow.check.sizes import most_bytes

if TYPE_CHECKING:
    from collections.abc import Callable

TOKEN = re.compile(
    r"\s*(?:(States\.\w+)\s*\(|('(?:[^'\\]|\\.)*')|(-?\d+(?:\.\d+)?)|(true|false|null)\b|(\$[^,)\s]*)|([,)]))"
)
UUID = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
BASE64_LIMIT = 10_000  # characters that Base64Encode and Base64Decode take
WORDS = {"true": True, "false": False, "null": None}


class Misused(ValueError):  # noqa: N818 - it is the call that is
    """A call that fails at run time, or may: what is wrong with it, and what it needs."""

    def __init__(self, what: str, needed: str, *, decided: bool = True) -> None:
        """Say what is given, what is needed, and whether the fault is certain."""
        super().__init__(what)
        self.what = what
        self.needed = needed
        self.decided = decided


@dataclass(frozen=True)
class Call:
    """A call of an intrinsic function; an argument is a call, a path, or a literal."""

    name: str
    arguments: tuple[Call | str | Shape, ...]


def read(text: str) -> Call:
    """Return the call that text is; raises Misused."""
    call, end = _read_argument(text, 0)
    if not isinstance(call, Call) or text[end:].strip():
        raise Misused(f"`{text}`", "a call of an intrinsic function")
    return call


def _read_argument(text: str, at: int) -> tuple[Call | str | Shape, int]:
    match = TOKEN.match(text, at)
    if match is None or match[6]:
        raise Misused(f"`{text}`", f"an argument at character {at + 1}")
    name, quoted, number, word, path, _ = match.groups()
    if name:
        return _read_call(name, text, match.end())
    if quoted:
        return constant(re.sub(r"\\(.)", r"\1", quoted[1:-1])), match.end()
    if number:
        return constant(float(number) if "." in number else int(number)), match.end()
    return (constant(WORDS[word]), match.end()) if word else (path, match.end())


def _read_call(name: str, text: str, at: int) -> tuple[Call, int]:
    arguments: list[Call | str | Shape] = []
    match = TOKEN.match(text, at)
    if match and match[6] == ")":
        return Call(name, ()), match.end()
    while True:
        argument, at = _read_argument(text, at)
        arguments.append(argument)
        match = TOKEN.match(text, at)
        if match is None or not match[6]:
            raise Misused(f"`{text}`", f"a comma or parenthesis at character {at + 1}")
        at = match.end()
        if match[6] == ")":
            return Call(name, tuple(arguments)), at


def returned(name: str, arguments: list[Shape]) -> Shape:
    """Return the shape of what the function name returns for arguments; raises Misused."""
    if any(isinstance(argument, Reported) for argument in arguments):
        return Reported()
    if name not in FUNCTIONS:
        raise Misused(f"`{name}`", "one of the intrinsic functions")
    function, low, high = FUNCTIONS[name]
    if not low <= len(arguments) <= high:
        raise Misused(f"{len(arguments)} arguments of {name}", f"{low} to {high}")
    return function(*arguments)


def _is(kind: type[Shape] | tuple[type[Shape], ...], shape: Shape, needed: str) -> None:
    for member in members(shape):
        if not isinstance(member, kind):
            raise Misused("an argument of another type", needed)


def _format(template: Shape, *values: Shape) -> Shape:
    if not isinstance(template, Text) or template.values is None:
        raise Misused("a template that is not written out", "a literal template", decided=False)
    (text,) = template.values
    if text.count("{}") != len(values):
        raise Misused(f"a template with {text.count('{}')} places for {len(values)} values", "as many values as places")
    for value in values:
        _is((Text, Number, Boolean, Null), value, "strings, numbers, truth values or null in States.Format")
    sizes = [_characters(value) for value in values]
    high = None if None in sizes else len(text) + sum(size or 0 for size in sizes)
    return Text(0, high)


def _characters(shape: Shape) -> int | None:
    highs = [member.high if isinstance(member, Text) else most_bytes(member) for member in members(shape)]
    return None if None in highs else max((int(high or 0) for high in highs), default=0)


def _string_to_json(text: Shape) -> Shape:
    found = []
    for member in members(text):
        if not isinstance(member, Text) or member.content is None:
            raise Misused("a string that no contract says is JSON", "a string with contentMediaType application/json")
        found.append(_parsed(member.content, member.high))
    return union(*found)


def _parsed(content: Shape, characters: int | None) -> Shape:
    """Return content bounded by the text that it is read from: no character of JSON takes more than 4 bytes."""
    if isinstance(content, Object) and characters is not None:
        return replace(content, most=4 * characters)
    return content


def _json_to_string(value: Shape) -> Shape:
    return Text(1, most_bytes(value), content=value)


def _array(*items: Shape) -> Shape:
    return Array(items, None, len(items), len(items))


def _array_length(array: Shape) -> Shape:
    _is(Array, array, "an array for States.ArrayLength")
    return Number(integer=True, low=0)


def _array_contains(array: Shape, _: Shape) -> Shape:
    _is(Array, array, "an array for States.ArrayContains")
    return Boolean()


def _array_get_item(array: Shape, index: Shape) -> Shape:
    _is(Array, array, "an array for States.ArrayGetItem")
    _is(Number, index, "an integer index for States.ArrayGetItem")
    if not isinstance(array, Array) or not isinstance(index, Number) or index.high is None or index.high >= array.low:
        raise Misused(
            f"an index that {'may be' if isinstance(index, Number) else 'is'} past the end", "an index within"
        )
    return union(*array.prefix, *([array.items] if array.items is not None else []))


def _array_like(array: Shape, *_: Shape) -> Shape:
    _is(Array, array, "an array")
    items = [
        one for member in members(array) if isinstance(member, Array) for one in (*member.prefix, member.items) if one
    ]
    highs = [member.high for member in members(array) if isinstance(member, Array)]
    return Array((), union(*items), 0, None if None in highs else max(high or 0 for high in highs))


def _array_partition(array: Shape, size: Shape) -> Shape:
    _is(Number, size, "a positive integer for States.ArrayPartition")
    inner = _array_like(array)
    return Array((), inner, 0, inner.high if isinstance(inner, Array) else None)


def _array_range(*bounds: Shape) -> Shape:
    for bound in bounds:
        _is(Number, bound, "integers for States.ArrayRange")
    return Array((), Number(integer=True), 1, 1000)


def _base64(text: Shape) -> Shape:
    for member in members(text):
        if not isinstance(member, Text) or member.high is None or member.high > BASE64_LIMIT:
            raise Misused("a value that may be longer", f"a string of at most {BASE64_LIMIT} characters")
    return Text(0, 4 * BASE64_LIMIT)  # of a character's most bytes


def _hash(_: Shape, algorithm: Shape) -> Shape:
    _is(Text, algorithm, "the name of an algorithm for States.Hash")
    return Text(32, 128, frozenset({"^[0-9a-f]+$"}))


def _json_merge(first: Shape, second: Shape, deep: Shape) -> Shape:
    if deep != constant(False):
        raise Misused("a deep merge", "false as the third argument of States.JsonMerge")
    if not isinstance(first, Object) or not isinstance(second, Object):
        raise Misused("an argument of another type", "two objects for States.JsonMerge", decided=False)
    merged = first
    for name, field in second.fields:
        kept = merged.get(name)
        either = union(field.shape, *([kept.shape] if kept and not field.required else []))
        merged = merged.having(name, type(field)(either, field.required or bool(kept and kept.required)))
    return merged


def _math(*numbers: Shape) -> Shape:
    for number in numbers:
        _is(Number, number, "integers")
    return Number(integer=True, low=-(2**31), high=2**31 - 1)


def _string_split(text: Shape, separator: Shape) -> Shape:
    _is(Text, text, "a string for States.StringSplit")
    _is(Text, separator, "a string of separators for States.StringSplit")
    high = _characters(text)
    return Array((), Text(0, high), 0, high)


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
    "States.ArrayUnique": (_array_like, 1, 1),
    "States.Base64Encode": (_base64, 1, 1),
    "States.Base64Decode": (_base64, 1, 1),
    "States.Hash": (_hash, 2, 2),
    "States.JsonMerge": (_json_merge, 3, 3),
    "States.MathRandom": (_math, 2, 3),
    "States.MathAdd": (_math, 2, 2),
    "States.StringSplit": (_string_split, 2, 2),
    "States.UUID": (_uuid, 0, 0),
}
