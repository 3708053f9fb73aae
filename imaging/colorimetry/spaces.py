"""Color spaces that a file describes by numbers: code points of ITU-T H.273, and the chunks of a PNG."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Chromaticities = tuple[float, float, float, float, float, float, float, float]  # x and y of red, green, blue and white

D65, C = (0.3127, 0.3290), (0.310, 0.316)
BT709: Chromaticities = (0.64, 0.33, 0.30, 0.60, 0.15, 0.06, *D65)
# H.273, table 2, without 2 (unspecified) and those that are not RGB.
PRIMARIES: dict[int, tuple[str, Chromaticities]] = {
    1: ("BT.709", BT709),
    4: ("BT.470 M", (0.67, 0.33, 0.21, 0.71, 0.14, 0.08, *C)),
    5: ("BT.470 BG", (0.64, 0.33, 0.29, 0.60, 0.15, 0.06, *D65)),
    6: ("BT.601", (0.630, 0.340, 0.310, 0.595, 0.155, 0.070, *D65)),
    7: ("SMPTE 240", (0.630, 0.340, 0.310, 0.595, 0.155, 0.070, *D65)),
    8: ("film", (0.681, 0.319, 0.243, 0.692, 0.145, 0.049, *C)),
    9: ("BT.2020", (0.708, 0.292, 0.170, 0.797, 0.131, 0.046, *D65)),
    11: ("DCI-P3", (0.680, 0.320, 0.265, 0.690, 0.150, 0.060, 0.314, 0.351)),
    12: ("Display P3", (0.680, 0.320, 0.265, 0.690, 0.150, 0.060, *D65)),
    22: ("EBU 3213", (0.630, 0.340, 0.295, 0.605, 0.155, 0.077, *D65)),
}
# H.273, table 3. The curves of BT.709, BT.601 and BT.2020 (1, 6, 14, 15) are shown as sRGB, as browsers do.
SRGB, PQ, HLG, LINEAR, SMPTE240, SMPTE428 = "sRGB", "PQ", "HLG", "linear", "SMPTE 240", "SMPTE 428"
TRANSFERS = {1: SRGB, 6: SRGB, 11: SRGB, 12: SRGB, 13: SRGB, 14: SRGB, 15: SRGB, 16: PQ, 17: SMPTE428, 18: HLG}
TRANSFERS |= {4: "gamma 2.2", 5: "gamma 2.8", 7: SMPTE240, 8: LINEAR}
XYZ, LOGARITHMIC = 10, {9, 10}  # primaries, and transfer functions, that are not converted
GAMMAS = {LINEAR: 1.0, "gamma 2.2": 2.2, "gamma 2.8": 2.8}
GAMMA_OF_SRGB = 0.45455
SAME_GAMMA, SAME_PLACE = 0.0005, 0.002  # as far as two gammas, and two chromaticities, are one
MIN_EXPONENT, MAX_EXPONENT = 0.1, 10.0  # others are mistakes
UNIT = 100_000  # of the numbers in gAMA and cHRM


@dataclass(frozen=True)
class ColorSpace:
    """What the samples of an image mean: primaries, and the transfer function by its name or as an exponent."""

    primaries: str | None  # None: named by chromaticities only
    chromaticities: Chromaticities
    transfer: str
    exponent: float | None = None

    @property
    def is_srgb(self) -> bool:
        """Whether nothing has to be converted."""
        near = all(abs(one - other) < SAME_PLACE for one, other in zip(self.chromaticities, BT709, strict=True))
        return near and self.transfer == SRGB

    @property
    def is_hdr(self) -> bool:
        """Whether samples may be brighter than white."""
        return self.transfer in {PQ, HLG}


def from_code_points(primaries: int, transfer: int) -> ColorSpace:
    """Return the color space of two code points of H.273; what is unspecified or unknown is that of sRGB."""
    name, chromaticities = PRIMARIES.get(primaries, PRIMARIES[1])
    curve = TRANSFERS.get(transfer, SRGB)
    return ColorSpace(name, chromaticities, curve, GAMMAS.get(curve))


def is_known(primaries: int, transfer: int) -> bool:
    """Whether two code points of H.273 have a meaning here, or none at all: then they are taken for those of sRGB."""
    return primaries != XYZ and transfer not in LOGARITHMIC


def from_gamma(gamma: float, chromaticities: Chromaticities = BT709) -> ColorSpace:
    """Return the color space of a PNG with a gamma: the exponent with which it was encoded."""
    if abs(gamma - GAMMA_OF_SRGB) < SAME_GAMMA:
        return ColorSpace(None, chromaticities, SRGB)
    return ColorSpace(None, chromaticities, f"gamma {1 / gamma:.3g}", 1 / gamma)


def from_endpoints(endpoints: Sequence[float], exponent: float) -> ColorSpace | None:
    """Return the color space of XYZ for red, green and blue, and of an exponent; None if they describe none."""
    colors = [endpoints[at : at + 3] for at in (0, 3, 6)]
    if min(map(sum, colors)) <= 0 or not MIN_EXPONENT <= exponent <= MAX_EXPONENT:
        return None
    white = [sum(parts) for parts in zip(*colors, strict=True)]
    points = [part / sum(color) for color in (*colors, white) for part in color[:2]]
    r_x, r_y, g_x, g_y, b_x, b_y, w_x, w_y = points
    chromaticities = (r_x, r_y, g_x, g_y, b_x, b_y, w_x, w_y)
    return from_gamma(1 / exponent, chromaticities)


def of_png(chunks: Mapping[bytes, bytes]) -> ColorSpace | None:
    """Return the color space in the chunks of a PNG; None if there is none, or if an ICC profile counts.

    The order is that of PNG's third edition, 4.3: cICP, iCCP, sRGB, then gAMA and cHRM.
    """
    if b"cICP" in chunks:
        primaries, transfer, matrix, _ = chunks[b"cICP"]
        if matrix == 0 and (primaries in PRIMARIES or transfer in TRANSFERS):
            return from_code_points(primaries, transfer)
    if chunks.keys() & {b"iCCP", b"sRGB"} or b"gAMA" not in chunks:
        return None
    (gamma,) = struct.unpack(">I", chunks[b"gAMA"])
    if not UNIT / MAX_EXPONENT <= gamma <= UNIT / MIN_EXPONENT:
        return None
    if b"cHRM" not in chunks:
        return from_gamma(gamma / UNIT)
    x, y, *others = (value / UNIT for value in struct.unpack(">8I", chunks[b"cHRM"]))
    red_x, red_y, green_x, green_y, blue_x, blue_y = others
    return from_gamma(gamma / UNIT, (red_x, red_y, green_x, green_y, blue_x, blue_y, x, y))
