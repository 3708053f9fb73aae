"""Kinds of hostile files, and how each may end."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from imaging.errors import Reason
from tests.hostile import pipeline

IMAGE: Final = pipeline.IMAGE
EMPTY: Final = Reason.EMPTY
TOO_MANY_BYTES: Final = Reason.TOO_MANY_BYTES
NOT_AN_IMAGE: Final = Reason.NOT_AN_IMAGE
UNSUPPORTED: Final = Reason.UNSUPPORTED
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
    """A kind of hostile file: how to make one, and how it may end.

    A kind that combines features of other kinds names them: one that adds none is a repetition.
    """

    name: str
    make: Callable[[], bytes]
    ends: tuple[str, ...]
    features: tuple[str, ...] = ()


def kind(name: str, make: Callable[[], bytes] | bytes, *ends: str, combines: tuple[str, ...] = ()) -> Kind:
    """Return a kind; if it has two outcomes, both are right, since decoders differ in what they accept."""
    return Kind(name, make if callable(make) else lambda: make, ends, combines)


def repetitions(kinds: Iterable[Kind]) -> set[Kind]:
    """Return the kinds whose features all belong to earlier kinds."""
    seen: set[str] = set()
    repeated = set()
    for one in kinds:
        if one.features and seen.issuperset(one.features):
            repeated.add(one)
        seen.update(one.features)
    return repeated
