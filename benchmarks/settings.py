"""Where things lie, and the edges, quality and limits that are measured: the template's defaults."""

import re
from functools import cache
from pathlib import Path

from lambdas.runtime.settings import ImageStepSettings, ResizeSettings, ThumbnailSettings

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "build" / "bench"  # what is downloaded and made; never committed


@cache
def variables() -> dict[str, str]:
    """Return the environment variables that the template gives by default; no operation here uses the table."""
    from lambdas.runtime.sandbox.server_process import VARIABLES
    from templates.parameters import groups

    parameters = [one for group in groups().values() for one in group if "Default" in one.properties]
    return {"METADATA_TABLE": "-"} | VARIABLES | {_snake(one.title): str(one.Default) for one in parameters}


def _snake(name: str) -> str:
    return re.sub(r"\B(?=[A-Z])", "_", name).upper()


def limits() -> ImageStepSettings:
    """Return the limits of accepted images."""
    return ImageStepSettings.read(variables())


def resize() -> ResizeSettings:
    """Return how resized images are made."""
    return ResizeSettings.read(variables())


def thumbnail() -> ThumbnailSettings:
    """Return how thumbnails are made."""
    return ThumbnailSettings.read(variables())
