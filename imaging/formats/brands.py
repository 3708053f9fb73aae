"""The brands of an ISO media file: the formats as which it may be read (ISO/IEC 14496-12, 4.3)."""

from typing import Literal

from imaging.formats.binary import unpack

MAJOR, OTHERS = 8, 16  # offsets of the first brand, and of those that the file is compatible with
MOST = 2**16  # bytes at the start of a file in which brands are looked for
AVIF = {b"avif", b"avis"}
HEVC = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"}
# First brands of a HEIF in a coding that is not decoded, and how a refusal names it.
OTHER_CODINGS = {
    **dict.fromkeys((b"avci", b"avcs", b"vvic", b"vvis"), "HEIF with AVC or VVC"),
    **dict.fromkeys((b"evbi", b"evbs", b"evmi", b"evms"), "HEIF with EVC"),
    **dict.fromkeys((b"jpeg", b"jpgs", b"j2ki", b"j2is"), "HEIF with JPEG or JPEG 2000"),
}
CONTAINER = {b"mif1", b"msf1", b"mif2", b"mif3", b"miaf"}  # they say nothing about the coding
OPENED = HEVC | {b"mif1", b"msf1"}  # first brands of a HEIF that its decoder opens


def sniff_brands(data: bytes) -> Literal["AVIF", "HEIF"] | None:
    """Return the format that the brands at the start of data show, or None."""
    major, brands = _brands(data)
    if major in HEVC or not AVIF & brands:
        return "HEIF" if (HEVC | CONTAINER) & brands else None
    return "AVIF"


def sniff_other_coding(data: bytes) -> str | None:
    """Return the name of a HEIF that is not decoded, or None: a file may be of a decoded coding, too, and its items decide."""
    major, brands = _brands(data)
    return None if (HEVC | AVIF) & brands else OTHER_CODINGS.get(major)


def _brands(data: bytes) -> tuple[bytes, set[bytes]]:
    """Return the first brand at the start of data, and all of them; no brands if it is no ISO media file."""
    if data[4:MAJOR] != b"ftyp":
        return b"", set()
    end = min(unpack(">I", data, 0)[0], MOST, len(data))
    major = data[MAJOR : MAJOR + 4]
    return major, {major, *(data[at : at + 4] for at in range(OTHERS, end, 4))}
