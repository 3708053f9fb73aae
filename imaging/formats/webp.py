"""WebP: RIFF chunks, and the sizes in the bitstreams of the canvas and the first frame."""

from collections.abc import Iterator
from typing import Literal

from imaging.formats.binary import unpack
from imaging.formats.inspection import Inspection, refuse_corrupt, refuse_truncated

HEADER = 8  # bytes: name and length
FRAME_HEADER = 16  # bytes of an animation's frame before its own chunks
METADATA: dict[bytes, Literal["EXIF", "profile"]] = {b"EXIF": "EXIF", b"ICCP": "profile"}

IMAGE_CHUNKS = {b"VP8X", b"VP8 ", b"VP8L"}  # canvas, lossy and lossless frame

Chunk = tuple[bytes, int, int]  # name, start and end of its content
Size = tuple[int, int]


def inspect(data: bytes, survey: Inspection) -> None:
    """Survey a WebP to the end that its header tells; what follows is no part of it."""
    end = HEADER + unpack("<I", data, 4)[0]
    if end > len(data):
        refuse_truncated()
    canvas = (0, 0)
    for name, start, stop in _chunks(data, 12, end, survey):
        if name == b"VP8X":
            canvas = _size(data, (name, start, stop))
        if name == b"ANMF":
            survey.add_frame()
            if survey.frames == 1:
                _inspect_frame(data, (start, stop), canvas, survey)
        elif name in IMAGE_CHUNKS:
            survey.add_size(*_size(data, (name, start, stop)))
        elif name not in {b"ALPH", b"ANIM"}:
            survey.add_metadata(METADATA.get(name, "text"), stop - start)
    if not survey.frames:
        survey.add_frame()


def _inspect_frame(data: bytes, span: Size, canvas: Size, survey: Inspection) -> None:
    """Hold a frame of an animation to the canvas, and what is in it to the limits."""
    left, top, width, height = (int.from_bytes(data[at : at + 3], "little") for at in range(span[0], span[0] + 12, 3))
    if 2 * left + width + 1 > canvas[0] or 2 * top + height + 1 > canvas[1]:
        refuse_corrupt("A frame of the WebP lies outside its canvas.")
    for chunk in _chunks(data, span[0] + FRAME_HEADER, span[1], survey):
        if chunk[0] in IMAGE_CHUNKS:
            survey.add_size(*_size(data, chunk))


def _chunks(data: bytes, at: int, end: int, survey: Inspection) -> Iterator[Chunk]:
    while at + HEADER <= end:
        name, length = unpack("<4sI", data, at)
        start, at = at + HEADER, at + HEADER + length + length % 2
        if start + length > end:
            refuse_truncated()
        survey.add_parts()
        yield name, start, start + length


def _size(data: bytes, chunk: Chunk) -> Size:
    """Return the size of a canvas, or of a lossy or lossless frame: RFC 9649, 2.7 and 3.4, and RFC 6386, 9.1."""
    name, start, _ = chunk
    if name == b"VP8X":
        middle, high = unpack("<4xIH", data, start)
        bits = high << 32 | middle
        return (bits & 0xFFFFFF) + 1, (bits >> 24) + 1
    if name == b"VP8L":
        (bits,) = unpack("<xI", data, start)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    width, height = unpack("<6xHH", data, start)
    return width & 0x3FFF, height & 0x3FFF
