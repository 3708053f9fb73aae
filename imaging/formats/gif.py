"""GIF: blocks, and the chains of sub-blocks in them."""

from imaging.formats.binary import byte_at, unpack
from imaging.formats.inspection import Inspection, refuse_corrupt, refuse_truncated

EXTENSION, IMAGE, TRAILER = 0x21, 0x2C, 0x3B
HAS_COLOR_TABLE, COLOR_TABLE_SIZE = (
    0x80,
    0x07,
)  # flags of a colour table: that there is one, and the power of two that is half its length


def inspect(data: bytes, survey: Inspection) -> None:
    """Survey a GIF to its last block; that there is an end mark is not asked, since many programs forget it."""
    width, height, flags = unpack("<HHB", data, 6)
    survey.add_size(width, height)
    at = 13 + _color_table_size(flags)
    while at < len(data) and data[at] != TRAILER:
        survey.add_parts()
        if data[at] == IMAGE:
            survey.add_frame()
            if survey.frames == 1:
                _add_frame_size(data, at, (width, height), survey)
            at = _sub_blocks_end(data, at + 11 + _color_table_size(byte_at(data, at + 9)))
        elif data[at] == EXTENSION:
            end = _sub_blocks_end(data, at + 2)
            survey.add_metadata("text", end - at)
            at = end
        else:
            at += 1  # what is no block is passed over, as every reader does
    if not survey.frames:
        refuse_corrupt("The GIF has no frame.") if at < len(data) else refuse_truncated()


def _color_table_size(flags: int) -> int:
    """Return the length of the colour table that flags tell of, bytes."""
    return 3 * (2 << (flags & COLOR_TABLE_SIZE)) if flags & HAS_COLOR_TABLE else 0


def _add_frame_size(data: bytes, at: int, canvas: tuple[int, int], survey: Inspection) -> None:
    """Note the canvas that holds the first frame too: Pillow enlarges it for one that stands out."""
    left, top, width, height = unpack("<4H", data, at + 1)
    survey.add_size(max(canvas[0], left + width), max(canvas[1], top + height))


def _sub_blocks_end(data: bytes, at: int) -> int:
    """Return where the chain of sub-blocks that begins at `at` ends; raises EndOfDataError."""
    while size := byte_at(data, at):
        at += size + 1
    return at + 1
