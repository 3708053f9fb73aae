"""The output of exiftool for the sample photographs and for drawn pictures, recorded in exiftool.json.

`python -m tests.imaging.metadata.exiftool` records it anew, where exiftool is installed.
"""

import json
import subprocess
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory
from typing import Any

from PIL import Image
from PIL.ExifTags import GPS, Base
from PIL.PngImagePlugin import PngInfo
from PIL.TiffImagePlugin import IFDRational

from tests import pictures
from tests.imaging.metadata.packets import digest, in_languages, jpeg, ordered, record, several, utf8_records, xmp

ROOT = Path(__file__).resolve().parents[3]
RECORDED = Path(__file__).with_name("exiftool.json")
UNITS = ("ResolutionUnit", "PixelUnits")  # reported as words
TAGS = (  # reported as numbers
    *("ImageWidth", "ImageHeight", "FileSize", "BitDepth", "BitsPerSample", "XResolution", "PixelsPerUnitX"),
    *("ProfileDescription", "Make", "Model", "LensModel", "Lens", "Software", "CreatorTool", "ExposureTime", "FNumber"),
    *("ISO", "FocalLength", "Flash", "FlashFired", "Orientation", "GPSLatitude", "GPSLongitude", "GPSAltitude"),
    *("Title", "ObjectName", "XPTitle", "XPComment", "XPKeywords", "XPAuthor"),
    # Merged as the Metadata Working Group defines:
    *("MWG:DateTimeOriginal", "MWG:Description", "MWG:Keywords", "MWG:Creator", "MWG:Copyright"),
)

TAGS_OF_ALL: dict[int, Any] = {
    Base.Make: "Canon ",
    Base.Model: "EOS 40D",
    Base.Software: "GIMP 2.10",
    Base.Artist: "Jörg; Ann".encode(),
    Base.Copyright: b"(c) Ann \0(c) Ed\0",
    Base.ImageDescription: "A scene",
    Base.Orientation: 8,
    Base.XResolution: IFDRational(300),
    Base.ResolutionUnit: 2,
}
DETAIL_OF_ALL: dict[int, Any] = {
    Base.LensModel: "EF24-105mm f/4L IS USM",
    Base.DateTimeOriginal: "2008:05:30 15:56:01",
    Base.SubsecTimeOriginal: "07",
    Base.OffsetTimeOriginal: "-03:30",
    Base.ExposureTime: IFDRational(1, 3200),
    Base.FNumber: IFDRational(71, 10),
    Base.ISOSpeedRatings: 12800,
    Base.FocalLength: IFDRational(135),
    Base.Flash: 9,
}
SOUTH_EAST: dict[int, Any] = {
    GPS.GPSLatitudeRef: "S",
    GPS.GPSLatitude: (IFDRational(33), IFDRational(51), IFDRational(2448, 100)),
    GPS.GPSLongitudeRef: "E",
    GPS.GPSLongitude: (IFDRational(151), IFDRational(12918, 1000), IFDRational(0)),
    GPS.GPSAltitudeRef: b"\1",
    GPS.GPSAltitude: IFDRational(1234, 100),
}
NORTH_WEST: dict[int, Any] = {
    GPS.GPSLatitudeRef: "N",
    GPS.GPSLatitude: (IFDRational(51), IFDRational(30), IFDRational(0)),
    GPS.GPSLongitudeRef: "W",
    GPS.GPSLongitude: (IFDRational(0), IFDRational(7), IFDRational(39)),
    GPS.GPSAltitudeRef: b"\0",
    GPS.GPSAltitude: IFDRational(35),
}
WINDOWS: dict[int, Any] = {
    Base.XPTitle: "Títle\0".encode("utf-16-le"),
    Base.XPComment: "A comment\0".encode("utf-16-le"),
    Base.XPKeywords: "one;zwei ü\0".encode("utf-16-le"),
    Base.XPAuthor: "Jörg\0".encode("utf-16-le"),
}
SAID = ((5, "Títle"), (25, "one"), (25, "zwei ü"), (80, "Jörg"), (80, "Ann"), (116, "© Jörg"), (120, "A caption"))
UTF8 = utf8_records(*SAID, (55, "20030830"), (60, "123456+0200"))
LATIN = b"".join(record(number, text.encode("latin-1")) for number, text in SAID)
PACKET = xmp(
    several("dc:subject", "of", "XMP")
    + several("dc:creator", "Xavier", "Yves", container="Seq")
    + in_languages("dc:title", de="Títel", default="Títle")
    + in_languages("dc:description", default="Caption of XMP")
    + in_languages("dc:rights", default="Rights of XMP")
    + several("exif:ISOSpeedRatings", "200", container="Seq")
    + '<exif:Flash rdf:parseType="Resource"><exif:Fired>True</exif:Fired></exif:Flash>',
    'tiff:Make="Leica" tiff:Model="M9" aux:Lens="Summicron" xmp:CreatorTool="Lightroom" exif:ExposureTime="1/60" '
    'exif:FNumber="56/10" exif:FocalLength="35/1" photoshop:DateCreated="2012-12-12T12:12:12.5+01:00" '
    'exif:GPSLatitude="33,51.408S" exif:GPSLongitude="151,12,55.08E" exif:GPSAltitude="35/2" exif:GPSAltitudeRef="1"',
)


