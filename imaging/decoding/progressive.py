"""Progressive JPEGs at an eighth of their scale: without the scans of nothing but finer detail.

An eighth is one pixel for a block of 8 by 8, and that is its mean, the DC coefficient, which has scans of its own. The
others are most of the bytes, and left out. Lest the decoder make up for what it misses, by smoothing, empty scans stand in
for them. So every pixel is as it would be. T.81 is the ITU's recommendation of that number, ISO/IEC 10918-1.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from itertools import pairwise

from imaging.decoding.decoder_errors import MalformedFileError
from imaging.formats.jpeg import END, SCAN, segments

PROGRESSIVE = 0xC2  # marker of a frame in Huffman coding
SKIPPED_SEGMENTS = {
    *range(0xE1, 0xEE),
    0xEF,
    0xFE,
}  # comments and applications' segments, but for APP0 and APP14: they tell colours
NO_RESTARTS = b"\xff\xdd\0\4\0\0"
END_OF_IMAGE = b"\xff\xd9"
RUNS = 15  # kinds of runs of empty blocks: one, two or three, four to seven, and so on (T.81, G.1.2.2)
# The Huffman table of such runs: each kind's code is its number in four bits.
TABLE = b"\xff\xc4" + struct.pack(">HB16B", 19 + RUNS, 0x10, 0, 0, 0, RUNS, *[0] * 12) + bytes(range(0, 16 * RUNS, 16))


@dataclass(frozen=True)
class _Component:
    """One of a frame's components: its number, and how many blocks it has that are not padding."""

    number: int
    blocks: int
    detailed: bool  # an eighth of the picture shows more of it than DC coefficients, since it is sampled coarsely


def drop_detail_scans(data: bytes) -> bytes | None:
    """Return a JPEG that at an eighth of its scale gives the pixels that data gives; None if data is not progressive.

    Raises MalformedFileError if data ends before its picture does, or contradicts itself.
    """
    try:
        return _drop_detail_scans(data)
    except (
        struct.error,
        IndexError,
        ValueError,
    ) as error:  # the file leads beyond its end, or has nothing where it must not
        raise MalformedFileError("the JPEG contradicts itself") from error


def _drop_detail_scans(data: bytes) -> bytes | None:
    found = list(segments(data))
    if not found or found[-1].marker != END:
        raise MalformedFileError("the file is truncated")
    parts, components = [data[:2]], list[_Component]()
    for segment, following in pairwise(found):
        content = data[segment.content : segment.end]
        if segment.marker == PROGRESSIVE:
            components = _components(content)
        elif segment.marker == SCAN and not components:
            return None
        if segment.marker not in SKIPPED_SEGMENTS and (segment.marker != SCAN or _is_visible(content, components)):
            parts.append(data[segment.start : following.start])
    empty = [_empty_scan(component) for component in components if not component.detailed]
    return b"".join([*parts, NO_RESTARTS, TABLE, *empty, END_OF_IMAGE])


def _components(frame: bytes) -> list[_Component]:
    """Return the components of a frame: T.81, B.2.2 and A.1.1."""
    height, width, count = struct.unpack_from(">HHB", frame, 1)
    described = [(frame[at], frame[at + 1] >> 4, frame[at + 1] & 15) for at in range(6, 6 + 3 * count, 3)]
    if not all(wide and high for _, wide, high in described):
        raise MalformedFileError("a JPEG has a component of no samples")
    across, down = (max(component[axis] for component in described) for axis in (1, 2))
    return [
        _Component(
            number,
            _blocks(width, wide, across) * _blocks(height, high, down),
            detailed=across % (2 * wide) == 0 and down % (2 * high) == 0,
        )
        for number, wide, high in described
    ]


def _blocks(size: int, factor: int, most: int) -> int:
    """Return how many blocks of 8 pixels one direction of a component takes, which is sampled factor times in most."""
    samples = -(-size * factor // most)
    return -(-samples // 8)


def _is_visible(scan: bytes, components: list[_Component]) -> bool:
    """Tell whether an eighth of the picture shows what a scan holds: DC coefficients, or those of a detailed component."""
    count = scan[0]
    detailed = {component.number for component in components if component.detailed}
    return scan[1 + 2 * count] == 0 or not detailed.isdisjoint(scan[1 : 1 + 2 * count : 2])


def _empty_scan(component: _Component) -> bytes:
    """Return a scan of all of a component's AC coefficients, each of them zero: T.81, B.2.3 and G.1.2.2."""
    bits, blocks = "", component.blocks
    while blocks:
        kind = min(blocks.bit_length(), RUNS) - 1
        run = min(blocks, 2 ** (kind + 1) - 1)
        bits += f"{kind:04b}" + f"{run:b}"[1:]
        blocks -= run
    bits += "1" * (-len(bits) % 8)
    runs = int(bits, 2).to_bytes(len(bits) // 8).replace(b"\xff", b"\xff\0")
    return b"\xff\xda" + struct.pack(">HBBBBBB", 8, 1, component.number, 0, 1, 63, 0) + runs
