"""The discrete cosine transform, for BlurHash and the perceptual hash."""

import math
from collections.abc import Iterable, Sequence
from functools import cache
from operator import mul

Cosine = tuple[float, ...]


@cache
def cosines(length: int, count: int, phase: float) -> tuple[Cosine, ...]:
    """Return count cosines over length samples, of 0, 1, 2 ... half periods, shifted by phase samples."""
    return tuple(
        tuple(math.cos(math.pi * halves * (at + phase) / length) for at in range(length)) for halves in range(count)
    )


def coefficients(
    rows: Iterable[Sequence[float]], across: Iterable[Cosine], down: Iterable[Cosine]
) -> list[list[float]]:
    """Return the coefficient of each product of a cosine across and one down in rows: a list for each cosine down."""
    lines = list(rows)
    columns = [[_product(line, cosine) for line in lines] for cosine in across]
    return [[_product(column, cosine) for column in columns] for cosine in down]


def _product(samples: Sequence[float], cosine: Cosine) -> float:
    return float(sum(map(mul, samples, cosine)))