def drawn() -> dict[str, bytes]:
    """Return the drawn images by file name."""
    quadrants, texts = pictures.quadrants(), PngInfo()
    texts.add_itxt("XML:com.adobe.xmp", PACKET.decode())
    return {
        "exif-intel.jpg": jpeg(exif=ordered(_block(NORTH_WEST), "<")),
        "exif-motorola.jpg": jpeg(exif=ordered(_block(SOUTH_EAST), ">")),
        "exif.png": pictures.encoded(quadrants, "PNG", exif=_block(SOUTH_EAST)),
        "exif.webp": pictures.encoded(quadrants, "WEBP", exif=_block(NORTH_WEST)),
        "windows.jpg": jpeg(exif=pictures.exif(WINDOWS)),
        "iptc-latin.jpg": jpeg(LATIN),
        "iptc-utf-8.jpg": jpeg(UTF8),
        "xmp.jpg": jpeg(packet=PACKET, dpi=(72, 72)),
        "xmp.png": pictures.encoded(quadrants, "PNG", pnginfo=texts),
        "xmp.tif": pictures.encoded(quadrants, "TIFF", tiffinfo={700: PACKET}),
        "iptc-and-xmp.jpg": jpeg(UTF8, PACKET),
        "iptc-agrees.jpg": jpeg(UTF8, PACKET, digest(UTF8)),
        "iptc-changed.jpg": jpeg(UTF8, PACKET, digest(LATIN)),
        "all.jpg": jpeg(UTF8, PACKET, digest(UTF8), exif=_block(NORTH_WEST)),
    }


def _block(place: dict[int, Any]) -> Image.Exif:
    return pictures.exif(TAGS_OF_ALL, DETAIL_OF_ALL, place)


def photographs() -> dict[str, bytes]:
    """Return the sample photographs by file name."""
    files = (ROOT / "local/photographs").glob("*.[jp][pn]g")
    return {file.name: file.read_bytes() for file in sorted(files)}


def recorded() -> dict[str, Any]:
    """Return what exiftool reports for each image, by tag, and under `version` the version of exiftool."""
    found: dict[str, Any] = json.loads(RECORDED.read_text(encoding="utf-8"))
    return found


def _record(folder: Path) -> dict[str, Any]:
    files = drawn() | photographs()
    for name, data in files.items():
        (folder / name).write_bytes(data)
    options = ["-j", "-use", "MWG", *(f"-{tag}#" for tag in TAGS), *(f"-{unit}" for unit in UNITS)]
    found = json.loads(_exiftool(*options, *(str(folder / name) for name in files)))
    return {"version": _exiftool("-ver").strip()} | {Path(one.pop("SourceFile")).name: one for one in found}


def _exiftool(*arguments: str) -> str:
    return subprocess.run(
        [which("exiftool") or "exiftool", *arguments], check=True, capture_output=True, text=True
    ).stdout


if __name__ == "__main__":
    with TemporaryDirectory() as place:
        made = json.dumps(_record(Path(place)), indent=2, ensure_ascii=False, sort_keys=True)
    RECORDED.write_text(made + "\n", encoding="utf-8")
