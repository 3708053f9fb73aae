"""Sanitizing: untrusted values become a clean text, a number within bounds or a time; invalid ones become None."""

import math
import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, TypeVar

MAX_TEXT = 256  # characters, where a field has no other limit
MIN_MAGNITUDE = 1e-30  # in any unit: no camera measures less, and some stores refuse numbers under 1e-130

T = TypeVar("T")

# Control characters, line and paragraph separators, and halves of surrogate pairs, which UTF-8 cannot encode.
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
# Format characters: they change the direction of the text or are invisible, so that different texts look the same.
# Joiner and non-joiner (200C, 200D) stay: emoji, Persian and the scripts of India need them.
_FORMATS = re.compile(
    "[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f]+"
)
_TIME = re.compile(
    r"(\d{4})[:-](\d\d)[:-](\d\d)[ T](\d\d:\d\d(?::\d\d)?)(?:\.(\d{1,9}))?\d*(Z|[+-]\d\d:\d\d)?", re.ASCII
)
_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?(?=T|$)", re.ASCII)  # a year, a month or a day
_CODE = re.compile(r"(?:https?://cv\.iptc\.org/newscodes/digitalsourcetype/)?([A-Za-z]{1,40})", re.ASCII)
_FRACTION = re.compile(r"\d{1,9}", re.ASCII)
_OFFSET = re.compile(r"Z|[+-](?:0\d|1[0-4]):[0-5]\d", re.ASCII)  # no clock is more than 14 hours off UTC


def clean_text(value: object, limit: int = MAX_TEXT) -> str | None:
    """Return value as one line of at most limit characters in Unicode's form NFC, or None if nothing is left."""
    if not isinstance(value, str):
        return None
    line = _CONTROLS.sub(" ", _FORMATS.sub("", value)).strip()
    # Cut first: normalization takes quadratic time over combining marks, and makes one character of at most four.
    return unicodedata.normalize("NFC", line[: 4 * limit])[:limit].strip() or None


def clean_texts(values: Iterable[object], limit: int, most: int) -> list[str] | None:
    """Return at most `most` of values, cleaned, each once and in order, or None if none is left."""
    found = dict.fromkeys(clean for value in values if (clean := clean_text(value, limit)))
    return list(found)[:most] or None


def decode_text(data: bytes) -> str:
    """Decode text: as UTF-8 if it is valid, which other encodings almost never are, otherwise as Windows-1252."""
    try:
        return data.decode("utf-8")
    except UnicodeError:
        return data.decode("cp1252", "replace")


def clean_number(value: Any, low: float, high: float) -> float | None:
    """Return value as a finite float from low to high, rounded to 12 digits, or None."""
    found = convert_or_none(float, value)
    if found is None or not math.isfinite(found) or not low <= found <= high or 0 < abs(found) < MIN_MAGNITUDE:
        return None
    return float(f"{found:.12g}")


def positive_number(value: Any, high: float) -> float | None:
    """Return value as a number above 0 up to high, or None: 0 means that nothing was measured."""
    return clean_number(value, MIN_MAGNITUDE, high)


def parse_ratio(value: str) -> float | None:
    """Return the value of a fraction such as 1/160, or of a plain number; None for anything else."""
    over, _, under = value.partition("/")
    return convert_or_none(lambda parts: float(parts[0]) / float(parts[1]), (over, under or 1))


def clean_integer(value: Any, low: int, high: int) -> int | None:
    """Return value, or the first value of a tuple, as an integer from low to high, or None."""
    first = value[0] if isinstance(value, tuple) and value else value
    found = convert_or_none(int, first)
    return found if found is not None and low <= found <= high else None


def convert_or_none(kind: Callable[[Any], T], value: Any) -> T | None:
    """Return kind(value), or None if it cannot be converted."""
    try:
        return kind(value)
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None


def parse_time(value: object, fraction: object = None, offset: object = None) -> str | None:
    """Return a local time as ISO 8601; fraction (digits) and offset are added if value has none and they are valid."""
    match = _TIME.match(clean_text(value) or "")
    if match is None:
        return None
    year, month, day, clock, own_fraction, own_offset = match.groups()
    moment = convert_or_none(datetime.fromisoformat, f"{year}-{month}-{day}T{clock}")
    if moment is None:
        return None
    digits, zone = own_fraction or _match_or_empty(_FRACTION, fraction), _match_or_empty(_OFFSET, own_offset or offset)
    return moment.isoformat() + (digits and f".{digits}") + zone.replace("Z", "+00:00")


def parse_date(value: object) -> str | None:
    """Return a date as ISO 8601: a year, a month, a day, or a local time; None for anything else."""
    text = clean_text(value) or ""
    match = _DATE.match(text)
    if match is None:
        return None
    year, month, day = match.groups()
    if convert_or_none(datetime.fromisoformat, f"{year}-{month or '01'}-{day or '01'}") is None:
        return None
    return parse_time(text) or match[0]


def clean_code(value: object) -> str | None:
    """Return the code of an IPTC digital source type, which is the end of its URI; None for anything else."""
    match = _CODE.fullmatch(clean_text(value) or "")
    return match and match[1]


def _match_or_empty(pattern: re.Pattern[str], value: object) -> str:
    found = clean_text(value) or ""
    return found if pattern.fullmatch(found) else ""


def drop_none(found: dict[str, T | None]) -> dict[str, T]:
    """Return the fields of found that are not None."""
    return {name: value for name, value in found.items() if value is not None}
