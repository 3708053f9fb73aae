"""BMP: a header with the size, the palette and the offset of the pixels."""

from imaging.errors import ImageRefusedError, Reason
from imaging.formats.binary import unpack
from imaging.formats.inspection import Inspection, refuse_truncated

CORE_HEADER = 12  # bytes of the oldest header, whose fields are half as long
RUN_LENGTH = {1, 2}  # compressions: run lengths of bytes, and of half bytes
MAX_RUN_PIXELS = 10_000_000  # Pillow decodes run lengths in Python, which takes up to a second for so many pixels


def inspect(data: bytes, inspection: Inspection) -> None:
    """Inspect a BMP; a negative height means that the first row is the top one."""
    inspection.add_frame()
    pixels, header = unpack("<II", data, 10)
    width, height = unpack("<HH" if header == CORE_HEADER else "<Ii", data, 18)
    inspection.add_size(width, abs(height))
    if header != CORE_HEADER and unpack("<I", data, 30)[0] in RUN_LENGTH and width * abs(height) > MAX_RUN_PIXELS:
        message = f"The BMP is run-length encoded and has more than {MAX_RUN_PIXELS} pixels."
        raise ImageRefusedError(Reason.TOO_COMPLEX, message)
    if max(pixels, 14 + header) >= len(data):
        refuse_truncated()
