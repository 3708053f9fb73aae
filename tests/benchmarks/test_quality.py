"""Peak signal-to-noise ratio, structural similarity, and the reference that renditions are compared with."""

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from benchmarks.quality import (
    STEADY_MEAN,
    STEADY_VARIANCE,
    WINDOW,
    Pixels,
    Reference,
    centered_square,
    decoded,
    psnr,
    resampled,
    ssim,
)
from tests import pictures

SIZE = (40, 30)


def noise(seed: int, deviation: float = 60) -> Pixels:
    """Draw a picture of noise around gray."""
    random = np.random.default_rng(seed)
    return np.clip(random.normal(128, deviation, (SIZE[1], SIZE[0], 3)), 0, 255)


@given(st.floats(0.01, 255))
def test_psnr_of_an_even_difference(difference: float) -> None:
    """A difference of d everywhere is 20 log10(255 / d) decibels away."""
    gray = np.zeros((12, 12, 3))
    assert psnr(gray, gray + difference) == pytest.approx(20 * math.log10(255 / difference))


def test_psnr_of_equal_pictures_is_infinite() -> None:
    """A picture compared with itself has an infinite PSNR."""
    assert psnr(noise(1), noise(1)) == math.inf


def test_ssim_of_equal_pictures_is_one() -> None:
    """A picture compared with itself has an SSIM of 1."""
    assert ssim(noise(1), noise(1)) == pytest.approx(1)


@given(st.integers(0, 100), st.floats(1, 100))
def test_ssim_is_symmetric_and_falls_with_noise(seed: int, deviation: float) -> None:
    """SSIM is symmetric, and lower with more noise."""
    clean, added = noise(seed), noise(seed + 1, deviation) - 128
    assert ssim(clean, clean + added) == pytest.approx(ssim(clean + added, clean))
    assert ssim(clean, clean + 2 * added) < ssim(clean, clean + added) < 1


def test_ssim_is_that_of_the_formula_at_each_window() -> None:
    """The mean over windows is what the published formula gives for each of them by itself."""
    first, second = noise(1), noise(2)
    bell = np.exp(-((np.arange(WINDOW) - 5) ** 2) / (2 * 1.5**2))
    weights = np.outer(bell, bell) / np.outer(bell, bell).sum()
    at_each = [
        formula(first[top : top + WINDOW, left : left + WINDOW, band], second[top:, left:, band], weights)
        for top in range(SIZE[1] - WINDOW + 1)
        for left in range(SIZE[0] - WINDOW + 1)
        for band in range(3)
    ]
    assert ssim(first, second) == pytest.approx(float(np.mean(at_each)))


def formula(first: Pixels, rest: Pixels, weights: NDArray[np.float64]) -> float:
    """Work out SSIM of one window from weighted sums, as it is written."""
    second = rest[:WINDOW, :WINDOW]
    mean_1, mean_2 = (weights * first).sum(), (weights * second).sum()
    variance_1, variance_2 = (weights * (first - mean_1) ** 2).sum(), (weights * (second - mean_2) ** 2).sum()
    covariance = (weights * (first - mean_1) * (second - mean_2)).sum()
    means = (2 * mean_1 * mean_2 + STEADY_MEAN) / (mean_1**2 + mean_2**2 + STEADY_MEAN)
    spreads = (2 * covariance + STEADY_VARIANCE) / (variance_1 + variance_2 + STEADY_VARIANCE)
    return float(means * spreads)


@given(st.integers(1, 500), st.integers(1, 500))
def test_centered_square_is_in_the_middle(width: int, height: int) -> None:
    """The square is the largest in the picture, with equal margins on both sides."""
    left, top, right, bottom = centered_square((width, height))
    assert right - left == bottom - top == min(width, height)
    assert (left, top) == (width - right, height - bottom)


def test_resampling_does_not_round() -> None:
    """Between black and white there are more than the 256 levels of a rendition."""
    ramp = Image.linear_gradient("L")
    levels = np.unique(resampled(ramp, (100, 100)))
    assert np.any(levels != np.round(levels))
    assert resampled(ramp, ramp.size)[..., 0] == pytest.approx(np.asarray(ramp))


@pytest.mark.parametrize("orientation", pictures.ORIENTATIONS)
def test_decoding_turns_upright(orientation: int, tmp_path: Path) -> None:
    """The reference is upright for every orientation."""
    file = tmp_path / "turned.jpg"
    file.write_bytes(pictures.turned("JPEG", orientation))
    assert pictures.is_upright(decoded(file))


def test_decoding_converts_to_srgb(tmp_path: Path) -> None:
    """The reference is converted to sRGB by the file's profile: here one that exchanges red and green."""
    file = tmp_path / "swapped.png"
    red, green, blue = pictures.quadrants().split()
    swapped = Image.merge("RGB", (green, red, blue))
    file.write_bytes(pictures.encoded(swapped, "PNG", icc_profile=pictures.swapped_profile()))
    assert pictures.is_upright(decoded(file))


def test_reference_distinguishes_good_from_bad(tmp_path: Path) -> None:
    """A careful rendition comes close to the reference, and one that shows something else does not."""
    original, rendition, turned = (tmp_path / f"{name}.png" for name in ("original", "rendition", "turned"))
    image = Image.radial_gradient("L").resize((300, 200)).convert("RGB")
    image.paste((10, 200, 10), (0, 0, 100, 200))
    image.save(original)
    small = image.resize((60, 40), Image.Resampling.LANCZOS)
    small.save(rendition)
    small.transpose(Image.Transpose.ROTATE_180).save(turned)
    good, bad = (Reference(original).quality(file, squared=False) for file in (rendition, turned))
    assert good is not None
    assert bad is not None
    assert good.psnr > 45
    assert bad.psnr < 20
    assert good.ssim > 0.99
    assert bad.ssim < 0.9


def test_reference_of_a_square_is_the_middle_of_the_picture(tmp_path: Path) -> None:
    """A thumbnail is compared with the part of the picture that it shows."""
    original, rendition = tmp_path / "original.png", tmp_path / "rendition.png"
    image = Image.radial_gradient("L").resize((200, 100)).convert("RGB")
    image.save(original)
    image.crop((50, 0, 150, 100)).save(rendition)
    quality = Reference(original).quality(rendition, squared=True)
    assert quality is not None
    assert quality.psnr == math.inf


def test_transparent_pictures_are_not_compared(tmp_path: Path) -> None:
    """A transparent picture has no quality."""
    file = tmp_path / "clear.png"
    file.write_bytes(pictures.encoded(pictures.quadrants(mode="RGBA"), "PNG"))
    assert Reference(file).quality(file, squared=False) is None
