"""Cosine waves, and how much of each is in a picture: what BlurHash and the perceptual hash are made of."""

import math
from collections.abc import Iterable, Sequence
from functools import cache
from operator import mul

Cosine = tuple[float, ...]


@cache
def cosines(length: int, count: int, phase: float) -> tuple[Cosine, ...]:
    """Return count cosines over length samples, of 0, 1, 2 ... half periods, sampled phase of a sample late."""
    return tuple(
        tuple(math.cos(math.pi * halves * (at + phase) / length) for at in range(length)) for halves in range(count)
    )


def coefficients(
    rows: Iterable[Sequence[float]], across: Iterable[Cosine], down: Iterable[Cosine]
) -> list[list[float]]:
    """Return how much of each wave across times each wave down is in rows of samples: a list a wave down."""
    lines = list(rows)
    columns = [[_product(line, wave) for line in lines] for wave in across]
    return [[_product(column, wave) for column in columns] for wave in down]


def _product(samples: Sequence[float], wave: Cosine) -> float:
    return float(sum(map(mul, samples, wave)))
