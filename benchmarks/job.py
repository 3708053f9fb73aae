"""The requests and responses of workers; sharp/worker.js has the same, as lines of JSON."""

from dataclasses import dataclass
from typing import Literal

Size = tuple[int, int]
Operation = Literal["resize", "thumbnail", "header", "metadata"]

RENDITIONS: tuple[Operation, ...] = ("resize", "thumbnail")
METADATA: tuple[Operation, ...] = ("header", "metadata")
OPERATIONS = (*RENDITIONS, *METADATA)
LIMITS = "LIMITS"  # the variable of our worker's environment that has the limits of imaging, as JSON


@dataclass(frozen=True)
class Job:
    """One operation on one file."""

    operation: Operation
    file: str
    edge: int = 0  # pixels; what a rendition fits into
    quality: int = 0  # 1 to 100, of lossy renditions
    format: str = ""  # for sharp: what to encode, by its name in imaging.formats
    size: Size | None = None  # for sharp: the exact size of the rendition, where its own rounding differs from ours
    rounds: int = 1  # how often, one after the other
    keep: str | None = None  # file that the rendition is written to


@dataclass(frozen=True)
class Answer:
    """What an operation cost and made: seconds of one round, bytes, pixels."""

    cpu: float  # of all threads of the process
    wall: float
    bytes: int  # of the rendition, 0 if there is none
    width: int
    height: int
    format: str
    before: int  # resident when the operation began, the file's content included
    peak: int  # most that was resident while it ran
