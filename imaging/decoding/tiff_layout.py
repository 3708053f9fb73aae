"""The layout of a TIFF's samples: whether Pillow decodes it, and decodes it right."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from imaging.errors import refuse_unsupported
from imaging.formats.binary import EndOfDataError
from imaging.formats.tiff_directory import Entry, TiffDirectories

if TYPE_CHECKING:
    from collections.abc import Mapping

# Tags of TIFF 6.0, its supplements and DNG, and their values where they are missing.
DEFAULTS = {258: (1,), 259: (1,), 262: (0,), 266: (1,), 277: (1,), 284: (1,), 338: (), 339: (1,)}
BITS, COMPRESSION, PHOTOMETRIC, FILL_ORDER, SAMPLES, PLANAR, EXTRA, FORMAT = DEFAULTS
SUBFILE_TYPE, SUB_DIRECTORIES, DNG_VERSION = 254, 330, 50706
WIDTH, LENGTH = 256, 257
BIG = b"MM\0+"  # which Pillow takes for a classic TIFF
REDUCED, MASK = 1, 4  # bits of NewSubfileType: a smaller version of another image, and a mask for one
RAW = {32803: "camera RAW", 34892: "camera RAW"}  # color filter array, and linear values of the sensor

COLORS = {
    0: "gray",
    1: "gray",
    2: "RGB",
    3: "palette",
    4: "mask",
    5: "CMYK",
    6: "YCbCr",
    8: "CIE L*a*b*",
    9: "ICC L*a*b*",
}
COLORS |= {10: "ITU L*a*b*", 32844: "LogL", 32845: "LogLuv", **RAW}
FORMATS = {1: "", 2: " signed", 3: " floating-point", 5: " complex", 6: " complex"}
COLOR_SAMPLES = {2: 3, 5: 4, 6: 3, 8: 3, 9: 3}  # samples of a color, 1 for all others
UNCOMPRESSED, SEPARATE = 1, 2
# What the libtiff in Pillow's wheel decodes. It has no WebP, and Pillow does not use what it has for LogLuv and ThunderScan.
COMPRESSIONS = {UNCOMPRESSED, 2, 3, 4, 5, 6, 7, 8, 32771, 32773, 32946, 34925, 50000}
NAMES = {32809: "ThunderScan", 34676: "SGI Log", 34677: "SGI Log", 34712: "JPEG 2000", 34887: "LERC", 50001: "WebP"}
NAMES |= {50002: "JPEG XL", 52546: "JPEG XL"}
MAX_CHILDREN = 64  # more than a pyramid has levels
YCBCR, LONG_BITS, BYTE_BITS = 6, 32, 8


@dataclass(frozen=True)
class Layout:
    """How the samples of the first page are stored."""

    order: bytes  # as in the header
    values: Mapping[int, tuple[int, ...]]

    @property
    def bits(self) -> tuple[int, ...]:
        """Bits of each sample."""
        bits, (count, *_) = self.values[BITS], self.values[SAMPLES]
        return bits * count if len(bits) == 1 and count < BYTE_BITS else bits[:count]

    @property
    def is_planar(self) -> bool:
        """Whether the samples of a pixel are in planes of their own."""
        return len(self.bits) > 1 and self.values[PLANAR][0] == SEPARATE

    @property
    def needs_libtiff(self) -> bool:
        """Whether Pillow's own reader of uncompressed data has no layout for it: planes, or colors in fewer samples."""
        return self.is_planar or self.values[PHOTOMETRIC][0] == YCBCR

    @property
    def key(self) -> tuple[Any, ...]:
        """The layout as Pillow's table OPEN_INFO has it."""
        formats = self.values[FORMAT]
        one = formats[:1] if len(set(formats)) == 1 else formats
        return (self.order, self.values[PHOTOMETRIC][0], one, self.values[FILL_ORDER][0], self.bits, self.values[EXTRA])

    def describe(self) -> str:
        """Return the layout in words."""
        photometric = self.values[PHOTOMETRIC][0]
        color = COLORS.get(photometric, f"photometric {photometric}")
        color += ", white is zero," if photometric == 0 else ""
        extra = len(self.bits) - COLOR_SAMPLES.get(photometric, 1)
        more = f" and {extra} more" if extra > 0 else ""
        planes = " in separate planes" if self.is_planar else ""
        depth = f"{max(self.bits, default=0)}-bit{FORMATS.get(self.values[FORMAT][0], '')}"
        return f"A TIFF with {depth} {color} samples{more}{planes}"

    def check(self) -> None:
        """Raise ImageRefusedError if the decoder is known to be missing, or to return wrong pixels."""
        photometric, compression = self.values[PHOTOMETRIC][0], self.values[COMPRESSION][0]
        if photometric in RAW:
            refuse_unsupported(f"A {RAW[photometric]} image")
        if compression not in COMPRESSIONS:
            refuse_unsupported(f"A TIFF compressed with {NAMES.get(compression, f'method {compression}')}")
        is_gray = COLOR_SAMPLES.get(photometric, 1) == 1
        is_wrapped = self.bits[:1] == (LONG_BITS,) and self.values[FORMAT][0] == 1  # Pillow reads it as signed
        is_unsigned = self.bits[:1] == (BYTE_BITS,) and self.values[FORMAT][0] != 1  # Pillow reads it as unsigned
        if (is_gray and self.is_planar) or is_wrapped or is_unsigned:
            refuse_unsupported(self.describe())


def read_layout(data: bytes) -> Layout | None:
    """Return the layout of the first page of a TIFF, or None if its directory cannot be read."""
    if data.startswith(BIG):
        refuse_unsupported("A BigTIFF with the highest byte first")
    with suppress(EndOfDataError):
        block = TiffDirectories.at(data)
        entries = _entries(block, block.first)
        _check_versions(block, entries)
        values = {tag: _integers(block, entries, tag) or default for tag, default in DEFAULTS.items()}
        return Layout(data[:2], values)
    return None


def _check_versions(block: TiffDirectories, entries: Mapping[int, Entry]) -> None:
    """Raise ImageRefusedError if the first page is a smaller version of an image that is elsewhere in the file."""
    if DNG_VERSION in entries:
        refuse_unsupported("A camera RAW image (DNG)")
    children = _integers(block, entries, SUB_DIRECTORIES)
    kind = sum(_integers(block, entries, SUBFILE_TYPE)[:1])
    if kind & MASK or (kind & REDUCED and (children or block.following(block.first))):
        refuse_unsupported("A camera RAW image, or another TIFF that starts with a preview or a mask,")
    own = _area(block, entries)
    for child in children[:MAX_CHILDREN]:
        with suppress(EndOfDataError):  # the first page can be decoded without it
            if _area(block, _entries(block, child)) > own:
                refuse_unsupported("A TIFF whose first page is smaller than another version in it")


def _entries(block: TiffDirectories, directory: int) -> dict[int, Entry]:
    return {entry.tag: entry for entry in reversed(list(block.entries(directory)))}


def _integers(block: TiffDirectories, entries: Mapping[int, Entry], tag: int) -> tuple[int, ...]:
    return block.integers(entries[tag]) if tag in entries else ()


def _area(block: TiffDirectories, entries: Mapping[int, Entry]) -> int:
    width, length = (sum(_integers(block, entries, tag)[:1]) for tag in (WIDTH, LENGTH))
    return width * length
