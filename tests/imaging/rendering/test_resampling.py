"""Resampling: the same image whether it is converted whole or in bands, and in bounded memory."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from imaging.decoding.decode import Decoded
from imaging.formats import FORMATS
from imaging.rendering import resampling
from imaging.rendering.resampling import make_raster, resample
from tests import pictures
from tests.effort import times

MODES = [
    "1",
    "L",
    "LA",
    "La",
    "P",
    "PA",
    "RGB",
    "RGBA",
    "RGBa",
    "RGBX",
    "CMYK",
    "YCbCr",
    "LAB",
    "HSV",
    "I",
    "F",
    "I;16",
]
PLAIN = {"L", "RGB", "RGBa", "CMYK"}
# Prints the kilobytes that a thumbnail of 40 megapixels takes beyond the image itself.
COST = """
import resource, sys
from PIL import Image
from imaging.decoding.decode import Decoded
from imaging.formats import FORMATS
from imaging.rendering.resampling import make_raster, resample
image = Image.new(sys.argv[1], (8000, 5000), 1)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
resample(make_raster(Decoded(image, image.size, FORMATS["PNG"], 1, None), (256, 160)), (256, 160))
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // (1024 if sys.platform == "darwin" else 1))
"""


def decoded(image: Image.Image) -> Decoded:
    """Return image as the decoder of an upright PNG without a profile returns it."""
    return Decoded(image, image.size, FORMATS["PNG"], 1, None)


def drawn(mode: str, size: pictures.Size = (300, 200)) -> Image.Image:
    """Draw a ramp from black to white in mode."""
    ramp = Image.linear_gradient("L").rotate(90).resize(size)
    if mode == "I;16":
        return ramp.convert("I").point(lambda value: value * 257).convert(mode)
    if mode in {"La", "RGBa"}:
        return ramp.convert("LA" if mode == "La" else "RGBA").convert(mode)
    if mode in {"LAB", "HSV", "PA"}:
        return ramp.convert("RGB").convert("P" if mode == "PA" else mode).convert(mode)
    return ramp.convert(mode)


@pytest.mark.parametrize("mode", MODES)
def test_every_mode_becomes_one_that_can_be_resampled(mode: str) -> None:
    """The raster of every mode is plain, and is resampled to the wanted size."""
    raster = make_raster(decoded(drawn(mode)), (30, 20))
    assert raster.image.mode in PLAIN
    assert resample(raster, (30, 20)).size == (30, 20)


@pytest.mark.share(5)
@pytest.mark.parametrize("mode", [mode for mode in MODES if mode not in PLAIN][:: times(3, 1)])
@pytest.mark.parametrize("size", [(300, 200), (150, 100), (30, 20), (7, 5)], ids=str)
def test_bands_leave_no_trace(mode: str, size: pictures.Size, monkeypatch: pytest.MonkeyPatch) -> None:
    """An image that is converted in bands of a few rows is the same as one that is converted in one piece."""
    whole = resample(make_raster(decoded(drawn(mode)), size), size)
    monkeypatch.setattr(resampling, "BAND", 1000)
    banded = resample(make_raster(decoded(drawn(mode)), size), size)
    assert (banded.mode, banded.size) == (whole.mode, whole.size)
    assert banded.tobytes() == whole.tobytes()


@given(left=st.floats(0, 100), top=st.floats(0, 100), side=st.floats(20, 100), edge=st.integers(8, 30))
def test_a_box_is_where_it_was(left: float, top: float, side: float, edge: int) -> None:
    """The box shows the same part of the image whether or not the image is reduced while it is converted."""
    image, size = drawn("RGB", (200, 200)), (edge, edge)
    box = (left, top, left + side, top + side)
    raster = make_raster(decoded(image), size, box)
    assert raster.image is image
    reduced = resample(make_raster(decoded(image.convert("RGBA")), size, box), size).convert("RGBA").convert("RGB")
    assert pictures.difference(resample(raster, size), reduced) < 3


def test_image_without_conversion_is_not_copied() -> None:
    """The raster of an image that needs no conversion holds the decoded image itself."""
    image = drawn("RGB")
    assert make_raster(decoded(image), (30, 20)).image is image


@pytest.mark.share(1)
@pytest.mark.parametrize("mode", ["P", "RGBA", "I;16", "LA"][:: times(3, 1)])
def test_a_small_rendition_costs_no_second_picture(mode: str) -> None:
    """A thumbnail of 40 megapixels takes less than 40 MB beyond the image, though every pixel is converted."""
    command = [sys.executable, "-c", COST, mode]
    kilobytes = int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    assert kilobytes < 40 * 1024
