"""What an XMP packet says of camera and picture: the properties that mirror EXIF, and those of words."""

import re

from imaging.metadata.gps import degrees, height, place
from imaging.metadata.merge import Camera, Source, Words
from imaging.metadata.sanitize import ratio, time
from imaging.metadata.xmp import Properties, read_xmp

_ANGLE = re.compile(r"(\d+)(?:,(\d+(?:\.\d+)?))?(?:,(\d+(?:\.\d+)?))?([NSEW])", re.ASCII)  # 51,30.25N or 51,30,15N


def read_packet(packet: object) -> Source:
    """Return what an XMP packet says; nothing if it is none, or not sound."""
    xmp = read_xmp(packet) if isinstance(packet, bytes) else {}
    return Source(_camera(xmp), _words(xmp))


def _camera(xmp: Properties) -> Camera:
    return Camera(
        make=_first(xmp, "tiff:Make"),
        model=_first(xmp, "tiff:Model"),
        lens=_first(xmp, "exifEX:LensModel", "aux:Lens"),
        software=_first(xmp, "tiff:Software", "xmp:CreatorTool"),
        exposure=ratio(_first(xmp, "exif:ExposureTime")),
        f_number=ratio(_first(xmp, "exif:FNumber")),
        iso=_first(xmp, "exifEX:PhotographicSensitivity", "exif:ISOSpeedRatings"),
        focal_length=ratio(_first(xmp, "exif:FocalLength")),
        orientation=_first(xmp, "tiff:Orientation"),
        taken_at=time(_first(xmp, "exif:DateTimeOriginal", "photoshop:DateCreated")),
        flash={"true": True, "false": False}.get(_first(xmp, "exif:Flash/exif:Fired").lower()),
        gps=position(xmp),
    )


def _words(xmp: Properties) -> Words:
    return Words(
        title=_first(xmp, "dc:title"),
        description=_first(xmp, "dc:description"),
        keywords=xmp.get("dc:subject", ()),
        artist="; ".join(xmp.get("dc:creator", ())),
        copyright=_first(xmp, "dc:rights"),
    )


def position(xmp: Properties) -> dict[str, float] | None:
    """Return where the picture was taken as signed decimal degrees and metres, or None without both coordinates."""
    altitude = ratio(_first(xmp, "exif:GPSAltitude"))
    return place(
        _degrees(_first(xmp, "exif:GPSLatitude"), 90),
        _degrees(_first(xmp, "exif:GPSLongitude"), 180),
        height(altitude, below=_first(xmp, "exif:GPSAltitudeRef") == "1"),
    )


def _first(xmp: Properties, *names: str) -> str:
    """Return the first value of the first of names that has one, or an empty text."""
    return next((value.strip() for name in names for value in xmp.get(name, ())), "")


def _degrees(angle: str, limit: int) -> float | None:
    match = _ANGLE.fullmatch(angle)
    if match is None:
        return None
    *parts, letter = match.groups()
    return degrees([part for part in parts if part], limit, negative=letter in "SW")
