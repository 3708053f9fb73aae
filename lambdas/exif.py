"""What a camera wrote into a picture, read from its EXIF block; nonsense is dropped, never fatal."""

import math
import re
import struct
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any, TypeVar

from PIL import Image
from PIL.ExifTags import GPS, IFD, Base

MAX_TEXT = 256  # characters; the contract's bound
TINY = 1e-30  # in any unit: no camera measured less, and DynamoDB takes no number under 1e-130

T = TypeVar("T")

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_DATE = re.compile(r"(\d{4})[:-](\d\d)[:-](\d\d)[ T](\d\d:\d\d:\d\d)", re.ASCII)
_OFFSET = re.compile(r"[+-]\d\d:\d\d", re.ASCII)


def read_exif(exif: Image.Exif) -> dict[str, Any]:
    """Return the fields of the contract extract-metadata.output that exif tells, in its units."""
    detail = _directory(exif, IFD.Exif)
    found = {
        "make": text(_tag(exif, Base.Make)),
        "model": text(_tag(exif, Base.Model)),
        "lens": text(detail.get(Base.LensModel)),
        "software": text(_tag(exif, Base.Software)),
        "artist": text(_tag(exif, Base.Artist)),
        "copyright": text(_tag(exif, Base.Copyright)),
        "description": text(_tag(exif, Base.ImageDescription)),
        "takenAt": taken_at(detail.get(Base.DateTimeOriginal), detail.get(Base.OffsetTimeOriginal)),
        "exposureSeconds": number(detail.get(Base.ExposureTime), 0, 1_000_000),
        "fNumber": number(detail.get(Base.FNumber), 0, 1000),
        "iso": integer(detail.get(Base.ISOSpeedRatings), 0, 10_000_000),
        "focalLengthMm": number(detail.get(Base.FocalLength), 0, 100_000),
        "flash": flash_fired(detail.get(Base.Flash)),
        "orientation": integer(_tag(exif, Base.Orientation), 1, 8),
        "gps": position(_directory(exif, IFD.GPSInfo)),
    }
    return {name: value for name, value in found.items() if value is not None}


def _tag(exif: Image.Exif, tag: int) -> Any:
    """Return the value of tag, or None if there is none or it cannot be read."""
    with _dropping_nonsense():
        return exif.get(tag)
    return None


def _directory(exif: Image.Exif, tag: int) -> dict[int, Any]:
    """Return the directory that tag points to, empty if it points to nonsense."""
    with _dropping_nonsense():
        return exif.get_ifd(tag)
    return {}


@contextmanager
def _dropping_nonsense() -> Iterator[None]:
    """Let pass what Pillow raises and warns of when it reads a tag, which it does when it is asked for it."""
    with suppress(OSError, ValueError, OverflowError, struct.error), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def text(value: object) -> str | None:
    """Return value as one clean line of at most MAX_TEXT characters, or None if nothing is left."""
    if isinstance(value, str):
        with suppress(UnicodeError):
            value = value.encode("latin-1").decode("utf-8")  # Pillow reads as Latin-1 what cameras write as UTF-8
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if not isinstance(value, str):
        return None
    return _CONTROLS.sub(" ", value).strip()[:MAX_TEXT].strip() or None


def number(value: Any, low: float, high: float) -> float | None:
    """Return value as a finite float from low to high, to 12 digits, or None."""
    found = _converted(float, value)
    if found is None or not math.isfinite(found) or not low <= found <= high or 0 < abs(found) < TINY:
        return None
    return float(f"{found:.12g}")


def integer(value: Any, low: int, high: int) -> int | None:
    """Return value, or the first of several, as an integer from low to high, or None."""
    first = value[0] if isinstance(value, tuple) and value else value
    found = _converted(int, first)
    return found if found is not None and low <= found <= high else None


def _converted(kind: Callable[[Any], T], value: Any) -> T | None:
    try:
        return kind(value)
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None


def taken_at(value: object, offset: object) -> str | None:
    """Return the camera's local time as ISO 8601, with its offset where there is a sound one."""
    match = _DATE.match(text(value) or "")
    time = _converted(datetime.fromisoformat, "{}-{}-{}T{}".format(*match.groups())) if match else None
    if time is None:
        return None
    zone = text(offset) or ""
    return time.isoformat() + (zone if _OFFSET.fullmatch(zone) else "")


def flash_fired(value: Any) -> bool | None:
    """Return whether the flash fired: bit 0 of the EXIF field."""
    bits = integer(value, 0, 65535)
    return None if bits is None else bool(bits & 1)


def position(gps: dict[int, Any]) -> dict[str, float] | None:
    """Return where the picture was taken as signed decimal degrees and metres, or None without both coordinates."""
    latitude = _degrees(gps.get(GPS.GPSLatitude), gps.get(GPS.GPSLatitudeRef), "S", 90)
    longitude = _degrees(gps.get(GPS.GPSLongitude), gps.get(GPS.GPSLongitudeRef), "W", 180)
    if latitude is None or longitude is None:
        return None
    altitude = _altitude(gps)
    return {"latitude": latitude, "longitude": longitude} | ({} if altitude is None else {"altitude": altitude})


def _degrees(value: Any, reference: object, negative: str, limit: int) -> float | None:
    parts = [number(part, 0, 180) for part in value] if isinstance(value, tuple) else []
    if len(parts) != len(("degrees", "minutes", "seconds")) or None in parts:
        return None
    total = sum((part or 0) / 60**power for power, part in enumerate(parts))
    signed = -total if (text(reference) or "").upper().startswith(negative) else total
    return number(round(signed, 7), -limit, limit)  # 7 decimals: about a centimetre


def _altitude(gps: dict[int, Any]) -> float | None:
    metres = number(gps.get(GPS.GPSAltitude), 0, 20_000)
    below = gps.get(GPS.GPSAltitudeRef) in (1, b"\x01")
    return -metres if metres is not None and below else metres
