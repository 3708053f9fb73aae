"""Colors that a file describes by numbers, as an ICC profile or as a table: HDR becomes SDR by the curve of BT.2390."""

from __future__ import annotations

from functools import lru_cache, partial
from typing import TYPE_CHECKING

from imaging.colorimetry import transfer
from imaging.colorimetry.profiles import gray_profile, rgb_profile
from imaging.colorimetry.spaces import HLG, PQ, SMPTE240, SMPTE428

if TYPE_CHECKING:
    from collections.abc import Callable

    from imaging.colorimetry.spaces import ColorSpace

DEEP = 2**16  # samples of 16 bits


@lru_cache(maxsize=8)  # one takes 10 ms
def described_profile(space: ColorSpace, mode: str, peak: float) -> bytes | None:
    """Return a profile for pixels of mode L or RGB; None if they are sRGB, or if there is no such profile.

    peak is the brightest sample of the image, 0 to 1; it counts for HDR only.
    """
    if space.is_srgb:
        return None
    curve = _curve(space, peak)
    if mode == "L":
        return gray_profile(curve)
    return rgb_profile(space.chromaticities, curve) if mode == "RGB" else None


@lru_cache(maxsize=2)  # one takes 0.1 s, and 0.5 MB
def srgb_table(space: ColorSpace, peak: float) -> list[int]:
    """Return the 8-bit sample with the curve of sRGB for each sample of 16 bits; the primaries stay."""
    curve = _curve(space, peak)
    return [round(255 * transfer.to_srgb(curve(sample / (DEEP - 1)))) for sample in range(DEEP)]


def _curve(space: ColorSpace, peak: float) -> Callable[[float], float]:
    hdr = {PQ: transfer.pq, HLG: transfer.hlg}.get(space.transfer)
    if hdr is not None:
        return transfer.mapped(hdr, hdr(peak))
    named = {SMPTE240: transfer.smpte240, SMPTE428: transfer.smpte428}.get(space.transfer, transfer.srgb)
    return partial(transfer.gamma, space.exponent) if space.exponent is not None else named


def brightest(extrema: object, mode: str) -> float:
    """Return the largest sample of an image, 0 to 1, from what Pillow's getextrema returns for it in 8 bits."""
    bands = extrema if isinstance(extrema, tuple) and isinstance(extrema[0], tuple) else (extrema,)
    colors = bands[:-1] if mode in {"RGBA", "LA"} else bands
    return max(float(band[1]) for band in colors if isinstance(band, tuple)) / 255
