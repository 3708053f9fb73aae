"""EXIF: what a camera and its owner wrote into a picture; nonsense is dropped, never fatal."""

import re
import struct
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from PIL import Image
from PIL.ExifTags import GPS, IFD, Base

from imaging.metadata.gps import clean_altitude, decimal_degrees, gps_position
from imaging.metadata.merge import MAX_ISO, About, Camera, Source
from imaging.metadata.sanitize import clean_integer, decode_text, parse_time, positive_number

MAX_DPI = 1_000_000

# A sensitivity too high for the field's 16 bits, which stands in a field of 32 bits instead (EXIF 2.3).
ISO_OVERFLOW = 65535
LONG_ISO_TAGS = (Base.RecommendedExposureIndex, Base.StandardOutputSensitivity, Base.ISOSpeed)
DATE_TAKEN = (Base.DateTimeOriginal, Base.SubsecTimeOriginal, Base.OffsetTimeOriginal)
BELOW_SEA_LEVEL = (1, 3, b"\x01", b"\x03")  # GPSAltitudeRef; 3 since EXIF 3.0, which tells sea level from the ellipsoid

Tags = Callable[[int], Any]  # returns a tag's value, None if there is none

_EDITOR = re.compile(r" *\0")  # ends the photographer's copyright notice; the editor's may follow


def read_exif(exif: Image.Exif) -> Source:
    """Return what the camera and people wrote into the fields of the standard."""
    return Source(_camera(exif), _about(exif))


def read_windows_tags(exif: Image.Exif) -> Source:
    """Return what people wrote into the fields that Windows Explorer adds: in UTF-16, whatever the block's order."""
    words = About(
        title=_utf16(exif, Base.XPTitle),
        description=_utf16(exif, Base.XPComment),
        keywords=_utf16(exif, Base.XPKeywords).split(";"),
        artist=_utf16(exif, Base.XPAuthor),
    )
    return Source(words=words)


def _camera(exif: Image.Exif) -> Camera:
    detail = _sub_directory(exif, IFD.Exif)

    def told(number: int) -> Any:
        return read_tag(exif, number, detail.get(number))  # some programs write all tags into the first directory

    return Camera(
        make=_text(told(Base.Make)),
        model=_text(told(Base.Model)),
        lens=_text(told(Base.LensModel)),
        software=_text(told(Base.Software)),
        exposure=told(Base.ExposureTime),
        f_number=told(Base.FNumber),
        iso=iso_speed(told),
        focal_length=told(Base.FocalLength),
        orientation=told(Base.Orientation),
        taken_at=taken_at(told),
        flash=flash_fired(told(Base.Flash)),
        gps=position(_sub_directory(exif, IFD.GPSInfo)),
    )


def _about(exif: Image.Exif) -> About:
    return About(
        description=_text(read_tag(exif, Base.ImageDescription)),
        artist=_text(read_tag(exif, Base.Artist)),
        copyright=copyright_notice(read_tag(exif, Base.Copyright)),
    )


def resolution(exif: Image.Exif) -> float | None:
    """Return dots per inch, horizontal."""
    inches = {2: 1.0, 3: 2.54}.get(clean_integer(read_tag(exif, Base.ResolutionUnit, 2), 0, 255) or 0)
    dots = positive_number(read_tag(exif, Base.XResolution), MAX_DPI)
    return positive_number(dots * inches, MAX_DPI) if dots and inches else None


def read_tag(exif: Image.Exif, number: int, default: object = None) -> Any:
    """Return the value of a tag of the first directory, or default if there is none or it cannot be read."""
    with _ignoring_errors():
        return exif.get(number, default)
    return default


def _sub_directory(exif: Image.Exif, number: int) -> dict[int, Any]:
    """Return the directory that a tag points to, empty if it points to nonsense."""
    with _ignoring_errors():
        return exif.get_ifd(number)
    return {}


@contextmanager
def _ignoring_errors() -> Iterator[None]:
    """Let pass what Pillow raises and warns of when it reads a tag, which it does when it is asked for it."""
    with suppress(OSError, ValueError, OverflowError, struct.error), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _text(value: object) -> str:
    """Return a text up to its first NUL."""
    return _decode(value).partition("\0")[0]


def _decode(value: object) -> str:
    """Return a text, empty for what is none: Pillow reads it as Latin-1, but cameras write UTF-8 as well."""
    if isinstance(value, bytes):
        return decode_text(value)
    if not isinstance(value, str):
        return ""
    with suppress(UnicodeError):
        return decode_text(value.encode("latin-1"))
    return value


def _utf16(exif: Image.Exif, number: int) -> str:
    value = read_tag(exif, number)
    if not isinstance(value, bytes):
        return ""
    return value[: len(value) // 2 * 2].decode("utf-16-le", "replace").partition("\0")[0]


def copyright_notice(value: object) -> str:
    """Return the photographer's notice and the editor's, a line each: a NUL stands between them in EXIF."""
    return "\n".join(part.strip() for part in _EDITOR.split(_decode(value))[:2]).strip()


def taken_at(told: Tags) -> str | None:
    """Return the camera's local time when it took the picture, with fraction and offset where it noted them."""
    moment, fraction, offset = (_text(told(number)) for number in DATE_TAKEN)
    return parse_time(moment, fraction, offset)


def iso_speed(told: Tags) -> int | None:
    """Return the sensitivity by ISO 12232."""
    short = clean_integer(told(Base.ISOSpeedRatings), 1, MAX_ISO)
    if short != ISO_OVERFLOW:
        return short
    longer = (clean_integer(told(number), ISO_OVERFLOW, MAX_ISO) for number in LONG_ISO_TAGS)
    return next((value for value in longer if value is not None), short)


def flash_fired(value: Any) -> bool | None:
    """Return whether the flash fired: bit 0 of the EXIF field."""
    bits = clean_integer(value, 0, 65535)
    return None if bits is None else bool(bits & 1)


def position(gps: dict[int, Any]) -> dict[str, float] | None:
    """Return where the picture was taken as signed decimal degrees and metres, or None without both coordinates."""
    latitude = _degrees(gps.get(GPS.GPSLatitude), gps.get(GPS.GPSLatitudeRef), "S", 90)
    longitude = _degrees(gps.get(GPS.GPSLongitude), gps.get(GPS.GPSLongitudeRef), "W", 180)
    altitude = clean_altitude(gps.get(GPS.GPSAltitude), below=gps.get(GPS.GPSAltitudeRef) in BELOW_SEA_LEVEL)
    return gps_position(latitude, longitude, altitude)


def _degrees(value: Any, reference: object, negative: str, limit: int) -> float | None:
    """Return an angle; without a letter it is north or east, as exiftool has it too."""
    parts = value if isinstance(value, tuple) else (value,)
    return decimal_degrees(parts, limit, negative=_text(reference).strip().upper().startswith(negative))
