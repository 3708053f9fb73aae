"""BMP: a header with the size, the palette and the offset of the pixels."""

import struct

from imaging.colorimetry.spaces import from_endpoints
from imaging.errors import ImageRefusedError, Reason, refuse_unsupported
from imaging.formats.binary import unpack
from imaging.formats.inspection import Inspection, refuse_truncated

FILE_HEADER = 14  # bytes
V4_HEADER, V5_HEADER = 108, 124  # bytes of the headers that describe colors
CALIBRATED, EMBEDDED = 0, 0x4D424544  # LCS_CALIBRATED_RGB, PROFILE_EMBEDDED
CORE_HEADER = 12  # bytes of the oldest header, whose fields are half as long
INFO_HEADER = 40  # bytes of the first one with the number of colors
BITS, COLORS = 28, 46  # offsets of the bits per pixel, and of the number of colors in the palette
PALETTE_BITS = {1, 2, 4, 8}
MASKS, BITFIELDS = 54, 3  # offset of the masks of red, green and blue, and the compression with which they count
HELD, OS2_HEADER = {4: "JPEG", 5: "PNG"}, 64  # by compression; bytes of a header whose compressions are others
RUN_LENGTH = {1, 2}  # compressions: run lengths of bytes, and of half bytes
MAX_RUN_PIXELS = 10_000_000  # Pillow decodes run lengths in Python, which takes up to a second for so many pixels


def inspect(data: bytes, inspection: Inspection) -> None:
    """Inspect a BMP; a negative height means that the first row is the top one."""
    inspection.add_frame()
    pixels, header = unpack("<II", data, 10)
    width, height = unpack("<HH" if header == CORE_HEADER else "<ii", data, 18)
    inspection.add_size(width, abs(height))
    if header != CORE_HEADER and unpack("<I", data, 30)[0] in RUN_LENGTH and width * abs(height) > MAX_RUN_PIXELS:
        message = f"The BMP is run-length encoded and has more than {MAX_RUN_PIXELS} pixels."
        raise ImageRefusedError(Reason.TOO_COMPLEX, message)
    if max(pixels, FILE_HEADER + header) >= len(data):
        refuse_truncated()
    if header >= INFO_HEADER:
        _inspect_compression(data, header)
        _inspect_palette(data, inspection)
    if header >= V4_HEADER:
        _inspect_colors(data, header, inspection)


def _inspect_compression(data: bytes, header: int) -> None:
    (compression,) = unpack("<I", data, 30)
    if compression == BITFIELDS and not any(unpack("<3I", data, MASKS)):
        refuse_unsupported("A BMP with color masks of no bits")
    if compression in HELD and header != OS2_HEADER:
        refuse_unsupported(f"A BMP that holds a {HELD[compression]}")


def _inspect_palette(data: bytes, inspection: Inspection) -> None:
    """Leave out the colors of a palette that no pixel can have: Pillow refuses the image for them."""
    (bits,), (colors,) = unpack("<H", data, BITS), unpack("<I", data, COLORS)
    if bits in PALETTE_BITS and colors > 2**bits:
        inspection.patch(COLORS, struct.pack("<I", 2**bits))


def _inspect_colors(data: bytes, header: int, inspection: Inspection) -> None:
    """Find the ICC profile of a BITMAPV5HEADER, or the primaries and the gamma of a BITMAPV4HEADER."""
    (kind,) = unpack("<I", data, FILE_HEADER + 56)
    if kind == EMBEDDED and header >= V5_HEADER:
        offset, size = unpack("<II", data, FILE_HEADER + 112)
        start = FILE_HEADER + offset
        inspection.add_metadata("profile", size)
        inspection.profile = data[start : start + size] or None
    elif kind == CALIBRATED:
        endpoints = [value / 2**30 for value in unpack("<9i", data, FILE_HEADER + 60)]
        (gamma,) = unpack("<I", data, FILE_HEADER + 96)
        inspection.space = from_endpoints(endpoints, gamma / 2**16)
