"""Metadata that tests write into images: EXIF in either byte order, IPTC records, Photoshop resources, XMP."""

import struct
from hashlib import md5
from typing import Any

from PIL import Image
from PIL.ExifTags import GPS, IFD, Base
from PIL.TiffImagePlugin import IFDRational

from tests import pictures

DIGEST = 0x0425
RECORDS = 0x0404
RDF = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"'
    ' xmlns:tiff="http://ns.adobe.com/tiff/1.0/" xmlns:exif="http://ns.adobe.com/exif/1.0/"'
    ' xmlns:aux="http://ns.adobe.com/exif/1.0/aux/" xmlns:exifEX="http://cipa.jp/exif/1.0/"'
    ' xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" xmlns:xmpRights="http://ns.adobe.com/xap/1.0/rights/"'
    ' xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" {}>{}</rdf:Description></rdf:RDF></x:xmpmeta>'
)


def xmp(elements: str = "", attributes: str = "") -> bytes:
    """Make an XMP packet of properties, as elements or as attributes."""
    return RDF.format(attributes, elements).encode()


def several(name: str, *values: str, container: str = "Bag") -> str:
    """Return the element of a property with several values."""
    items = "".join(f"<rdf:li>{value}</rdf:li>" for value in values)
    return f"<{name}><rdf:{container}>{items}</rdf:{container}></{name}>"


def in_languages(name: str, **values: str) -> str:
    """Return the element of a text in several languages; `default` is the one that is shown by default."""
    items = "".join(
        f'<rdf:li xml:lang="{"x-default" if language == "default" else language}">{value}</rdf:li>'
        for language, value in values.items()
    )
    return f"<{name}><rdf:Alt>{items}</rdf:Alt></{name}>"


def record(number: int, value: bytes, kind: int = 2) -> bytes:
    """Make an IPTC data set."""
    return struct.pack(">BBBH", 0x1C, kind, number, len(value)) + value


def utf8_records(*values: tuple[int, str]) -> bytes:
    """Make IPTC records that declare UTF-8."""
    return record(90, b"\x1b%G", kind=1) + b"".join(record(number, value.encode()) for number, value in values)


def resource(number: int, content: bytes) -> bytes:
    """Make a Photoshop image resource, without a name."""
    return struct.pack(">4sHHI", b"8BIM", number, 0, len(content)) + content + b"\0" * (len(content) % 2)


def digest(records: bytes) -> bytes:
    """Make the resource that holds the digest of the records from which the XMP packet was made."""
    return resource(DIGEST, md5(records, usedforsecurity=False).digest())


def with_segments(jpeg: bytes, *contents: bytes) -> bytes:
    """Return a JPEG with Photoshop resources in segments of their own."""
    made = b""
    for content in contents:
        data = b"Photoshop 3.0\0" + content
        made += b"\xff\xed" + struct.pack(">H", len(data) + 2) + data
    return jpeg[:2] + made + jpeg[2:]


def ordered(block: Image.Exif, order: str) -> bytes:
    """Return an EXIF block in a byte order: < is Intel's, > Motorola's."""
    block.endian = order
    return block.tobytes()


def jpeg(records: bytes = b"", packet: bytes = b"", resources: bytes = b"", **options: Any) -> bytes:
    """Draw a JPEG with IPTC records, an XMP packet, and any argument of Pillow's save."""
    made = pictures.encoded(pictures.quadrants(), "JPEG", **options, **({"xmp": packet} if packet else {}))
    return with_segments(made, resource(RECORDS, records) + resources) if records else made


def exif_block(tags: dict[int, Any], detail: dict[int, Any], gps: dict[int, Any]) -> Image.Exif:
    """Make an EXIF block that was never written to a file, so that it may hold any value."""
    made = Image.Exif()
    made.update(tags)
    made.get_ifd(IFD.Exif).update(detail)
    made.get_ifd(IFD.GPSInfo).update(gps)
    return made


def place(north: object = "N", east: object = "E", **more: Any) -> dict[int, Any]:
    """Return the position of a church in London, or its mirror images."""
    tags = {"GPSLatitudeRef": north, "GPSLatitude": (51.0, 30.0, 0.0)}
    tags |= {"GPSLongitudeRef": east, "GPSLongitude": (IFDRational(0), 7.0, IFDRational(3900, 100)), **more}
    return {GPS[name]: value for name, value in tags.items()}


def camera_block() -> Image.Exif:
    """Make the EXIF block of a camera, which CAMERA_FOUND is read from; saving a picture changes it."""
    return pictures.exif(
        {Base.Make: "Canon", Base.Model: "EOS 40D", Base.Orientation: 6},
        {Base.ISOSpeedRatings: 100, Base.FNumber: 7.1, Base.DateTimeOriginal: "2008:05:30 15:56:01"},
        place("N", "W", GPSLongitude=(0.0, 7.0, 39.0)),
    )


CAMERA_FOUND = {
    "make": "Canon",
    "model": "EOS 40D",
    "orientation": 6,
    "iso": 100,
    "fNumber": 7.1,
    "takenAt": "2008-05-30T15:56:01",
    "gps": {"latitude": 51.5, "longitude": -0.1275},
}
# A picture with EXIF, IPTC and XMP.
WRITTEN = jpeg(
    utf8_records((25, "one"), (25, "two")), xmp(attributes='dc:title="Title"'), exif=camera_block(), dpi=(300, 300)
)
