"""The brands of an ISO media file: the formats as which it may be read (ISO/IEC 14496-12, 4.3)."""

from typing import Literal

from imaging.formats.binary import unpack

MAJOR, OTHERS = 8, 16  # offsets of the first brand, and of those that the file is compatible with
MOST = 2**16  # bytes at the start of a file in which brands are looked for
AVIF = {b"avif", b"avis"}
HEVC = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"}
CONTAINER = {b"mif1", b"msf1", b"mif2", b"mif3", b"miaf"}  # they say nothing about the coding
OPENED = HEVC | {b"mif1", b"msf1"}  # first brands of a HEIF that its decoder opens


def sniff_brands(data: bytes) -> Literal["AVIF", "HEIF"] | None:
    """Return the format that the brands at the start of data show, or None."""
    if data[4:MAJOR] != b"ftyp":
        return None
    end = min(unpack(">I", data, 0)[0], MOST, len(data))
    major, others = data[MAJOR : MAJOR + 4], {data[at : at + 4] for at in range(OTHERS, end, 4)}
    if major in HEVC or not AVIF & {major, *others}:
        return "HEIF" if (HEVC | CONTAINER) & {major, *others} else None
    return "AVIF"
