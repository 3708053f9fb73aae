"""A writer of TIFFs of every layout (TIFF 6.0), and the pixels that the standard gives them."""

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from PIL import Image

WHITE_IS_ZERO, BLACK_IS_ZERO, RGB, PALETTE, CMYK, YCBCR, CIELAB = 0, 1, 2, 3, 5, 6, 8
COLORS = {YCBCR: 3, WHITE_IS_ZERO: 1, BLACK_IS_ZERO: 1, RGB: 3, PALETTE: 1, CMYK: 4, CIELAB: 3}  # samples of a color
NONE, PACKBITS, DEFLATE = 1, 32773, 8
UNSPECIFIED, ASSOCIATED, UNASSOCIATED = 0, 1, 2  # ExtraSamples
UNSIGNED, SIGNED, FLOAT = 1, 2, 3  # SampleFormat
SHORT, LONG = 3, 4

Pixel = tuple[int, ...]


@dataclass(frozen=True)
class Layout:
    """How samples are stored."""

    photometric: int
    bits: int
    planar: bool = False
    order: str = "<"
    compression: int = NONE
    tiled: bool = False
    extra: int | None = None
    sample_format: int = UNSIGNED
    more: dict[int, tuple[int, Sequence[int]]] = field(default_factory=dict)  # type and values of other tags

    @property
    def samples(self) -> int:
        """How many samples a pixel has."""
        return COLORS[self.photometric] + (self.extra is not None)

    def write(self, rows: Sequence[Sequence[Pixel]]) -> bytes:
        """Return the file with these rows of samples; 16 columns and rows are one tile."""
        planes = (
            [[[(pixel[n],) for pixel in row] for row in rows] for n in range(self.samples)] if self.planar else [rows]
        )
        strips = [self._compress(b"".join(self._pack(row) for row in plane)) for plane in planes]
        width, height = len(rows[0]), len(rows)
        offsets = [8 + sum(map(len, strips[:number])) for number in range(len(strips))]
        tags: dict[int, tuple[int, Sequence[int]]] = {
            256: (LONG, [width]),
            257: (LONG, [height]),
            258: (SHORT, [self.bits] * self.samples),
            259: (SHORT, [self.compression]),
            262: (SHORT, [self.photometric]),
            277: (SHORT, [self.samples]),
            284: (SHORT, [2 if self.planar else 1]),
            339: (SHORT, [self.sample_format] * self.samples),
        }
        if self.tiled:
            tags |= {322: (SHORT, [width]), 323: (SHORT, [height])}
            tags |= {324: (LONG, offsets), 325: (LONG, list(map(len, strips)))}
        else:
            tags |= {273: (LONG, offsets), 278: (LONG, [height]), 279: (LONG, list(map(len, strips)))}
        if self.extra is not None:
            tags[338] = (SHORT, [self.extra])
        if self.photometric == PALETTE:
            tags[320] = (SHORT, [channel * 257 for part in zip(*palette(self.bits), strict=True) for channel in part])
        return self._assemble(b"".join(strips), tags | self.more)

    def _pack(self, row: Sequence[Pixel]) -> bytes:
        values = [sample for pixel in row for sample in pixel]
        if self.sample_format == FLOAT:
            return struct.pack(f"{self.order}{len(values)}f", *values)
        if self.bits < 8:
            bits = "".join(f"{value:0{self.bits}b}" for value in values)
            return int(bits.ljust(-(-len(bits) // 8) * 8, "0"), 2).to_bytes(-(-len(bits) // 8))
        form = {8: "b", 16: "h", 32: "i"}[self.bits]
        return struct.pack(
            f"{self.order}{len(values)}{form if self.sample_format == SIGNED else form.upper()}", *values
        )

    def _compress(self, data: bytes) -> bytes:
        if self.compression == PACKBITS:
            parts = [data[at : at + 128] for at in range(0, len(data), 128)]
            return b"".join(bytes([len(part) - 1]) + part for part in parts)
        return zlib.compress(data) if self.compression == DEFLATE else data

    def _assemble(self, pixels: bytes, tags: dict[int, tuple[int, Sequence[int]]]) -> bytes:
        start = 8 + len(pixels) + len(pixels) % 2
        beyond = start + 2 + 12 * len(tags) + 4
        entries, values = b"", b""
        for tag, (kind, numbers) in sorted(tags.items()):
            data = struct.pack(f"{self.order}{len(numbers)}{'H' if kind == SHORT else 'I'}", *numbers)
            inline = data.ljust(4, b"\0") if len(data) <= 4 else struct.pack(f"{self.order}I", beyond + len(values))
            entries += struct.pack(f"{self.order}HHI", tag, kind, len(numbers)) + inline
            values += data if len(data) > 4 else b""
        head = (b"II" if self.order == "<" else b"MM") + struct.pack(f"{self.order}HI", 42, start)
        directory = struct.pack(f"{self.order}H", len(tags)) + entries + bytes(4)
        return head + pixels.ljust(start - 8, b"\0") + directory + values

    def rows(self, width: int = 16, height: int = 16) -> list[list[Pixel]]:
        """Draw samples of every level."""
        most: int = 2**self.bits - 1

        def level(x: int, y: int, n: int) -> int:
            return (x * (n + 1) * 17 + y * 9) % 256 * most // 255

        return [[tuple(level(x, y, n) for n in range(self.samples)) for x in range(width)] for y in range(height)]

    def pixels(self, rows: Sequence[Sequence[Pixel]]) -> Image.Image:
        """Return the image of rows in RGBA, 8 bits a channel."""
        image = Image.new("RGBA", (len(rows[0]), len(rows)))
        image.putdata([self._pixel(samples) for row in rows for samples in row])
        return image

    def _pixel(self, samples: Pixel) -> Pixel:
        most = 2**self.bits - 1
        values = [sample * 255 // most for sample in samples]
        alpha = 255
        if self.extra is not None:
            last = values.pop()
            alpha = last if self.extra != UNSPECIFIED else 255
        if self.extra == ASSOCIATED:
            values = [min(255, value * 255 // alpha) if alpha else 0 for value in values]
        if self.photometric == PALETTE:
            return (*palette(self.bits)[samples[0]], alpha)
        if self.photometric == CMYK:
            *inks, black = values
            return (*((255 - ink) * (255 - black) // 255 for ink in inks), alpha)
        if len(values) == 1:
            return (*[255 - values[0] if self.photometric == WHITE_IS_ZERO else values[0]] * 3, alpha)
        return (*values, alpha)


def palette(bits: int) -> list[tuple[int, int, int]]:
    """Return the colors of a palette."""
    most = 2**bits - 1
    return [(n * 255 // most, 255 - n * 200 // most, n * 90 % 256) for n in range(most + 1)]
