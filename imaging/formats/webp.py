"""WebP: RIFF chunks, and the sizes in the bitstreams of the canvas and the first frame."""

from collections.abc import Iterator
from typing import Literal, NamedTuple

from imaging.formats.binary import unpack
from imaging.formats.inspection import Inspection, refuse_corrupt, refuse_truncated
from imaging.formats.riff import FILE_HEADER, Chunk, chunks, file_end

FRAME_HEADER = 16  # bytes of an ANMF chunk before the chunks of the frame
METADATA: dict[bytes, Literal["EXIF", "profile"]] = {b"EXIF": "EXIF", b"ICCP": "profile"}

IMAGE_CHUNKS = {b"VP8X", b"VP8 ", b"VP8L"}  # canvas, lossy frame, lossless frame

Size = tuple[int, int]


class FrameBox(NamedTuple):
    """Where a frame of an animation lies on the canvas, pixels."""

    left: int
    top: int
    width: int
    height: int


def inspect(data: bytes, inspection: Inspection) -> None:
    """Inspect a WebP up to the end that its header gives."""
    end = file_end(data)
    if end > len(data):
        refuse_truncated()
    canvas, has_colors = (0, 0), False
    for chunk in _chunks(data, FILE_HEADER, end, inspection):
        if chunk.name == b"VP8X":
            canvas = _size(data, chunk)
        if chunk.name == b"ANMF":
            inspection.add_frame()
            if inspection.frames == 1:
                _inspect_frame(data, chunk, canvas, inspection)
        elif chunk.name in IMAGE_CHUNKS:
            inspection.add_size(*_size(data, chunk))
            has_colors |= chunk.name == b"VP8 "
        elif chunk.name == b"ALPH" and has_colors:
            refuse_corrupt("The transparency of the WebP is behind its colors.")
        elif chunk.name not in {b"ALPH", b"ANIM"}:
            inspection.has_manifest |= chunk.name == b"C2PA"
            inspection.add_metadata(METADATA.get(chunk.name, "text"), chunk.end - chunk.start)
    if not inspection.frames:
        inspection.add_frame()


def frame_box(data: bytes, at: int) -> FrameBox:
    """Return the box of the frame whose ANMF content starts at an offset: RFC 9649, 2.7.1.1."""
    x, y, width, height = (int.from_bytes(data[place : place + 3], "little") for place in range(at, at + 12, 3))
    return FrameBox(2 * x, 2 * y, width + 1, height + 1)


def _inspect_frame(data: bytes, frame: Chunk, canvas: Size, inspection: Inspection) -> None:
    """Check that a frame of an animation lies inside the canvas, and the sizes of its images."""
    box = frame_box(data, frame.start)
    if box.left + box.width > canvas[0] or box.top + box.height > canvas[1]:
        refuse_corrupt("A frame of the WebP lies outside its canvas.")
    for chunk in _chunks(data, frame.start + FRAME_HEADER, frame.end, inspection):
        if chunk.name in IMAGE_CHUNKS:
            inspection.add_size(*_size(data, chunk))


def _chunks(data: bytes, at: int, end: int, inspection: Inspection) -> Iterator[Chunk]:
    """Yield and count the chunks between two offsets; raises ImageRefusedError at one that ends beyond them."""
    for chunk in chunks(data, at, end):
        if chunk.end > end:
            refuse_truncated()
        inspection.add_parts()
        yield chunk


def _size(data: bytes, chunk: Chunk) -> Size:
    """Return the size of a canvas, or of a lossy or lossless frame: RFC 9649, 2.7 and 3.4, and RFC 6386, 9.1."""
    if chunk.name == b"VP8X":
        middle, high = unpack("<4xIH", data, chunk.start)
        bits = high << 32 | middle
        return (bits & 0xFFFFFF) + 1, (bits >> 24) + 1
    if chunk.name == b"VP8L":
        (bits,) = unpack("<xI", data, chunk.start)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    width, height = unpack("<6xHH", data, chunk.start)
    return width & 0x3FFF, height & 0x3FFF
