"""The inspection of a file: its structure is read and held to the limits before any decoder runs."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NoReturn

from imaging.errors import ImageRefusedError, Reason
from imaging.limits import MAX_METADATA, MAX_PARTS, MAX_SCANS, Limits, Metadata

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imaging.colorimetry.spaces import ColorSpace
    from imaging.formats import Format
    from imaging.formats.boxes import Box
    from imaging.formats.coded_data import Range
    from imaging.formats.png_chunks import Chunk

Area = tuple[int, int, int, int]  # left, top, right, bottom; pixels


@dataclass(frozen=True)
class Placement:
    """How an image is to be shown: the part of it that is seen, and the EXIF orientation, 1 to 8."""

    area: Area
    orientation: int = 1


@dataclass(frozen=True)
class Inspected:
    """A file whose structure is within the limits."""

    data: bytes
    format: Format
    limits: Limits
    frames: int  # or pages
    parts: int  # of MAX_PARTS, as many as were counted
    first_scan: int = 0  # offset behind the first scan of a JPEG that may have more, else 0
    exif: bytes | None = (
        None  # EXIF that the decoder does not find, or refuses: of a PNG, behind its pixels, and of an AVIF
    )
    space: ColorSpace | None = None  # color space, if the file describes it by numbers
    has_gain_map: bool = False  # with which displays for HDR show more than the image itself
    has_manifest: bool = False  # of C2PA: where the image is from and what was done to it, signed
    placement: Placement | None = None  # how an AVIF is cropped and turned, which its decoder leaves to others
    bits: int | None = None  # per sample of an AVIF, the most of color and transparency
    profile: bytes | None = None  # ICC profile of a BMP, which Pillow does not read
    unchecked: Sequence[Chunk] = ()  # chunks with pixels of a PNG, whose checksums were not looked at
    is_interrupted: bool = False  # whether other chunks are between them: no decoder reads on behind these
    coded: Sequence[
        tuple[bytes, Sequence[Range]]
    ] = ()  # types and data of images in an AVIF or HEIF, not looked at either
    repaired: bytes | None = None  # the file for the decoder, without damage that touches no pixel, if it has any


@dataclass
class Inspection:
    """What was found so far in a file; its methods raise ImageRefusedError as soon as a limit is exceeded."""

    format: Format
    limits: Limits
    frames: int = 0
    scans: int = 0
    parts: int = 0
    first_scan: int = 0
    exif: bytes | None = None
    space: ColorSpace | None = None
    has_gain_map: bool = False
    has_manifest: bool = False
    placement: Placement | None = None
    bits: int | None = None
    profile: bytes | None = None
    unchecked: Sequence[Chunk] = ()
    is_interrupted: bool = False
    coded: list[tuple[bytes, Sequence[Range]]] = field(default_factory=list)
    repaired: bytes | None = None
    patches: list[tuple[int, bytes]] = field(default_factory=list)  # offsets, and what the decoder gets there instead
    metadata: Counter[Metadata] = field(default_factory=Counter)  # bytes
    boxes: dict[tuple[int, int], list[Box]] = field(default_factory=dict)  # that were read, by their start and end

    def add_size(self, width: int, height: int) -> None:
        """Check a width and height in pixels for which decoding the first frame allocates memory."""
        check_size(width, height, self.limits)

    def add_frame(self) -> None:
        """Count a frame or page."""
        self.frames += 1
        if self.frames > self.limits.max_frames:
            raise ImageRefusedError(Reason.TOO_MANY_FRAMES, f"The file has more than {self.limits.max_frames} frames.")

    def add_scan(self) -> None:
        """Count a scan, one of the passes of a JPEG over the image."""
        self.scans += 1
        if self.scans > MAX_SCANS:
            raise ImageRefusedError(Reason.TOO_MANY_SCANS, f"The JPEG has more than {MAX_SCANS} scans.")

    def add_parts(self, count: int = 1) -> None:
        """Count chunks, segments, boxes or numbers, which decoders read one by one."""
        self.parts += count
        if self.parts > MAX_PARTS:
            raise ImageRefusedError(Reason.TOO_COMPLEX, f"The file has more than {MAX_PARTS} parts.")

    def add_bits(self, bits: int) -> None:
        """Note the bits per sample of one of the coded images."""
        self.bits = max(bits, self.bits or 0)

    def patch(self, at: int, content: bytes) -> None:
        """Let the decoder get other bytes at an offset. They are put in together, since each time the file is copied."""
        self.patches.append((at, content))

    def add_metadata(self, kind: Metadata, size: int) -> None:
        """Add size bytes of one kind of metadata."""
        self.metadata[kind] += size
        if self.metadata[kind] > MAX_METADATA[kind]:
            message = f"The file has more than {MAX_METADATA[kind]} bytes of {kind}."
            raise ImageRefusedError(Reason.TOO_MUCH_METADATA, message)


def check_size(width: int, height: int, limits: Limits) -> None:
    """Raise ImageRefusedError unless width and height, in pixels, are within limits."""
    if min(width, height) < 1:
        refuse_corrupt("The image has no pixels.")
    if width * height > limits.max_pixels:
        raise ImageRefusedError(Reason.TOO_MANY_PIXELS, f"The image has more than {limits.max_pixels} pixels.")
    if max(width, height) > limits.max_edge:
        message = f"An edge of the image is longer than {limits.max_edge} pixels."
        raise ImageRefusedError(Reason.TOO_LONG_AN_EDGE, message)


def refuse_corrupt(message: str) -> NoReturn:
    """Refuse a file that contradicts itself."""
    raise ImageRefusedError(Reason.CORRUPT, message)


def refuse_truncated() -> NoReturn:
    """Refuse a file that ends too early."""
    raise ImageRefusedError(Reason.TRUNCATED, "The file ends before the image does.")
