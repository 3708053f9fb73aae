"""GPS positions: signed decimal degrees and meters, from the parts in EXIF and XMP."""

from collections.abc import Sequence
from typing import Any

from imaging.metadata.sanitize import clean_number, drop_none

MAX_ALTITUDE, MAX_DEPTH = 1_000_000, 20_000  # meters: satellites take photographs, and no sea is deeper


def gps_position(latitude: float | None, longitude: float | None, altitude: float | None) -> dict[str, float] | None:
    """Return the position (degrees, meters), or None without both coordinates."""
    if latitude is None or longitude is None:
        return None
    return drop_none({"latitude": latitude, "longitude": longitude, "altitude": altitude})


def decimal_degrees(parts: Sequence[Any], limit: int, *, negative: bool) -> float | None:
    """Return an angle of degrees, minutes and seconds (the last two may be missing), or None if one is not a number."""
    numbers = [clean_number(part, 0, limit) for part in parts]
    if not 1 <= len(numbers) <= len(("degrees", "minutes", "seconds")) or None in numbers:
        return None
    total = sum((part or 0) / 60**power for power, part in enumerate(numbers))
    return clean_number(round(-total if negative else total, 7), -limit, limit)  # 7 decimals: about a centimeter


def clean_altitude(value: Any, *, below: bool) -> float | None:
    """Return meters above sea level, negative if value is negative or `below` is set."""
    meters = clean_number(value, -MAX_DEPTH, MAX_ALTITUDE)
    return clean_number(-abs(meters) if below else meters, -MAX_DEPTH, MAX_ALTITUDE) if meters is not None else None
