"""SSIMULACRA2: how close an encoded image comes to its reference; 90 cannot be told apart, 70 is high quality, 50 medium.

github.com/cloudinary/ssimulacra2, in its implementation in Python.
"""

import subprocess
import sys
from collections.abc import Callable
from functools import cache
from importlib import import_module
from io import BytesIO
from pathlib import Path

from PIL import Image

from benchmarks.settings import BUILD

# The metric in Python, and what it needs beside numpy and Pillow; neither needs others.
METRIC = ("ssimulacra2==0.3.0", "scipy==1.17.1")


class Judge:
    """Compares encoded images with the reference; both pass the metric as PNGs in folder."""

    def __init__(self, reference: Image.Image, folder: Path) -> None:
        """Write the reference."""
        self._reference, self._other = folder / "reference.png", folder / "other.png"
        reference.save(self._reference, compress_level=1)

    def score(self, data: bytes) -> float:
        """Return the SSIMULACRA2 of an encoded image."""
        with Image.open(BytesIO(data)) as image:
            image.convert("RGB").save(self._other, compress_level=1)
        return float(_metric()(str(self._reference), str(self._other)))


@cache
def _metric() -> Callable[[str, str], float]:
    """Return the metric; fetch it into the build folder if it is not there."""
    folder = BUILD / "ssimulacra2"
    if not (folder / "ssimulacra2").is_dir():
        install = [sys.executable, "-m", "pip", "install", "-qq", "--no-deps", "--target", str(folder), *METRIC]
        subprocess.run(install, check=True, stdout=subprocess.DEVNULL)
    sys.path.append(str(folder))
    metric: Callable[[str, str], float] = import_module("ssimulacra2").compute_ssimulacra2
    return metric
