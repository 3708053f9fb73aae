"""Coded images in AVIF and HEIF: zeros in place of data, which decoders take for data and return noise."""

import re
from collections.abc import Sequence

Range = tuple[int, int]  # offsets in a file: the first byte, and the one behind the last
# A NAL unit never holds these: ITU-T H.265, 7.4.2 puts a 3 behind two zeros.
NEVER_IN_NAL = re.compile(rb"\0\0[\0-\2]")
LENGTH = 4  # bytes before each NAL unit: all writers use four (ISO/IEC 14496-15 allows fewer)
# An arithmetic coder writes no long run of zeros: images of one color, 16 megapixels, have up to four.
ZEROS_IN_AV1 = bytes(64)


def has_lost_data(kind: bytes, file: bytes, ranges: Sequence[Range]) -> bool:
    """Whether an item of a type, whose data are these ranges of the file, has zeros where its coding allows none."""
    if len(ranges) > 1:
        joined = b"".join(file[start:end] for start, end in ranges)
        return has_lost_data(kind, joined, [(0, len(joined))])
    if kind == b"av01":
        return any(file.find(ZEROS_IN_AV1, *place) >= 0 for place in ranges)  # most of a file, which is not copied
    return kind == b"hvc1" and any(_has_lost_units(file, *place) for place in ranges)


def _has_lost_units(file: bytes, at: int, end: int) -> bool:
    while at + LENGTH < end:
        start = at + LENGTH
        at = start + int.from_bytes(file[at:start], "big")
        if at == start or NEVER_IN_NAL.search(file, start, min(at, end)):
            return True
    return False
