"""GIF: blocks, and the chains of sub-blocks in them."""

from imaging.formats.binary import byte_at, unpack
from imaging.formats.inspection import Inspection, refuse_corrupt, refuse_truncated

EXTENSION, IMAGE, TRAILER = 0x21, 0x2C, 0x3B
CONTROL = b"\x21\xf9\x04"  # a graphic control extension; its flags follow
HAS_TRANSPARENCY = 0x01  # one of them
MANIFEST = b"\x21\xff\x0bC2PA_GIF"  # an application extension
HAS_COLOR_TABLE, COLOR_TABLE_SIZE = 0x80, 0x07  # flags; the table has 2 ** (size + 1) colors


def inspect(data: bytes, inspection: Inspection) -> None:
    """Inspect a GIF up to its last block; the trailer is not required, since many programs leave it out."""
    width, height, flags = unpack("<HHB", data, 6)
    at, control = 13 + _color_table_size(flags), 0
    while at < len(data) and data[at] != TRAILER:
        inspection.add_parts()
        if data[at] == IMAGE:
            inspection.add_frame()
            if inspection.frames == 1:
                _add_frame_size(data, at, (width, height), inspection)
            at = _sub_blocks_end(data, at + 11 + _color_table_size(byte_at(data, at + 9)))
        elif data[at] == EXTENSION:
            end = _sub_blocks_end(data, at + 2)
            if data.startswith(CONTROL, at) and not inspection.frames:
                if control:
                    _drop_transparency(data, control, inspection)
                control = at
            inspection.add_metadata("text", end - at)
            inspection.has_manifest |= data.startswith(MANIFEST, at)
            at = end
        else:
            at += 1  # every reader skips bytes that start no block
    if not inspection.frames:
        refuse_corrupt("The GIF has no frame.") if at < len(data) else refuse_truncated()


def _drop_transparency(data: bytes, control: int, inspection: Inspection) -> None:
    """Leave out the transparent index of a control: Pillow keeps it although another control follows."""
    at = control + len(CONTROL)
    flags = byte_at(data, at)
    inspection.patch(at, bytes([flags & ~HAS_TRANSPARENCY]))


def _color_table_size(flags: int) -> int:
    """Return the bytes of the color table that flags announce."""
    return 3 * (2 << (flags & COLOR_TABLE_SIZE)) if flags & HAS_COLOR_TABLE else 0


def _add_frame_size(data: bytes, at: int, canvas: tuple[int, int], inspection: Inspection) -> None:
    """Check the size of canvas and first frame together: Pillow enlarges the canvas for a frame that exceeds it."""
    left, top, width, height = unpack("<4H", data, at + 1)
    inspection.add_size(max(canvas[0], left + width), max(canvas[1], top + height))


def _sub_blocks_end(data: bytes, at: int) -> int:
    """Return the offset behind the chain of sub-blocks that starts at `at`; raises EndOfDataError."""
    while size := byte_at(data, at):
        at += size + 1
    return at + 1
