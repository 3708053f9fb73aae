"""The scans of a JPEG: whether together they hold every coefficient of every component (T.81, B.2.3 and G.1.1.1)."""

from contextlib import suppress

from imaging.formats.binary import EndOfDataError, byte_at, unpack
from imaging.formats.jpeg import FRAMES, SCAN, segments

COEFFICIENTS = 64  # of a block
UNSEEN = 16  # more than any bit that a scan may leave open
PROGRESSIVE = {0xC2}

Open = dict[int, list[int]]  # for each component, the lowest bits of its coefficients that no scan has held yet


def has_all_coefficients(data: bytes) -> bool:
    """Whether no bit of any coefficient is missing; a segment that the file cuts does not count."""
    bits: Open = {}
    is_progressive = False
    with suppress(EndOfDataError):
        for segment in segments(data):
            if segment.marker in FRAMES:
                is_progressive = segment.marker in PROGRESSIVE
                count = byte_at(data, segment.content + 5)
                numbers = data[segment.content + 6 : segment.content + 6 + 3 * count : 3]
                bits = {number: [UNSEEN] * COEFFICIENTS for number in numbers}
            elif segment.marker == SCAN:
                _count_scan(data, segment.content, bits, is_progressive=is_progressive)
    return not any(any(found) for found in bits.values())


def _count_scan(data: bytes, at: int, bits: Open, *, is_progressive: bool) -> None:
    count = byte_at(data, at)
    first, last, shifts = unpack("BBB", data, at + 1 + 2 * count) if is_progressive else (0, COEFFICIENTS - 1, 0)
    for component in data[at + 1 : at + 1 + 2 * count : 2]:
        if component in bits and first <= last < COEFFICIENTS:
            bits[component][first : last + 1] = [shifts & 15] * (last + 1 - first)
