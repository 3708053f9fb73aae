"""Transfer functions: from a sample to linear light, where 1 is the white of sRGB (ITU-R BT.2100, BT.2390; ITU-T H.273)."""

from __future__ import annotations

from functools import partial
from math import exp
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

SRGB_KNEE = 0.0031308  # light under which sRGB is linear
WHITE = 203  # cd/m2 of white in HDR (BT.2408, 3.1), which is the white of sRGB here
PQ_PEAK = 10_000  # cd/m2
HLG_PEAK = 1000  # cd/m2 of the display for which BT.2100 states a gamma of 1.2
HLG_GAMMA = 1.2
M1, M2, C1, C2, C3 = 2610 / 16384, 2523 / 32, 3424 / 4096, 2413 / 128, 2392 / 128  # of PQ
A, B, C = 0.17883277, 0.28466892, 0.55991073  # of HLG


def srgb(value: float) -> float:
    """Return the light of a sample of sRGB."""
    return value / 12.92 if value <= SRGB_KNEE * 12.92 else ((value + 0.055) / 1.055) ** 2.4


def to_srgb(light: float) -> float:
    """Return the sample of sRGB for light."""
    light = min(1.0, max(0.0, light))
    return 12.92 * light if light <= SRGB_KNEE else 1.055 * light ** (1 / 2.4) - 0.055


def pq(value: float) -> float:
    """Return the light of a sample of PQ."""
    power = value ** (1 / M2)
    return float((max(power - C1, 0) / (C2 - C3 * power)) ** (1 / M1)) * PQ_PEAK / WHITE


def to_pq(light: float) -> float:
    """Return the sample of PQ for light."""
    power = (max(light, 0) * WHITE / PQ_PEAK) ** M1
    return float(((C1 + C2 * power) / (1 + C3 * power)) ** M2)


def hlg(value: float) -> float:
    """Return the light of a sample of HLG on its display, with the gamma of that display applied to each channel."""
    scene = value * value / 3 if value <= 1 / 2 else (exp((value - C) / A) + B) / 12
    return float(scene**HLG_GAMMA) * HLG_PEAK / WHITE


def smpte240(value: float) -> float:
    """Return the light of a sample of SMPTE 240M."""
    return value / 4 if value < 4 * 0.0228 else float(((value + 0.1115) / 1.1115) ** (1 / 0.45))


def smpte428(value: float) -> float:
    """Return the light of a sample of digital cinema (SMPTE ST 428-1)."""
    return float(value**2.6) * 52.37 / 48


def gamma(exponent: float, value: float) -> float:
    """Return the light of a sample under a power law."""
    return float(value**exponent)


def tone_map(peak: float, light: float) -> float:
    """Return light compressed so that peak becomes white: the curve of BT.2390, 5.4.1, in each channel.

    Up to a knee nothing changes. Where no pixel is brighter than white, nothing changes at all.
    """
    if peak <= 1:
        return light
    source = to_pq(peak)
    most = to_pq(1) / source
    knee = 1.5 * most - 0.5
    value = min(1.0, to_pq(light) / source)
    if value < knee:
        return light
    at = (value - knee) / (1 - knee)
    curved = (2 * at**3 - 3 * at**2 + 1) * knee + (at**3 - 2 * at**2 + at) * (1 - knee) + (3 * at**2 - 2 * at**3) * most
    return pq(curved * source)


def mapped(curve: Callable[[float], float], peak: float) -> Callable[[float], float]:
    """Return curve with the light above white compressed."""
    compress = partial(tone_map, peak)
    return lambda value: compress(curve(value))
