"""What a kind of hostile file is, and how one may end."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from imaging.errors import Reason
from tests.hostile import pipeline

IMAGE: Final = pipeline.IMAGE
EMPTY: Final = Reason.EMPTY
TOO_MANY_BYTES: Final = Reason.TOO_MANY_BYTES
NOT_AN_IMAGE: Final = Reason.NOT_AN_IMAGE
TRUNCATED: Final = Reason.TRUNCATED
CORRUPT: Final = Reason.CORRUPT
TOO_MANY_PIXELS: Final = Reason.TOO_MANY_PIXELS
TOO_LONG_AN_EDGE: Final = Reason.TOO_LONG_AN_EDGE
TOO_MANY_FRAMES: Final = Reason.TOO_MANY_FRAMES
TOO_MANY_SCANS: Final = Reason.TOO_MANY_SCANS
TOO_MUCH_METADATA: Final = Reason.TOO_MUCH_METADATA
TOO_COMPLEX: Final = Reason.TOO_COMPLEX


@dataclass(frozen=True)
class Kind:
    """A kind of file that a stranger may send, how to make one, and how it may end.

    A file that combines what other files have as well names those features: one that adds none is a repetition.
    """

    name: str
    make: Callable[[], bytes]
    ends: tuple[str, ...]
    features: tuple[str, ...] = ()


def kind(name: str, make: Callable[[], bytes] | bytes, *ends: str, combines: tuple[str, ...] = ()) -> Kind:
    """Return a kind; where there are two ends, each is right: what a decoder makes of nonsense is its own affair."""
    return Kind(name, make if callable(make) else lambda: make, ends, combines)


def repetitions(kinds: Iterable[Kind]) -> set[Kind]:
    """Return the kinds of which each feature is one of an earlier kind's."""
    seen: set[str] = set()
    repeated = set()
    for one in kinds:
        if one.features and seen.issuperset(one.features):
            repeated.add(one)
        seen.update(one.features)
    return repeated
