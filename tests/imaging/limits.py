"""The limits that tests open images with."""

from imaging.formats import FORMATS
from imaging.limits import Limits

LIMITS = Limits(frozenset(FORMATS), max_pixels=50_000_000, max_edge=16_384, max_frames=5)
