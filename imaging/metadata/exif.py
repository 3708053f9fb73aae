"""EXIF: what a camera and its owner wrote into a picture; nonsense is dropped, never fatal."""

import re
import struct
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from PIL import Image
from PIL.ExifTags import GPS, IFD, Base

from imaging.metadata.gps import degrees, height, place
from imaging.metadata.merge import MAX_ISO, Camera, Source, Words
from imaging.metadata.sanitize import integer, positive, time, unencoded

MAX_DPI = 1_000_000

# A sensitivity too high for the field's 16 bits, which stands in a field of 32 bits instead (EXIF 2.3).
ISO_ELSEWHERE = 65535
LONG_ISO = (Base.RecommendedExposureIndex, Base.StandardOutputSensitivity, Base.ISOSpeed)
TAKEN = (Base.DateTimeOriginal, Base.SubsecTimeOriginal, Base.OffsetTimeOriginal)
BELOW_SEA = (1, 3, b"\x01", b"\x03")  # GPSAltitudeRef; 3 since EXIF 3.0, which tells sea level from the ellipsoid

Tags = Callable[[int], Any]  # returns a tag's value, None if there is none

_EDITOR = re.compile(r" *\0")  # ends the photographer's copyright notice; the editor's may follow


def read_exif(exif: Image.Exif) -> Source:
    """Return what the camera and people wrote into the fields of the standard."""
    return Source(_camera(exif), _words(exif))


def read_windows(exif: Image.Exif) -> Source:
    """Return what people wrote into the fields that Windows Explorer adds: in UTF-16, whatever the block's order."""
    words = Words(
        title=_utf16(exif, Base.XPTitle),
        description=_utf16(exif, Base.XPComment),
        keywords=_utf16(exif, Base.XPKeywords).split(";"),
        artist=_utf16(exif, Base.XPAuthor),
    )
    return Source(words=words)


def _camera(exif: Image.Exif) -> Camera:
    detail = _directory(exif, IFD.Exif)

    def told(number: int) -> Any:
        return tag(exif, number, detail.get(number))  # some programs write all tags into the first directory

    return Camera(
        make=_spelt(told(Base.Make)),
        model=_spelt(told(Base.Model)),
        lens=_spelt(told(Base.LensModel)),
        software=_spelt(told(Base.Software)),
        exposure=told(Base.ExposureTime),
        f_number=told(Base.FNumber),
        iso=sensitivity(told),
        focal_length=told(Base.FocalLength),
        orientation=told(Base.Orientation),
        taken_at=taken_at(told),
        flash=flash_fired(told(Base.Flash)),
        gps=position(_directory(exif, IFD.GPSInfo)),
    )


def _words(exif: Image.Exif) -> Words:
    return Words(
        description=_spelt(tag(exif, Base.ImageDescription)),
        artist=_spelt(tag(exif, Base.Artist)),
        copyright=copyright_notice(tag(exif, Base.Copyright)),
    )


def resolution(exif: Image.Exif) -> float | None:
    """Return dots per inch, horizontal."""
    inches = {2: 1.0, 3: 2.54}.get(integer(tag(exif, Base.ResolutionUnit, 2), 0, 255) or 0)
    dots = positive(tag(exif, Base.XResolution), MAX_DPI)
    return positive(dots * inches, MAX_DPI) if dots and inches else None


def tag(exif: Image.Exif, number: int, default: object = None) -> Any:
    """Return the value of a tag of the first directory, or default if there is none or it cannot be read."""
    with _dropping_nonsense():
        return exif.get(number, default)
    return default


def _directory(exif: Image.Exif, number: int) -> dict[int, Any]:
    """Return the directory that a tag points to, empty if it points to nonsense."""
    with _dropping_nonsense():
        return exif.get_ifd(number)
    return {}


@contextmanager
def _dropping_nonsense() -> Iterator[None]:
    """Let pass what Pillow raises and warns of when it reads a tag, which it does when it is asked for it."""
    with suppress(OSError, ValueError, OverflowError, struct.error), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _spelt(value: object) -> str:
    """Return a text up to its first NUL."""
    return _mended(value).partition("\0")[0]


def _mended(value: object) -> str:
    """Return a text, empty for what is none: Pillow reads it as Latin-1, but cameras write UTF-8 as well."""
    if isinstance(value, bytes):
        return unencoded(value)
    if not isinstance(value, str):
        return ""
    with suppress(UnicodeError):
        return unencoded(value.encode("latin-1"))
    return value


def _utf16(exif: Image.Exif, number: int) -> str:
    value = tag(exif, number)
    if not isinstance(value, bytes):
        return ""
    return value[: len(value) // 2 * 2].decode("utf-16-le", "replace").partition("\0")[0]


def copyright_notice(value: object) -> str:
    """Return the photographer's notice and the editor's, a line each: a NUL stands between them in EXIF."""
    return "\n".join(part.strip() for part in _EDITOR.split(_mended(value))[:2]).strip()


def taken_at(told: Tags) -> str | None:
    """Return the camera's local time when it took the picture, with fraction and offset where it noted them."""
    moment, fraction, offset = (_spelt(told(number)) for number in TAKEN)
    return time(moment, fraction, offset)


def sensitivity(told: Tags) -> int | None:
    """Return the sensitivity by ISO 12232."""
    short = integer(told(Base.ISOSpeedRatings), 1, MAX_ISO)
    if short != ISO_ELSEWHERE:
        return short
    longer = (integer(told(number), ISO_ELSEWHERE, MAX_ISO) for number in LONG_ISO)
    return next((value for value in longer if value is not None), short)


def flash_fired(value: Any) -> bool | None:
    """Return whether the flash fired: bit 0 of the EXIF field."""
    bits = integer(value, 0, 65535)
    return None if bits is None else bool(bits & 1)


def position(gps: dict[int, Any]) -> dict[str, float] | None:
    """Return where the picture was taken as signed decimal degrees and metres, or None without both coordinates."""
    latitude = _degrees(gps.get(GPS.GPSLatitude), gps.get(GPS.GPSLatitudeRef), "S", 90)
    longitude = _degrees(gps.get(GPS.GPSLongitude), gps.get(GPS.GPSLongitudeRef), "W", 180)
    altitude = height(gps.get(GPS.GPSAltitude), below=gps.get(GPS.GPSAltitudeRef) in BELOW_SEA)
    return place(latitude, longitude, altitude)


def _degrees(value: Any, reference: object, negative: str, limit: int) -> float | None:
    """Return an angle; without a letter it is north or east, as exiftool has it too."""
    parts = value if isinstance(value, tuple) else (value,)
    return degrees(parts, limit, negative=_spelt(reference).strip().upper().startswith(negative))
