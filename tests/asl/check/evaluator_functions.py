"""The intrinsic functions on values, written from the developer guide; each raises ValueError where Step Functions fails."""

import base64
import hashlib
import json
import random
import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from tests.asl.check.membership import compact

ENCODED = 10_000  # characters
WHOLE = 2**31  # numbers are less than it, and not less than its negative
ALGORITHMS = {"MD5": "md5", "SHA-1": "sha1", "SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512"}


def of(value: Any, *kinds: type) -> Any:
    """Return value if it is of one of kinds."""
    if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
        raise ValueError(f"{value!r} is none of {kinds}")
    return value


def rounded(value: Any) -> int:
    """Return the integer nearest to value."""
    nearest: int = round(of(value, int, float))
    return nearest


def whole(value: Any) -> int:
    """Return the integer nearest to value, if it is one that arithmetic takes."""
    number = rounded(value)
    if not -WHOLE <= number < WHOLE:
        raise ValueError("a number out of range")
    return number


def short(text: Any) -> bytes:
    """Return the bytes of a text that can be encoded."""
    if len(of(text, str)) > ENCODED:
        raise ValueError("a long text")
    encoded: bytes = text.encode()
    return encoded


def formatted(template: str, *values: Any) -> str:
    """Return template with each of values in its place."""
    parts = template.split("{}")
    if len(parts) != len(values) + 1:
        raise ValueError("as many places as values")
    texts = [one if isinstance(one, str) else json.dumps(of(one, int, float, bool, type(None))) for one in values]
    return parts[0] + "".join(text + part for text, part in zip(texts, parts[1:], strict=True))


def unique(array: list[Any]) -> list[Any]:
    """Return array with each item once."""
    return [json.loads(text) for text in dict.fromkeys(compact(item).decode() for item in of(array, list))]


def item_of(array: list[Any], index: Any) -> Any:
    """Return the item of array at index."""
    if not 0 <= rounded(index) < len(of(array, list)):
        raise ValueError("past the end")
    return array[rounded(index)]


def parts(array: list[Any], size: Any) -> list[Any]:
    """Return array in arrays of size."""
    if rounded(size) < 1:
        raise ValueError("no size")
    return [array[start : start + rounded(size)] for start in range(0, len(of(array, list)), rounded(size))]


def range_of(first: Any, last: Any, step: Any) -> list[int]:
    """Return the numbers from first to last."""
    found = range(rounded(first), rounded(last) + (1 if rounded(step) > 0 else -1), rounded(step))
    if len(found) > 1000:
        raise ValueError("a long range")
    return list(found)


def separators(signs: Any) -> str:
    """Return the pattern of any of signs."""
    return "|".join(re.escape(sign) for sign in of(signs, str))


def merged(first: Any, second: Any, deep: Any) -> Any:
    """Return both objects in one."""
    if deep is not False:
        raise ValueError("a deep merge")
    return {**of(first, dict), **of(second, dict)}


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "States.Format": formatted,
    "States.StringToJson": lambda text: json.loads(of(text, str)),
    "States.JsonToString": lambda value: compact(value).decode(),
    "States.Array": lambda *items: list(items),
    "States.ArrayPartition": parts,
    "States.ArrayContains": lambda array, value: value in of(array, list),
    "States.ArrayRange": range_of,
    "States.ArrayGetItem": item_of,
    "States.ArrayLength": lambda array: len(of(array, list)),
    "States.ArrayUnique": unique,
    "States.Base64Encode": lambda text: base64.b64encode(short(text)).decode(),
    "States.Base64Decode": lambda text: base64.b64decode(short(text), validate=True).decode(),
    "States.Hash": lambda data, name: hashlib.new(str(ALGORITHMS.get(name, name)), short(data)).hexdigest(),
    "States.JsonMerge": merged,
    "States.MathRandom": lambda first, last, *seed: random.Random(*seed).randint(whole(first), whole(last)),  # noqa: S311 - it is for numbers
    # The result of a sum that is out of range is not documented; here it wraps around, as in Java.
    "States.MathAdd": lambda first, second: (whole(first) + whole(second) + WHOLE) % (2 * WHOLE) - WHOLE,
    "States.StringSplit": lambda text, signs: [one for one in re.split(separators(signs), of(text, str)) if one],
    "States.UUID": lambda: str(uuid4()),
}
