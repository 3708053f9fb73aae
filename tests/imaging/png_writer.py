"""A writer of PNGs of every color type, bit depth and interlacing, and the pixels that the standard gives them (ISO 15948)."""

import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from PIL import Image

from tests.hostile.pngs import chunk, png

GRAY, RGB, PALETTE, GRAY_ALPHA, RGBA = 0, 2, 3, 4, 6
CHANNELS = {GRAY: 1, RGB: 3, PALETTE: 1, GRAY_ALPHA: 2, RGBA: 4}
DEPTHS = {GRAY: (1, 2, 4, 8, 16), RGB: (8, 16), PALETTE: (1, 2, 4, 8), GRAY_ALPHA: (8, 16), RGBA: (8, 16)}
# First column, first row, and distances of columns and of rows, for each pass of Adam7.
PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))

Samples = tuple[int, ...]


@dataclass(frozen=True)
class Drawing:
    """Samples of an image, row by row, in a color type and a bit depth."""

    color_type: int
    depth: int
    rows: Sequence[Sequence[Samples]]
    palette: tuple[tuple[int, int, int], ...] = ()
    transparent: Samples | None = None  # the transparent color, or the alpha of each color of the palette

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return len(self.rows[0]), len(self.rows)

    def write(self, *extra: bytes, interlaced: bool = False) -> bytes:
        """Return the file, with more chunks behind its header."""
        header = chunk(b"IHDR", struct.pack(">IIBBBBB", *self.size, self.depth, self.color_type, 0, 0, interlaced))
        chunks = [chunk(b"PLTE", bytes(value for color in self.palette for value in color))] if self.palette else []
        if self.transparent is not None:
            form = f"{len(self.transparent)}B" if self.palette else f">{len(self.transparent)}H"
            chunks.append(chunk(b"tRNS", struct.pack(form, *self.transparent)))
        data = b"".join(self._passes() if interlaced else [self._pack(self.rows)])
        return png(header, *extra, *chunks, chunk(b"IDAT", zlib.compress(data)))

    def _passes(self) -> Iterator[bytes]:
        for left, top, across, down in PASSES:
            yield self._pack([row[left::across] for row in self.rows[top::down] if row[left::across]])

    def _pack(self, rows: Sequence[Sequence[Samples]]) -> bytes:
        return b"".join(b"\0" + self._pack_row(row) for row in rows)

    def _pack_row(self, row: Sequence[Samples]) -> bytes:
        bits = "".join(f"{sample:0{self.depth}b}" for pixel in row for sample in pixel)
        bits += "0" * (-len(bits) % 8)
        return int(bits, 2).to_bytes(len(bits) // 8)

    def pixels(self) -> Image.Image:
        """Return the image in RGBA, 8 bits a channel."""
        image = Image.new("RGBA", self.size)
        image.putdata([self._pixel(samples) for row in self.rows for samples in row])
        return image

    def _pixel(self, samples: Samples) -> tuple[int, ...]:
        if self.color_type == PALETTE:
            alphas = dict(enumerate(self.transparent or ()))
            return (*self.palette[samples[0]], alphas.get(samples[0], 255))
        most = 2**self.depth - 1
        values = [sample * 255 // most for sample in samples]
        alpha = values.pop() if self.color_type in {GRAY_ALPHA, RGBA} else 0 if samples == self.transparent else 255
        return (*(values * 3)[:3], alpha) if len(values) == 1 else (*values, alpha)


def drawing(color_type: int, depth: int, *, clear: int | None = None) -> Drawing:
    """Draw samples of every level, where one pixel is transparent: clear is its place in the first row."""
    width, height, most = 20, 12, 2**depth - 1
    channels = CHANNELS[color_type]
    rows = [
        [
            tuple((x * 7919 + y * 104729 + 31 * channel) * 257 % (most + 1) for channel in range(channels))
            for x in range(width)
        ]
        for y in range(height)
    ]
    palette: tuple[tuple[int, int, int], ...] = ()
    transparent: Samples | None = None if clear is None else rows[0][clear]
    if color_type == PALETTE:
        palette = tuple((index * 255 // most, 255 - index * 200 // most, 17 * index % 256) for index in range(most + 1))
        if clear is not None:
            transparent = tuple(0 if index == rows[0][clear][0] else 255 for index in range(rows[0][clear][0] + 1))
    return Drawing(color_type, depth, rows, palette, transparent)
