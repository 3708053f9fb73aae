"""The sound files that are damaged: small ones of every format and encoding, with metadata."""

import zlib
from functools import cache

from PIL.ExifTags import GPS, Base

from tests import pictures
from tests.hostile import heif_files, jpegs, pngs, tiffs, webps

LARGE = (600, 400)  # enough to be decoded at a smaller scale
PACKET = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><a tiff:Orientation="3"/></x:xmpmeta>'


@cache
def sound() -> dict[str, bytes]:
    """Return the files by name."""
    return {**pictures.examples(), **_described(), **_jpegs(), **_pngs(), **_webps(), **_tiffs(), **_others()}


def _described() -> dict[str, bytes]:
    """Return files with EXIF, a profile and XMP."""
    block = pictures.exif(
        {Base.Make: "A maker", Base.Orientation: 6, Base.Copyright: "Somebody"},
        detail={Base.ExposureTime: 0.01, Base.LensModel: "A lens"},
        gps={GPS.GPSLatitudeRef: "N", GPS.GPSLatitude: (47.0, 20.0, 1.5)},
    )
    metadata = {"exif": block, "icc_profile": pictures.swapped_profile()}
    return {
        f"{name} described": pictures.encoded(
            pictures.quadrants(), name, **metadata, **({} if name == "TIFF" else {"xmp": PACKET})
        )
        for name in pictures.CARRY_EXIF
    }


def _jpegs() -> dict[str, bytes]:
    large = pictures.quadrants(LARGE)
    return {
        "JPEG large": pictures.encoded(large, "JPEG"),
        "JPEG progressive, large": pictures.encoded(large, "JPEG", progressive=True),
        "JPEG restarted": jpegs.drawn(restart_marker_blocks=1),
        "JPEG arithmetic": jpegs.drawn().replace(jpegs.FRAME, b"\xff\xc9", 1),
        "MPO": pictures.animation("MPO", 3),
    }


def _pngs() -> dict[str, bytes]:
    return {
        "PNG interlaced": pngs.png(pngs.header((8, 8), interlace=1), pngs.chunk(b"IDAT", zlib.compress(bytes(300)))),
        "PNG with text": pngs.with_chunks(pngs.chunk(b"zTXt", b"a\0\0" + zlib.compress(b"text"))),
        "APNG": pictures.animation("PNG", 3),
    }


def _webps() -> dict[str, bytes]:
    return {
        "WEBP large": pictures.encoded(pictures.quadrants(LARGE), "WEBP"),
        "WEBP animated": pictures.animation("WEBP", 3),
        "WEBP lossless": pictures.encoded(pictures.quadrants(), "WEBP", lossless=True),
        "WEBP canvas": webps.riff(webps.canvas(), webps.bitstream()),
    }


def _tiffs() -> dict[str, bytes]:
    packed = {
        f"TIFF {name}": pictures.encoded(pictures.quadrants(), "TIFF", compression=name)
        for name in ("tiff_deflate", "packbits", "jpeg", "zstd", "lzma")
    }
    return {
        **packed,
        "BigTIFF": tiffs.big([(tag, value) for tag, value in tiffs.tags().items() if isinstance(value, int)]),
        "TIFF fax": pictures.encoded(pictures.quadrants(mode="1"), "TIFF", compression="group4"),
        "TIFF CMYK": pictures.encoded(pictures.quadrants(mode="CMYK"), "TIFF", compression="tiff_lzw"),
    }


def _others() -> dict[str, bytes]:
    return {
        "AVIF animated": pictures.animation("AVIF", 3),
        "HEIF tiles": heif_files.File([heif_files.grid(2, 2, (128, 128), (2, 2, 2, 2)), heif_files.tile()]).written(),
        "HEIF layer": heif_files.File([heif_files.overlay((90, 90), 2), heif_files.tile()]).written(),
        "BMP runs": pictures.encoded(pictures.quadrants(mode="P"), "BMP"),
    }
