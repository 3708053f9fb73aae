"""Bit depth: that of the file, even if Pillow decodes to another one."""

import struct
from io import BytesIO

import pillow_heif
import pytest
from PIL import Image

from imaging.decoding.picture import open_picture
from imaging.metadata.bit_depth import bit_depth
from tests import pictures
from tests.imaging.limits import LIMITS


def gray_tiff(bits: int, kind: int = 1) -> bytes:
    """Write a TIFF of one gray pixel of that many bits; kind is its sample format (3: floating point)."""
    numbers = [(256, 1), (257, 1), (258, bits), (259, 1), (262, 1), (277, 1), (278, 1), (339, kind)]
    places = [(273, 8), (279, max(1, bits // 8))]
    entries = [(tag, 3, 1, struct.pack("<H", value)) for tag, value in numbers]
    entries += [(tag, 4, 1, struct.pack("<I", value)) for tag, value in places]
    return pictures.tiff_block(sorted(entries))


def bmp(bits: int, *, old: bool = False) -> bytes:
    """Write a BMP of one pixel of that many bits, with a header of Windows 3 or an older one."""
    header = (
        struct.pack("<IHHHH", 12, 1, 1, 1, bits) if old else struct.pack("<IiiHHIIiiII", 40, 1, 1, 1, bits, *[0] * 6)
    )
    palette = bytes((3 if old else 4) * 2**bits) if bits <= 8 else b""
    start = 14 + len(header) + len(palette)
    return struct.pack("<2sIHHI", b"BM", start + 4, 0, 0, start) + header + palette + bytes(4)


def heif(mode: str, pixels: bytes) -> bytes:
    """Encode one HEIF of 64 by 64 pixels, of 10 bits where mode has 16."""
    buffer = BytesIO()
    pillow_heif.from_bytes(mode, (64, 64), pixels * 64 * 64).save(buffer)
    return buffer.getvalue()


def avif(depth: int, flags: int) -> bytes:
    """Encode an AVIF whose header and configuration have that depth."""
    data = pictures.examples()["AVIF"]
    at = data.index(b"av1C\x81") + len(b"av1C") + 2
    changed = data[:at] + bytes([data[at] | flags]) + data[at + 1 :]
    return changed.replace(b"pixi\0\0\0\0\3\x08\x08\x08", b"pixi\0\0\0\0\3" + bytes([depth] * 3))


def deep_track() -> bytes:
    """Encode an animated AVIF of which only the description of the track says that it has 10 bits."""
    frames = [Image.new("RGB", (16, 16), color) for color in ("red", "blue")]
    data = bytearray(pictures.encoded(frames[0], "AVIF", save_all=True, append_images=frames[1:]))
    data[data.rindex(b"av1C\x81") + len(b"av1C") + 2] |= 0x40
    return bytes(data)


FILES = {
    "JPEG": (pictures.examples()["JPEG"], 8),
    "WEBP": (pictures.examples()["WEBP"], 8),
    **{f"PNG {depth}": (pictures.gray_png(depth), depth) for depth in (1, 8, 16)},
    "PNG palette": (pictures.encoded(pictures.quadrants(mode="P"), "PNG", bits=4), 4),
    "GIF": (pictures.encoded(pictures.quadrants().quantize(4), "GIF"), 2),
    "GIF of 256 colors": (pictures.encoded(Image.linear_gradient("L"), "GIF"), 8),
    **{f"TIFF {bits}": (gray_tiff(bits), bits) for bits in (1, 8, 16)},
    "TIFF float": (gray_tiff(32, kind=3), 32),
    "TIFF color": (pictures.examples()["TIFF"], 8),
    **{f"BMP {bits}": (bmp(bits), depth) for bits, depth in ((1, 1), (4, 4), (8, 8), (16, 5), (24, 8), (32, 8))},
    "BMP old": (bmp(24, old=True), 8),
    **{f"AVIF {depth}": (avif(depth, flags), depth) for depth, flags in ((8, 0), (10, 0x40), (12, 0x60))},
    "AVIF with what looks like its configuration": (avif(8, 0) + b"\0\0\0\x10freeav1C\x81\0\x60\0", 8),
    "AVIF, only its track": (deep_track(), 10),
    "HEIF": (heif("RGB", bytes(3)), 8),
    "HEIF 10": (heif("RGB;16", bytes(6)), 10),
}


@pytest.mark.parametrize("name", FILES)
def test_depth_is_that_of_the_file(name: str) -> None:
    """Bits per sample, or per index into a palette, are those of the header."""
    data, depth = FILES[name]
    assert bit_depth(open_picture(data, LIMITS)) == depth
