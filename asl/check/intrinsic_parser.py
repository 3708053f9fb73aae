"""The parser of calls of intrinsic functions, such as `States.Format('{}', $.name)`."""

import re
from dataclasses import dataclass

from asl.check.intrinsic_arguments import IntrinsicCallError
from asl.check.intrinsic_templates import template_of
from asl.check.placeholders import written
from asl.check.shapes import Shape, constant
from asl.documents import parse_json

# A path ends at a comma, a parenthesis or a space, but not in brackets, where a filter or a quoted name may have them.
PATH = r"""\$(?:[^,)\s\['"]|\[(?:[^\[\]'"]|'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|\[[^\[\]]*\])*\])*"""
TOKEN = re.compile(
    rf"\s*(?:(States\.\w+)\s*\(|('(?:[^'\\]|\\.)*')|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(true|false|null)\b|({PATH})|([,)]))"
)
ESCAPED = re.compile(r"\\(.)")
FORMAT = "States.Format"
MAX_NESTED = 50  # calls in each other
# Calls in a field: https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html, whose example counts all
# of them, not how deep they are. It does not say what happens with more.
MAX_CALLS = 10
MAX_SHOWN = 300  # characters of a call in a message
WORDS = {"true": True, "false": False, "null": None}


@dataclass(frozen=True)
class Call:
    """A call of an intrinsic function; an argument is a call, a path, or a literal."""

    name: str
    arguments: tuple["Call | str | Shape", ...]


def _quoted(text: str) -> str:
    return f"`{text}`" if len(text) <= MAX_SHOWN else f"`{text[:MAX_SHOWN]}…`"


def parse_call(text: str) -> Call:
    """Return the call that text is; raises IntrinsicCallError."""
    call, end = _parse_argument(text, 0, 0)
    if not isinstance(call, Call) or text[end:].strip():
        raise IntrinsicCallError(_quoted(text), "a call of an intrinsic function")
    if calls(call) > MAX_CALLS:
        raise IntrinsicCallError(f"{calls(call)} calls in a field", f"at most {MAX_CALLS}", decided=False)
    return call


def calls(call: Call) -> int:
    """Return how many calls call is, with those in it."""
    return 1 + sum(calls(one) for one in call.arguments if isinstance(one, Call))


def _parse_argument(text: str, at: int, level: int, *, is_template: bool = False) -> tuple[Call | str | Shape, int]:
    match = TOKEN.match(text, at)
    if match is None or match[6]:
        raise IntrinsicCallError(_quoted(text), f"an argument at character {at + 1}")
    name, quoted, number, word, path, _ = match.groups()
    if name:
        return _parse_call(name, text, match.end(), level + 1)
    if quoted:
        inner = quoted[1:-1]
        return template_of(inner) if is_template else written(ESCAPED.sub(r"\1", inner)), match.end()
    if number:
        return _number(number), match.end()
    return (constant(WORDS[word]), match.end()) if word else (path, match.end())


def _number(text: str) -> Shape:
    try:
        return constant(parse_json(text))
    except ValueError:  # it begins with 0, or is too large
        raise IntrinsicCallError(_quoted(text), "a number of JSON, up to those of a float") from None


def _parse_call(name: str, text: str, at: int, level: int) -> tuple[Call, int]:
    if level > MAX_NESTED:
        raise IntrinsicCallError(_quoted(text), f"at most {MAX_NESTED} calls in each other", decided=False)
    arguments: list[Call | str | Shape] = []
    match = TOKEN.match(text, at)
    if match and match[6] == ")":
        return Call(name, ()), match.end()
    while True:
        argument, at = _parse_argument(text, at, level, is_template=name == FORMAT and not arguments)
        arguments.append(argument)
        match = TOKEN.match(text, at)
        if match is None or not match[6]:
            raise IntrinsicCallError(_quoted(text), f"a comma or parenthesis at character {at + 1}")
        at = match.end()
        if match[6] == ")":
            return Call(name, tuple(arguments)), at
