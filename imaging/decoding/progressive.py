"""Progressive JPEGs at an eighth of their scale, without the scans that hold only finer detail.

At an eighth, a block of 8 by 8 becomes one pixel: its mean, the DC coefficient, which has scans of its own. The other scans
are most of the bytes, and are left out. Empty scans replace them, since the decoder would smooth an image that lacks scans.
So every pixel is the same as with all scans. T.81 is the ITU's recommendation of that number, ISO/IEC 10918-1.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from itertools import pairwise

from imaging.decoding.decoder_errors import MalformedFileError
from imaging.formats.jpeg import END, END_OF_IMAGE, SCAN, segments

PROGRESSIVE = 0xC2  # marker of a frame in Huffman coding
SKIPPED_SEGMENTS = {
    *range(0xE1, 0xEE),
    0xEF,
    0xFE,
}  # comments and APP segments, except APP0 and APP14, which describe the colors
NO_RESTARTS = b"\xff\xdd\0\4\0\0"
RUNS = 15  # classes of runs of empty blocks: one, two or three, four to seven, and so on (T.81, G.1.2.2)
# The Huffman table of these classes: the code of each is its number in four bits.
TABLE = b"\xff\xc4" + struct.pack(">HB16B", 19 + RUNS, 0x10, 0, 0, 0, RUNS, *[0] * 12) + bytes(range(0, 16 * RUNS, 16))


@dataclass(frozen=True)
class _Component:
    """A component of a frame: its number, and how many blocks it has without padding."""

    number: int
    blocks: int
    detailed: bool  # sampled so coarsely that an eighth of the image shows more than its DC coefficients


def drop_detail_scans(data: bytes) -> bytes | None:
    """Return a smaller JPEG with the same pixels at an eighth of its scale, or None if data is not progressive.

    Raises MalformedFileError if data is truncated or contradicts itself.
    """
    try:
        return _drop_detail_scans(data)
    except (
        struct.error,
        IndexError,
        ValueError,
    ) as error:  # the file points beyond its end, or a value is missing
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
    """Return the number of blocks of 8 samples along an edge of size pixels, of which factor in most are sampled."""
    samples = -(-size * factor // most)
    return -(-samples // 8)


def _is_visible(scan: bytes, components: list[_Component]) -> bool:
    """Whether an eighth of the image shows what a scan holds: DC coefficients, or a detailed component."""
    count = scan[0]
    detailed = {component.number for component in components if component.detailed}
    return scan[1 + 2 * count] == 0 or not detailed.isdisjoint(scan[1 : 1 + 2 * count : 2])


def _empty_scan(component: _Component) -> bytes:
    """Return a scan of all AC coefficients of a component, each of them zero: T.81, B.2.3 and G.1.2.2."""
    bits, blocks = "", component.blocks
    while blocks:
        kind = min(blocks.bit_length(), RUNS) - 1
        run = min(blocks, 2 ** (kind + 1) - 1)
        bits += f"{kind:04b}" + f"{run:b}"[1:]
        blocks -= run
    bits += "1" * (-len(bits) % 8)
    runs = int(bits, 2).to_bytes(len(bits) // 8).replace(b"\xff", b"\xff\0")
    return b"\xff\xda" + struct.pack(">HBBBBBB", 8, 1, component.number, 0, 1, 63, 0) + runs
