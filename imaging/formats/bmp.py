"""BMP: a header that tells the size, the palette and where the pixels begin."""

from imaging.errors import ImageRefusedError, Reason
from imaging.formats.binary import unpack
from imaging.formats.inspection import Inspection, refuse_truncated

CORE_HEADER = 12  # bytes of the oldest header, whose fields have half the length
RUN_LENGTH = {1, 2}  # ways of packing: runs of bytes, and of half bytes
MAX_RUN_PIXELS = 10_000_000  # Pillow unpacks runs in Python, which takes up to a second for so many pixels


def inspect(data: bytes, survey: Inspection) -> None:
    """Survey a BMP; a negative height stands for rows from the top."""
    survey.add_frame()
    pixels, header = unpack("<II", data, 10)
    width, height = unpack("<HH" if header == CORE_HEADER else "<Ii", data, 18)
    survey.add_size(width, abs(height))
    if header != CORE_HEADER and unpack("<I", data, 30)[0] in RUN_LENGTH and width * abs(height) > MAX_RUN_PIXELS:
        message = f"The BMP is packed in runs, and has more than {MAX_RUN_PIXELS} pixels."
        raise ImageRefusedError(Reason.TOO_COMPLEX, message)
    if max(pixels, 14 + header) >= len(data):
        refuse_truncated()
