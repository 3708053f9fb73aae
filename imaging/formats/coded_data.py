"""Coded images in AVIF and HEIF: zeros in place of data, which decoders take for data and return noise."""

import re
from collections.abc import Iterable

# A NAL unit never holds these: ITU-T H.265, 7.4.2 puts a 3 behind two zeros.
NEVER_IN_NAL = re.compile(rb"\0\0[\0-\2]")
LENGTH = 4  # bytes before each NAL unit: all writers use four (ISO/IEC 14496-15 allows fewer)
# An arithmetic coder writes no long run of zeros: images of one color, 16 megapixels, have up to four.
ZEROS_IN_AV1 = bytes(64)


def has_lost_data(kind: bytes, parts: Iterable[bytes]) -> bool:
    """Whether the parts of an item of a type have zeros where its coding allows none."""
    data = b"".join(parts)
    if kind == b"av01":
        return ZEROS_IN_AV1 in data
    return kind == b"hvc1" and _has_lost_units(data)


def _has_lost_units(data: bytes) -> bool:
    at = 0
    while at + LENGTH < len(data):
        start = at + LENGTH
        at = start + int.from_bytes(data[at:start], "big")
        if at == start or NEVER_IN_NAL.search(data, start, at):
            return True
    return False
