"""The intrinsic functions of JSON: the shape of what each returns; they raise IntrinsicCallError."""

from dataclasses import replace

from asl.check.intrinsic_arguments import IntrinsicCallError, require_kind
from asl.check.shapes import NULL, Object, Shape, Text, constant, members, union
from asl.check.sizes import max_bytes
from asl.documents import parse_json

MAX_SHOWN = 100  # characters of a text in a message


def string_to_json(text: Shape) -> Shape:
    """Return the result of States.StringToJson."""
    found = []
    for member in members(text):
        if isinstance(member, Text) and member.values is not None and not member.placeholder:
            found += [_of_constant(value) for value in member.values]
            continue
        if not isinstance(member, Text) or member.content is None:
            raise IntrinsicCallError(
                "a string that is not known to be JSON", "a string with contentMediaType application/json"
            )
        found.append(_parsed(member.content, member.high))
    return union(*found)


def _of_constant(text: str) -> Shape:
    """Return the value that a string which is written out is the JSON of; an empty one is null, as AWS was seen to have it."""
    if not text.strip():
        return NULL
    try:
        return constant(parse_json(text))
    except ValueError as error:
        raise IntrinsicCallError(f"`{text[:MAX_SHOWN]}`, which is no JSON", "JSON for States.StringToJson") from error


def _parsed(content: Shape, characters: int | None) -> Shape:
    """Return content, bounded by the text that it is parsed from: a character has up to 4 bytes."""
    if isinstance(content, Object) and characters is not None:
        return replace(content, max_bytes=4 * characters)
    return content


def json_to_string(value: Shape) -> Shape:
    """Return the result of States.JsonToString."""
    return Text(1, max_bytes(value), content=value, compact=True)


def json_merge(first: Shape, second: Shape, deep: Shape) -> Shape:
    """Return the result of States.JsonMerge."""
    if deep != constant(False):
        raise IntrinsicCallError("a deep merge", "false as the third argument of States.JsonMerge")
    for one in (*members(first), *members(second)):
        require_kind(Object, one, "two objects for States.JsonMerge")
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
