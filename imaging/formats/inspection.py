"""What a walk over a file's structure finds before any decoder runs, and the bounds that hold it."""

from collections import Counter
from dataclasses import dataclass, field
from typing import NoReturn

from imaging.errors import ImageRefusedError, Reason
from imaging.formats import Format
from imaging.limits import MAX_METADATA, MAX_PARTS, MAX_SCANS, Limits, Metadata


@dataclass
class Inspection:
    """What has been found so far; its methods raise ImageRefusedError as soon as a bound is exceeded."""

    format: Format
    limits: Limits
    frames: int = 0
    scans: int = 0
    first_scan: int = 0  # where that of a JPEG begins which may have more of them; else 0
    parts: int = 0
    exif: bytes | None = None  # of a PNG, which may hold it behind the pixels
    metadata: Counter[str] = field(default_factory=Counter)  # bytes

    def add_size(self, width: int, height: int) -> None:
        """Note a width and height, pixels, that decoding the first frame makes room for."""
        if min(width, height) < 1:
            refuse_corrupt("The picture has no pixels.")
        if width * height > self.limits.max_pixels:
            message = f"The picture has more than {self.limits.max_pixels} pixels."
            raise ImageRefusedError(Reason.TOO_MANY_PIXELS, message)
        if max(width, height) > self.limits.max_edge:
            message = f"An edge of the picture is longer than {self.limits.max_edge} pixels."
            raise ImageRefusedError(Reason.TOO_LONG_AN_EDGE, message)

    def add_frame(self) -> None:
        """Count a frame or page."""
        self.frames += 1
        if self.frames > self.limits.max_frames:
            raise ImageRefusedError(Reason.TOO_MANY_FRAMES, f"The file has more than {self.limits.max_frames} frames.")

    def add_scan(self) -> None:
        """Count a scan, one of a JPEG's passes over the picture."""
        self.scans += 1
        if self.scans > MAX_SCANS:
            raise ImageRefusedError(Reason.TOO_MANY_SCANS, f"The JPEG has more than {MAX_SCANS} scans.")

    def add_parts(self, count: int = 1) -> None:
        """Count what a reader takes one by one."""
        self.parts += count
        if self.parts > MAX_PARTS:
            raise ImageRefusedError(Reason.TOO_COMPLEX, f"The file has more than {MAX_PARTS} parts.")

    def add_metadata(self, kind: Metadata, size: int) -> None:
        """Add up the bytes of one kind of metadata."""
        self.metadata[kind] += size
        if self.metadata[kind] > MAX_METADATA[kind]:
            message = f"The file has more than {MAX_METADATA[kind]} bytes of {kind}."
            raise ImageRefusedError(Reason.TOO_MUCH_METADATA, message)


def refuse_corrupt(message: str) -> NoReturn:
    """Reject a file that contradicts itself."""
    raise ImageRefusedError(Reason.CORRUPT, message)


def refuse_truncated() -> NoReturn:
    """Reject a file that ends too early."""
    raise ImageRefusedError(Reason.TRUNCATED, "The file ends before the picture does.")
