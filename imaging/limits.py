"""Limits: how much an image may ask for, checked before anything is decoded."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, Self

Metadata = Literal["EXIF", "profile", "text"]


@dataclass(frozen=True)
class Limits:
    """The limits, which the caller chooses."""

    enabled_formats: frozenset[str]  # names of the formats that may be opened
    max_pixels: int
    max_edge: int  # pixels
    max_frames: int
    accepts_hdr: bool = True  # PQ and HLG, which become SDR in renditions

    def to_json(self) -> dict[str, Any]:
        """Return the limits as a JSON object."""
        return {**asdict(self), "enabled_formats": sorted(self.enabled_formats)}

    @classmethod
    def from_json(cls, limits: Mapping[str, Any]) -> Self:
        """Return the limits in what to_json has returned."""
        return cls(**{**limits, "enabled_formats": frozenset(limits["enabled_formats"])})


# The limits below protect the decoders. No image that a camera or a program writes reaches them.

MAX_METADATA: dict[Metadata, int] = {  # bytes a file
    "EXIF": 2**20,  # a JPEG segment holds 64 KB; other formats carry maker notes of up to a megabyte
    "profile": 4 * 2**20,  # profiles for CMYK printing are the largest, with up to 3 MB
    "text": 8 * 2**20,  # comments, XMP and everything else; XMP may hold a depth map of some megabytes
}
MOST_PIXELS = (
    250_000_000  # that may be allowed: phones make 200 million, which a JPEG decodes at an eighth of its edges
)
MAX_SCANS = 64  # of a JPEG: programs write at most 20, and 64 scans of 50 megapixels took up to 4 seconds
# Chunks, segments, boxes and numbers in directories: Pillow takes microseconds for each. The transfer function of a TIFF has
# 3 * 2**16 numbers, and an image of 20,000 rows may have as many strips.
MAX_PARTS = 2**18
