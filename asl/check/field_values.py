"""What a field of a state may hold, apart from the states and templates in it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from asl.check.placeholders import has_placeholder
from asl.language import INTEGRATION

MOST_SECONDS = 99_999_999
CALL = re.compile(r"arn:[^:]*:states:::.*", re.DOTALL)
OTHER_PLACEHOLDER = re.compile(
    r"[%<{@#_].*[%>}@#_]", re.DOTALL
)  # such as `%FUNCTION_ARN%`, which tools of all kinds replace
RFC3339 = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})", re.ASCII)


@dataclass(frozen=True)
class Value:
    """A kind of value: what it is called in messages, and whether a value is one."""

    what: str
    holds: Callable[[Any], bool]

    def accepts(self, value: Any) -> bool:
        """Return whether value is of this kind, or is text that a placeholder may turn into it."""
        return has_placeholder(value) or self.holds(value)


def _is_path(value: Any) -> bool:
    return isinstance(value, str) and value.startswith("$")


def _is_reference(value: Any) -> bool:
    if not _is_path(value) or (value != "$" and value[1] not in ".["):
        return False
    plain = value.replace("['", "\n").replace('["', "\n")  # names in brackets may have any sign
    return not set(plain.partition("\n")[0]) & set("*?@:,") and ".." not in plain.partition("\n")[0]


def _is_resource(value: Any) -> bool:
    """Return whether value is an ARN and, if it is of a call, one of a service's action."""
    if not isinstance(value, str) or not value.startswith("arn:"):
        return isinstance(value, str) and OTHER_PLACEHOLDER.fullmatch(value) is not None
    return CALL.fullmatch(value) is None or INTEGRATION.fullmatch(value) is not None


def _is_number(value: Any, low: float, high: float) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high


def _is_timestamp(value: Any) -> bool:
    if not isinstance(value, str) or not RFC3339.fullmatch(value):
        return False
    try:
        datetime.fromisoformat(f"{value[:19]}Z")
    except ValueError:  # a month or an hour that no calendar or clock has
        return False
    return True


def _is_open(pattern: str) -> bool:
    """Return whether a pattern of StringMatches ends with a backslash that escapes nothing, which Step Functions fails with."""
    return (len(pattern) - len(pattern.rstrip("\\"))) % 2 == 1


def one_of(*texts: str) -> Value:
    """Return the kind of value that is one of texts."""
    return Value(" or ".join(texts), lambda value: value in texts)


def or_null(kind: Value) -> Value:
    """Return the kind of value that is null or of kind."""
    return Value(f"{kind.what}, or null", lambda value: value is None or kind.holds(value))


def whole(low: int, high: int) -> Value:
    """Return the kind of value that is an integer from low to high."""
    return Value(
        f"an integer from {low} to {high}",
        lambda value: _is_number(value, low, high) and (isinstance(value, int) or value.is_integer()),
    )


def number(low: float, high: float) -> Value:
    """Return the kind of value that is a number from low to high."""
    return Value(f"a number from {low:g} to {high:g}", lambda value: _is_number(value, low, high))


ANY = Value("any value", lambda _: True)
TEXT = Value("a string", lambda value: isinstance(value, str))
BOOLEAN = Value("a truth value", lambda value: isinstance(value, bool))
TRUE = Value("true", lambda value: value is True)
NUMBER = Value("a number", lambda value: _is_number(value, float("-inf"), float("inf")))
OBJECT = Value("an object", lambda value: isinstance(value, dict))
ARRAY = Value("an array", lambda value: isinstance(value, list))
PATTERN = Value(
    "a pattern, in which `\\\\` escapes `*` or itself", lambda value: isinstance(value, str) and not _is_open(value)
)
PATH = Value("a path, and no call of a function", _is_path)
PATH_OR_CALL = Value(
    "a path or a call of an intrinsic function",
    lambda value: isinstance(value, str) and value.startswith(("$", "States.")),
)
REFERENCE_PATH = Value("a reference path, such as `$.result`", _is_reference)
RESOURCE = Value(
    "the ARN of a function, of an activity, or of a call such as arn:aws:states:::lambda:invoke", _is_resource
)
SECONDS = whole(1, MOST_SECONDS)
TIMESTAMP = Value("a timestamp of RFC 3339, such as 2026-11-30T12:00:00Z", _is_timestamp)
JSONATA = Value(
    "a JSONata expression in `{% %}`",
    lambda value: isinstance(value, str) and value.startswith("{%") and value.endswith("%}"),
)


ARRAY_OF_TEXTS = Value(
    "an array of strings", lambda value: isinstance(value, list) and all(isinstance(one, str) for one in value)
)
MAX_LABEL = 40  # characters
LABEL = Value(
    f"a label: up to {MAX_LABEL} characters, without spaces, brackets and special characters",
    lambda value: (
        isinstance(value, str)
        and re.fullmatch(rf"[^\s?*<>{{}}\[\]:;,\\|^~$#%&`\"\x00-\x1f\x7f]{{1,{MAX_LABEL}}}", value) is not None
    ),
)


def resource(*calls: str) -> Value:
    """Return the kind of value that is the ARN of one of calls, such as `s3:getObject`, in any partition."""
    ends = "|".join(map(re.escape, calls))
    arn = re.compile(rf"arn:[^:]+:states:::({ends})")
    return Value(
        " or ".join(f"arn:aws:states:::{one}" for one in calls),
        lambda value: isinstance(value, str) and arn.fullmatch(value) is not None,
    )


def or_jsonata(kind: Value) -> Value:
    """Return the kind of value that is of kind, or an expression that makes one."""
    return Value(f"{kind.what}, or {JSONATA.what}", lambda value: kind.holds(value) or JSONATA.holds(value))
