"""Where a picture was taken: signed decimal degrees and metres, from the parts that EXIF and XMP tell them in."""

from collections.abc import Sequence
from typing import Any

from imaging.metadata.sanitize import number, told

MAX_HEIGHT, MAX_DEPTH = 1_000_000, 20_000  # metres: satellites take pictures, and no sea is deeper


def place(latitude: float | None, longitude: float | None, altitude: float | None) -> dict[str, float] | None:
    """Return the place, or None without both coordinates."""
    if latitude is None or longitude is None:
        return None
    return told({"latitude": latitude, "longitude": longitude, "altitude": altitude})


def degrees(parts: Sequence[Any], limit: int, *, negative: bool) -> float | None:
    """Return an angle of degrees, minutes and seconds (the last two may be missing), or None if one is no number."""
    numbers = [number(part, 0, limit) for part in parts]
    if not 1 <= len(numbers) <= len(("degrees", "minutes", "seconds")) or None in numbers:
        return None
    total = sum((part or 0) / 60**power for power, part in enumerate(numbers))
    return number(round(-total if negative else total, 7), -limit, limit)  # 7 decimals: about a centimetre


def height(value: Any, *, below: bool) -> float | None:
    """Return metres above sea level; under it if the value is negative or said to lie below."""
    metres = number(value, -MAX_DEPTH, MAX_HEIGHT)
    return number(-abs(metres) if below else metres, -MAX_DEPTH, MAX_HEIGHT) if metres is not None else None
