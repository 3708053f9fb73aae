"""A writer of GIFs with any canvas, frame, palette and transparency, and the pixels that they show (GIF89a)."""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from PIL import Image

from tests.hostile.gifs import END, Size, chain

Box = tuple[int, int, int, int]  # left, top, width, height
PASSES = ((0, 8), (4, 8), (2, 4), (1, 2))  # first row and distance of rows, of an interlaced frame


def palette(bits: int, seed: int) -> list[tuple[int, int, int]]:
    """Return colors of which no two are alike."""
    return [((97 * n + 40 * seed) % 256, (255 - 61 * n) % 256, (n * n * 31 + seed) % 256) for n in range(2**bits)]


@dataclass(frozen=True)
class Gif:
    """A GIF whose first frame lies in a box on the canvas."""

    canvas: Size
    box: Box
    bits: int = 2  # of an index
    is_local: bool = False  # the palette is that of the frame
    interlaced: bool = False
    transparent: int | None = None  # index
    disposal: int = 0
    background: int = 0
    animated: bool = False

    @property
    def indexes(self) -> list[list[int]]:
        """The rows of the frame."""
        _, _, width, height = self.box
        return [[(3 * x + 5 * y) % 2**self.bits for x in range(width)] for y in range(height)]

    def write(self) -> bytes:
        """Return the file."""
        head = struct.pack("<HHBBB", *self.canvas, 0xF0 | self.bits - 1, self.background, 0)
        frames = self._control() + self._frame(self.box, self.indexes)
        if self.animated:
            frames += b"!\xf9\4\x04\5\0\0\0" + self._frame((0, 0, 2, 2), [[0, 1], [1, 0]])
        return b"GIF89a" + head + self._table(0) + frames + END

    def _table(self, seed: int) -> bytes:
        return bytes(value for color in palette(self.bits, seed) for value in color)

    def _control(self) -> bytes:
        flags = self.disposal << 2 | (self.transparent is not None)
        return b"!\xf9\4" + struct.pack("<BHBB", flags, 5, self.transparent or 0, 0)

    def _frame(self, box: Box, rows: Sequence[Sequence[int]]) -> bytes:
        flags = (0x40 if self.interlaced else 0) | (0x80 | self.bits - 1 if self.is_local else 0)
        order = [row for first, step in PASSES for row in rows[first::step]] if self.interlaced else rows
        data = _compress([index for row in order for index in row], max(2, self.bits))
        return b"," + struct.pack("<4HB", *box, flags) + (self._table(3) if self.is_local else b"") + data

    def pixels(self) -> Image.Image:
        """Return what is seen: a canvas that is large enough for the frame, transparent where the frame does not cover it."""
        left, top, width, height = self.box
        size = max(self.canvas[0], left + width), max(self.canvas[1], top + height)
        image, colors = Image.new("RGBA", size), palette(self.bits, 3 if self.is_local else 0)
        for y, row in enumerate(self.indexes):
            for x, index in enumerate(row):
                if index != self.transparent:
                    image.putpixel((left + x, top + y), (*colors[index], 255))
        return image


def _compress(indexes: Sequence[int], bits: int) -> bytes:
    """Write the indexes as codes of one length: the table is cleared before they grow."""
    clear, width = 2**bits, bits + 1
    number = 0
    codes = list(_codes(indexes, clear))
    for place, code in enumerate(codes):
        number |= code << place * width
    return bytes([bits]) + chain(number.to_bytes(-(-len(codes) * width // 8), "little"))


def _codes(indexes: Sequence[int], clear: int) -> Iterator[int]:
    for place, index in enumerate(indexes):
        if place % (clear - 2) == 0:
            yield clear
        yield index
    yield clear + 1
