"""A writer of WebPs, still and animated, chunk by chunk, and the pixels that they show (RFC 9649)."""

import struct
from dataclasses import dataclass

from PIL import Image

from imaging.formats.riff import FILE_HEADER, chunks
from tests import pictures
from tests.hostile.gifs import Size
from tests.hostile.webps import ALPHA, ANIMATED

BITSTREAMS = {b"VP8 ", b"VP8L", b"ALPH"}
Box = tuple[int, int, int, int]  # left, top, width, height


def draw(size: Size, *, transparent: bool) -> Image.Image:
    """Draw colors of every level, with alpha of four levels if transparent."""
    image = Image.new("RGBA", size)
    for y in range(size[1]):
        for x in range(size[0]):
            alpha = (255, 0, 128, 255, 40)[(x // 2 + y // 3) % 5] if transparent else 255
            image.putpixel((x, y), ((x * 14 + 40) % 256, (y * 19 + 30) % 256, (x * 5 + y * 9) % 256, alpha))
    return image if transparent else image.convert("RGB")


def chunk(name: bytes, content: bytes) -> bytes:
    """Write a chunk."""
    return name + struct.pack("<I", len(content)) + content + bytes(len(content) % 2)


def riff(*parts: bytes) -> bytes:
    """Write a file."""
    return b"RIFF" + struct.pack("<I", 4 + sum(map(len, parts))) + b"WEBP" + b"".join(parts)


def header(size: Size, flags: int) -> bytes:
    """Write the chunk of an extended file."""
    return chunk(b"VP8X", bytes([flags, 0, 0, 0]) + _short(size[0] - 1) + _short(size[1] - 1))


def bitstream(data: bytes) -> bytes:
    """Return the chunks of a still that a frame holds."""
    return b"".join(
        chunk(found.name, data[found.start : found.end])
        for found in chunks(data, FILE_HEADER, len(data))
        if found.name in BITSTREAMS
    )


def _short(number: int) -> bytes:
    return struct.pack("<I", number)[:3]


@dataclass(frozen=True)
class Animation:
    """A WebP of two frames, of which the first lies in a box on the canvas."""

    canvas: Size
    box: Box
    transparent: bool = True
    lossless: bool = True
    blends: bool = True
    disposes: bool = False
    background: int = 0
    announced: bool = True  # the header says that there is transparency

    @property
    def still(self) -> bytes:
        """The first frame as a file of its own."""
        image = draw(self.box[2:], transparent=self.transparent)
        return pictures.encoded(image, "WEBP", lossless=self.lossless, quality=90, exact=True)

    def write(self) -> bytes:
        """Return the file."""
        other = pictures.encoded(draw((6, 6), transparent=True), "WEBP", lossless=True)
        return riff(
            header(self.canvas, ANIMATED | (ALPHA if self.announced else 0)),
            chunk(b"ANIM", struct.pack("<IH", self.background, 0)),
            self._frame(self.box, self.still),
            self._frame((2, 2, 6, 6), other),
        )

    def _frame(self, box: Box, data: bytes) -> bytes:
        left, top, width, height = box
        place = b"".join(map(_short, (left // 2, top // 2, width - 1, height - 1, 100)))
        flags = (0 if self.blends else 2) | int(self.disposes)
        return chunk(b"ANMF", place + bytes([flags]) + bitstream(data))

    def pixels(self) -> Image.Image:
        """Return what is seen first: the frame on a transparent canvas."""
        image = Image.new("RGBA", self.canvas)
        image.paste(pictures.decoded(self.still).convert("RGBA"), self.box[:2])
        return image
