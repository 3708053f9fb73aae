"""What the child process of an image may use."""

from dataclasses import dataclass, replace

MAX_ANSWER = 128 * 2**20  # bytes; all renditions of an image and its facts


@dataclass(frozen=True)
class Bounds:
    """What the child process may use."""

    memory: int = (
        464 * 2**20
    )  # bytes beyond the server's own, which are under 48 MB, and beyond the file: 512 MB in all
    processor_time: int = 8  # seconds; this limit decides, because a laptop processes many images at the same time
    time: float = 25  # seconds on the clock, for a child that only waits; the function has 30


BOUNDS = Bounds()
# Where renditions have variants. Their encoders take up to 24 seconds for as many pixels as have variants; the functions
# have 60 seconds.
BOUNDS_WITH_VARIANTS = replace(BOUNDS, processor_time=BOUNDS.processor_time + 24, time=50)
