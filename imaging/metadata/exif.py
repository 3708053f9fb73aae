"""EXIF: what a camera and its owner wrote into an image; invalid values are ignored."""

import re
import struct
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from PIL import Image
from PIL.ExifTags import GPS, IFD, Base

from imaging.metadata.fields import MAX_ISO, About, Camera, Source
from imaging.metadata.gps import clean_altitude, decimal_degrees, gps_position
from imaging.metadata.sanitize import clean_integer, decode_text, parse_time, positive_number

MAX_DPI = 1_000_000

# A sensitivity above 16 bits: the value is in a 32-bit tag instead (EXIF 2.3).
ISO_OVERFLOW = 65535
LONG_ISO_TAGS = (Base.RecommendedExposureIndex, Base.StandardOutputSensitivity, Base.ISOSpeed)
DATE_TAKEN = (Base.DateTimeOriginal, Base.SubsecTimeOriginal, Base.OffsetTimeOriginal)
BELOW_SEA_LEVEL = (1, 3, b"\x01", b"\x03")  # GPSAltitudeRef; 3 since EXIF 3.0: below sea level, not below the ellipsoid

Tags = Callable[[int], Any]  # returns the value of a tag, or None

_EDITOR = re.compile(r" *\0")  # ends the copyright notice of the photographer; that of the editor may follow


def read_exif(exif: Image.Exif) -> Source:
    """Return the metadata in the tags of the standard."""
    return Source(_camera(exif), _about(exif))


def read_windows_tags(exif: Image.Exif) -> Source:
    """Return the metadata in the tags that Windows Explorer adds: UTF-16, little-endian in any block."""
    about = About(
        title=_utf16(exif, Base.XPTitle),
        description=_utf16(exif, Base.XPComment),
        keywords=_utf16(exif, Base.XPKeywords).split(";"),
        artist=_utf16(exif, Base.XPAuthor),
    )
    return Source(about=about)


def _camera(exif: Image.Exif) -> Camera:
    detail = _sub_directory(exif, IFD.Exif)

    def value(number: int) -> Any:
        return read_tag(exif, number, detail.get(number))  # some programs write all tags into the first directory

    return Camera(
        make=_text(value(Base.Make)),
        model=_text(value(Base.Model)),
        lens=_text(value(Base.LensModel)),
        software=_text(value(Base.Software)),
        exposure=value(Base.ExposureTime),
        f_number=value(Base.FNumber),
        iso=iso_speed(value),
        focal_length=value(Base.FocalLength),
        orientation=value(Base.Orientation),
        taken_at=taken_at(value),
        flash=flash_fired(value(Base.Flash)),
        gps=position(_sub_directory(exif, IFD.GPSInfo)),
    )


def _about(exif: Image.Exif) -> About:
    return About(
        description=_text(read_tag(exif, Base.ImageDescription)),
        artist=_text(read_tag(exif, Base.Artist)),
        copyright=copyright_notice(read_tag(exif, Base.Copyright)),
    )


def resolution(exif: Image.Exif) -> float | None:
    """Return the horizontal dots per inch."""
    dots = positive_number(read_tag(exif, Base.XResolution), MAX_DPI)
    if not dots:
        return None
    inches = {2: 1.0, 3: 2.54}.get(clean_integer(read_tag(exif, Base.ResolutionUnit, 2), 0, 255) or 0)
    return positive_number(dots * inches, MAX_DPI) if inches else None


def read_tag(exif: Image.Exif, number: int, default: object = None) -> Any:
    """Return the value of a tag of the first directory, or default if there is none or it cannot be read."""
    if number in exif:  # most tags are missing, and to ignore warnings takes longer than to look
        with _ignoring_errors():
            return exif[number]
    return default


def _sub_directory(exif: Image.Exif, number: int) -> dict[int, Any]:
    """Return the directory that a tag points to, empty if it cannot be read."""
    with _ignoring_errors():
        return exif.get_ifd(number)
    return {}


@contextmanager
def _ignoring_errors() -> Iterator[None]:
    """Ignore errors and warnings of Pillow, which parses a tag when it is read."""
    with suppress(OSError, ValueError, OverflowError, struct.error), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _text(value: object) -> str:
    """Return a text up to its first NUL."""
    return _decode(value).partition("\0")[0]


def _decode(value: object) -> str:
    """Return value as text, empty if it is none: Pillow decodes it as Latin-1, but cameras write UTF-8, too."""
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
    """Return the notices of photographer and editor, a line each; EXIF separates them by a NUL."""
    return "\n".join(part.strip() for part in _EDITOR.split(_decode(value))[:2]).strip()


def taken_at(value: Tags) -> str | None:
    """Return the local time of the exposure, with fraction and offset if the camera wrote them."""
    moment, fraction, offset = (_text(value(number)) for number in DATE_TAKEN)
    return parse_time(moment, fraction, offset)


def iso_speed(value: Tags) -> int | None:
    """Return the sensitivity by ISO 12232."""
    short = clean_integer(value(Base.ISOSpeedRatings), 1, MAX_ISO)
    if short != ISO_OVERFLOW:
        return short
    longer = (clean_integer(value(number), ISO_OVERFLOW, MAX_ISO) for number in LONG_ISO_TAGS)
    return next((speed for speed in longer if speed is not None), short)


def flash_fired(value: Any) -> bool | None:
    """Return whether the flash fired: bit 0 of the tag."""
    bits = clean_integer(value, 0, 65535)
    return None if bits is None else bool(bits & 1)


def position(gps: dict[int, Any]) -> dict[str, float] | None:
    """Return the GPS position in signed decimal degrees and meters, or None without both coordinates."""
    latitude = _degrees(gps.get(GPS.GPSLatitude), gps.get(GPS.GPSLatitudeRef), "S", 90)
    longitude = _degrees(gps.get(GPS.GPSLongitude), gps.get(GPS.GPSLongitudeRef), "W", 180)
    altitude = clean_altitude(gps.get(GPS.GPSAltitude), below=gps.get(GPS.GPSAltitudeRef) in BELOW_SEA_LEVEL)
    return gps_position(latitude, longitude, altitude)


def _degrees(value: Any, reference: object, negative: str, limit: int) -> float | None:
    """Return an angle; without a reference it is north or east, as in exiftool."""
    parts = value if isinstance(value, tuple) else (value,)
    return decimal_degrees(parts, limit, negative=_text(reference).strip().upper().startswith(negative))
