"""Where things lie, and the edges, quality and limits that are measured: the template's defaults."""

import re
from functools import cache
from pathlib import Path

from lambdas.environment import PictureEnvironment, ResizeEnvironment, ThumbnailEnvironment

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "build" / "bench"  # what is downloaded and made; never committed


@cache
def variables() -> dict[str, str]:
    """Return the environment variables that the template gives by default; no operation here uses the table."""
    from templates.function import ALLOCATOR
    from templates.parameters import NUMBERS, TEXTS

    parameters = [(name, str(default)) for name, default, *_ in NUMBERS] + [(name, text) for name, text, *_ in TEXTS]
    return {"METADATA_TABLE": "-"} | ALLOCATOR | {_snake(name): text for name, text in parameters}


def _snake(name: str) -> str:
    return re.sub(r"\B(?=[A-Z])", "_", name).upper()


def limits() -> PictureEnvironment:
    """Return what is accepted."""
    return PictureEnvironment.read(variables())


def resize() -> ResizeEnvironment:
    """Return how resized images are made."""
    return ResizeEnvironment.read(variables())


def thumbnail() -> ThumbnailEnvironment:
    """Return how thumbnails are made."""
    return ThumbnailEnvironment.read(variables())
