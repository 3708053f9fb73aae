"""The metadata in an XMP packet: the properties that mirror EXIF, and what people wrote."""

import re

from imaging.metadata.fields import About, Camera, Editorial, Source
from imaging.metadata.gps import clean_altitude, decimal_degrees, gps_position
from imaging.metadata.sanitize import parse_ratio, parse_time
from imaging.metadata.xmp import Properties, parse_packet

_ANGLE = re.compile(r"(\d+)(?:,(\d+(?:\.\d+)?))?(?:,(\d+(?:\.\d+)?))?([NSEW])", re.ASCII)  # 51,30.25N or 51,30,15N


def read_xmp(*packets: bytes) -> Source:
    """Return the metadata in XMP packets, each property from the first that has it; an invalid one has none."""
    xmp: Properties = {}
    for packet in packets:
        xmp = parse_packet(packet) | xmp
    return Source(_camera(xmp), _about(xmp))


def _camera(xmp: Properties) -> Camera:
    return Camera(
        make=_first(xmp, "tiff:Make"),
        model=_first(xmp, "tiff:Model"),
        lens=_first(xmp, "exifEX:LensModel", "aux:Lens"),
        software=_first(xmp, "tiff:Software", "xmp:CreatorTool"),
        exposure=parse_ratio(_first(xmp, "exif:ExposureTime")),
        f_number=parse_ratio(_first(xmp, "exif:FNumber")),
        iso=_first(xmp, "exifEX:PhotographicSensitivity", "exif:ISOSpeedRatings"),
        focal_length=parse_ratio(_first(xmp, "exif:FocalLength")),
        taken_at=parse_time(_first(xmp, "exif:DateTimeOriginal", "photoshop:DateCreated")),
        flash={"true": True, "false": False}.get(_first(xmp, "exif:Flash/exif:Fired").lower()),
        gps=position(xmp),
    )


def _about(xmp: Properties) -> About:
    return About(
        title=_first(xmp, "dc:title"),
        description=_first(xmp, "dc:description"),
        keywords=xmp.get("dc:subject", ()),
        artist="; ".join(xmp.get("dc:creator", ())),
        copyright=_first(xmp, "dc:rights"),
        editorial=_editorial(xmp),
    )


def _editorial(xmp: Properties) -> Editorial:
    """Return the properties of the IPTC Photo Metadata Standard."""
    return Editorial(
        headline=_first(xmp, "photoshop:Headline"),
        credit=_first(xmp, "photoshop:Credit"),
        source=_first(xmp, "photoshop:Source"),
        author_title=_first(xmp, "photoshop:AuthorsPosition"),
        city=_first(xmp, "photoshop:City"),
        state=_first(xmp, "photoshop:State"),
        country=_first(xmp, "photoshop:Country"),
        date_created=_first(xmp, "photoshop:DateCreated"),
        instructions=_first(xmp, "photoshop:Instructions"),
        usage_terms=_first(xmp, "xmpRights:UsageTerms"),
        digital_source_type=_first(xmp, "Iptc4xmpExt:DigitalSourceType"),
    )


def position(xmp: Properties) -> dict[str, float] | None:
    """Return the GPS position in signed decimal degrees and meters, or None without both coordinates."""
    altitude = parse_ratio(_first(xmp, "exif:GPSAltitude"))
    return gps_position(
        _degrees(_first(xmp, "exif:GPSLatitude"), 90),
        _degrees(_first(xmp, "exif:GPSLongitude"), 180),
        clean_altitude(altitude, below=_first(xmp, "exif:GPSAltitudeRef") == "1"),
    )


def _first(xmp: Properties, *names: str) -> str:
    """Return the first value of the first of names that has one, or an empty text."""
    return next((value.strip() for name in names for value in xmp.get(name, ())), "")


def _degrees(angle: str, limit: int) -> float | None:
    match = _ANGLE.fullmatch(angle)
    if match is None:
        return None
    *parts, letter = match.groups()
    return decimal_degrees([part for part in parts if part], limit, negative=letter in "SW")
