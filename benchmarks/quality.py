"""The quality of a rendition against its reference: the picture decoded in full and resampled in floating point."""

from dataclasses import dataclass
from functools import cached_property, reduce
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageOps
from pillow_heif import register_heif_opener

from benchmarks.job import Size

Pixels = NDArray[np.float64]  # height x width x channels, 0 to 255

WHITE = 255.0
# SSIM's Gaussian window, pixels, and what keeps its fractions finite: Wang, Bovik, Sheikh and Simoncelli, 2004.
WINDOW, SIGMA = 11, 1.5
STEADY_MEAN, STEADY_VARIANCE = (0.01 * WHITE) ** 2, (0.03 * WHITE) ** 2


@dataclass(frozen=True)
class Quality:
    """How alike two pictures are: peak signal-to-noise ratio in decibels, and structural similarity, at most 1."""

    psnr: float
    ssim: float


class Reference:
    """A picture that its renditions are compared with."""

    def __init__(self, file: Path) -> None:
        """Read from file what needs no decoding."""
        register_heif_opener()
        self._file = file
        with Image.open(file) as image:
            self.format = {"MPO": "JPEG"}.get(str(image.format), str(image.format))
            self.megapixels = image.width * image.height / 1e6
            self._comparable = image.mode in {"L", "RGB"} and not image.has_transparency_data

    @cached_property
    def _image(self) -> Image.Image:
        return decoded(self._file)

    def quality(self, rendition: Path, *, squared: bool) -> Quality | None:
        """Return how close rendition comes, of the centered square if squared; None for what is not 8-bit and opaque."""
        if not self._comparable:
            return None
        found = decoded(rendition)
        square = centered_square(self._image.size) if squared else None
        wanted = resampled(self._image, found.size, square)
        pixels = np.asarray(found, np.float64)
        return Quality(psnr(pixels, wanted), ssim(pixels, wanted))


def decoded(file: Path) -> Image.Image:
    """Decode file in full, turn it upright and bring it into sRGB, as RGB."""
    with Image.open(file) as image:
        upright = ImageOps.exif_transpose(image)
    profile = upright.info.get("icc_profile")
    return _in_srgb(upright.convert("RGB"), profile) if profile else upright.convert("RGB")


def _in_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    source = ImageCms.ImageCmsProfile(BytesIO(profile))
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    # No table in place of the profile's curves: what a table adds is more than what is to be measured.
    exact = ImageCms.Flags.HIGHRESPRECALC | ImageCms.Flags.NOOPTIMIZE
    return ImageCms.profileToProfile(image, source, srgb, flags=exact) or image


def centered_square(size: Size) -> tuple[float, float, float, float]:
    """Return the largest centered square of size, as left, top, right, bottom."""
    side, (width, height) = min(size), size
    return (width - side) / 2, (height - side) / 2, (width + side) / 2, (height + side) / 2


def resampled(image: Image.Image, size: Size, box: tuple[float, float, float, float] | None = None) -> Pixels:
    """Return box of image at size, by a Lanczos kernel of three lobes in 32-bit floating point, not rounded."""
    channels = [channel.convert("F").resize(size, Image.Resampling.LANCZOS, box) for channel in image.split()]
    return np.clip(np.stack([np.asarray(channel, np.float64) for channel in channels], axis=2), 0, WHITE)


def psnr(first: Pixels, second: Pixels) -> float:
    """Return the peak signal-to-noise ratio over all channels, decibels; infinite for equal pictures."""
    error = float(np.mean((first - second) ** 2))
    return 10 * float(np.log10(WHITE**2 / error)) if error else float("inf")


def ssim(first: Pixels, second: Pixels) -> float:
    """Return the mean structural similarity over all channels and windows; no edge may be under WINDOW pixels."""
    mean_1, mean_2 = _windowed(first), _windowed(second)
    variances = _windowed(first**2) - mean_1**2 + _windowed(second**2) - mean_2**2
    covariance = _windowed(first * second) - mean_1 * mean_2
    alike = (2 * mean_1 * mean_2 + STEADY_MEAN) * (2 * covariance + STEADY_VARIANCE)
    return float(np.mean(alike / ((mean_1**2 + mean_2**2 + STEADY_MEAN) * (variances + STEADY_VARIANCE))))


def _windowed(pixels: Pixels) -> Pixels:
    """Return the Gaussian mean of each window that lies in pixels."""
    bell = np.exp(-((np.arange(WINDOW) - WINDOW // 2) ** 2) / (2 * SIGMA**2))
    weights = bell / bell.sum()
    rows, columns = (length - WINDOW + 1 for length in pixels.shape[:2])
    down = reduce(np.add, (weight * pixels[n : n + rows] for n, weight in enumerate(weights)))
    return reduce(np.add, (weight * down[:, n : n + columns] for n, weight in enumerate(weights)))
