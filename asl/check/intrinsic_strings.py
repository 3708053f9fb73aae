"""The intrinsic functions of strings: the shape of what each returns; they raise IntrinsicCallError."""

import re

from asl.check.descriptions import describe
from asl.check.intrinsic_arguments import IntrinsicCallError, max_characters, require_kind
from asl.check.intrinsic_templates import template_from
from asl.check.placeholders import MAX_REPLACED, written_and_replaced
from asl.check.shapes import Boolean, Null, Number, Shape, Text, members, union
from asl.check.string_patterns import format_pattern, split_parts

UUID = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
BASE64 = "^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"
ENCODED_LIMIT = 10_000  # characters that Base64Encode, Base64Decode and Hash take
ALGORITHMS = {
    "MD5": 32,
    "SHA-1": 40,
    "SHA-256": 64,
    "SHA-384": 96,
    "SHA-512": 128,
}  # and the hexadecimal digits of each


def format_text(template: Shape, *values: Shape) -> Shape:
    """Return the result of States.Format."""
    texts = template_from(template).texts
    if len(texts) - 1 != len(values):
        raise IntrinsicCallError(
            f"a template with {len(texts) - 1} places for {len(values)} values", "as many values as places"
        )
    for value in values:
        _check_value(value)
    sizes = [max_characters(value) for value in values]
    least, replaced = written_and_replaced("".join(texts))
    high = None if None in sizes else least + replaced * MAX_REPLACED + sum(size or 0 for size in sizes)
    low = least + sum(map(_min_characters, values))
    if replaced or any(isinstance(one, Text) and one.placeholder for value in values for one in members(value)):
        return Text(low, high, placeholder=True)
    return Text(low, high, format_pattern(texts, values))


def _check_value(value: Shape) -> None:
    """Raise IntrinsicCallError for objects and arrays: AWS's documentation excludes them, and Step Functions was seen to take one."""
    for member in members(value):
        if not isinstance(member, Text | Number | Boolean | Null):
            wanted = "a string, a number, a truth value or null in States.Format"
            raise IntrinsicCallError(describe(member), wanted, decided=False)


def _min_characters(shape: Shape) -> int:
    """Return the fewest characters of a value in a text; every number takes one."""
    return min((member.low if isinstance(member, Text) else 1 for member in members(shape)), default=0)


def string_split(text: Shape, separator: Shape) -> Shape:
    """Return the result of States.StringSplit."""
    require_kind(Text, text, "a string for States.StringSplit")
    require_kind(Text, separator, "a string of separators for States.StringSplit")
    if any(isinstance(one, Text) and not one.placeholder and _may_be_empty(one) for one in members(separator)):
        raise IntrinsicCallError("a separator that may be empty", "a character at least", decided=False)
    return union(*(split_parts(member, separator, max_characters(member)) for member in members(text)))


def _may_be_empty(text: Text) -> bool:
    return "" in text.values if text.values is not None else text.low == 0


def _limited_length(text: Shape) -> int:
    """Return the most characters of text; raises IntrinsicCallError if there may be too many."""
    most = max_characters(text)
    if most is None or most > ENCODED_LIMIT:
        raise IntrinsicCallError("a value that may be longer", f"a string of at most {ENCODED_LIMIT} characters")
    return most


def base64_encode(text: Shape) -> Shape:
    """Return the result of States.Base64Encode."""
    require_kind(Text, text, "a string for States.Base64Encode")
    return Text(0, 4 * -(-4 * _limited_length(text) // 3), frozenset({BASE64}))  # a character has up to 4 bytes


def base64_decode(text: Shape) -> Shape:
    """Return the result of States.Base64Decode."""
    if not all(isinstance(one, Text) and _is_base64(one) for one in members(text)):
        raise IntrinsicCallError("a string that may be no Base64", f"one that matches {BASE64}", decided=False)
    return Text(0, _limited_length(text))


def _is_base64(text: Text) -> bool:
    values = text.values or frozenset()
    return BASE64 in text.patterns or (bool(values) and all(re.fullmatch(BASE64, value) for value in values))


def hash_text(data: Shape, algorithm: Shape) -> Shape:
    """Return the result of States.Hash."""
    _limited_length(data)
    if not isinstance(algorithm, Text) or not (algorithm.values or {""}) <= set(ALGORITHMS):
        raise IntrinsicCallError("an algorithm that may be none of them", f"one of {', '.join(sorted(ALGORITHMS))}")
    return digits_of(algorithm)


def digits_of(algorithm: Text) -> Text:
    """Return the hash that one of several known algorithms makes, in hexadecimal digits."""
    lengths = [ALGORITHMS[value] for value in algorithm.values or ()]
    return Text(min(lengths), max(lengths), frozenset({"^[0-9a-f]+$"}))


def uuid() -> Shape:
    """Return the result of States.UUID."""
    return Text(36, 36, frozenset({UUID}))
