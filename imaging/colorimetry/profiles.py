"""ICC profiles for colors that a file describes by numbers: primaries, white and a transfer function (ICC.1:2001-04)."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Chromaticities = tuple[float, float, float, float, float, float, float, float]  # x and y of red, green, blue and white
Matrix = list[list[float]]

D50 = (0.9642, 1.0, 0.8249)  # white of the space that profiles connect
# From the light of a white to that of the cones, by Bradford: how a profile adapts its colors to D50.
BRADFORD: Matrix = [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
CURVE_POINTS = 4096
SINGULAR = 1e-6  # a determinant under which primaries are on one line
HEADER, ENTRY = 128, 12  # bytes


def rgb_profile(chromaticities: Chromaticities, curve: Callable[[float], float]) -> bytes | None:
    """Return a profile for RGB, or None if the primaries span no triangle."""
    columns = _adapted_primaries(chromaticities)
    if columns is None:
        return None
    trc = _curve(curve)
    names = (b"rXYZ", b"gXYZ", b"bXYZ")
    tags = {name: _xyz(color) for name, color in zip(names, zip(*columns, strict=True), strict=True)}
    return _profile(b"RGB ", tags | dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), trc))


def gray_profile(curve: Callable[[float], float]) -> bytes:
    """Return a profile for gray."""
    return _profile(b"GRAY", {b"kTRC": _curve(curve)})


def _adapted_primaries(chromaticities: Chromaticities) -> Matrix | None:
    """Return the matrix from RGB to XYZ under D50."""
    points = [chromaticities[at : at + 2] for at in range(0, 8, 2)]
    if not all(y > 0 for _, y in points):
        return None
    *primaries, white = ([x / y, 1.0, (1 - x - y) / y] for x, y in points)
    matrix = [list(row) for row in zip(*primaries, strict=True)]
    inverse = _inverse(matrix)
    if inverse is None:
        return None
    strengths = _times(inverse, white)
    scaled = [[value * strength for value, strength in zip(row, strengths, strict=True)] for row in matrix]
    cones, wanted = _times(BRADFORD, white), _times(BRADFORD, D50)
    if min(map(abs, cones)) == 0:
        return None
    ratios = [[wanted[row] / cones[row] * value for value in BRADFORD[row]] for row in range(3)]
    back = _inverse(BRADFORD)
    return None if back is None else _product(back, _product(ratios, scaled))


def _times(matrix: Matrix, vector: Sequence[float]) -> list[float]:
    return [sum(value * part for value, part in zip(row, vector, strict=True)) for row in matrix]


def _product(left: Matrix, right: Matrix) -> Matrix:
    return [list(row) for row in zip(*(_times(left, column) for column in zip(*right, strict=True)), strict=True)]


def _inverse(matrix: Matrix) -> Matrix | None:
    """Return the inverse of a 3 by 3 matrix, or None if there is none."""
    cross = [
        [
            matrix[(c + 1) % 3][(r + 1) % 3] * matrix[(c + 2) % 3][(r + 2) % 3]
            - matrix[(c + 1) % 3][(r + 2) % 3] * matrix[(c + 2) % 3][(r + 1) % 3]
            for c in range(3)
        ]
        for r in range(3)
    ]
    determinant = sum(matrix[0][c] * cross[c][0] for c in range(3))
    return [[value / determinant for value in row] for row in cross] if abs(determinant) > SINGULAR else None


def _xyz(color: Sequence[float]) -> bytes:
    return b"XYZ \0\0\0\0" + struct.pack(
        ">3i", *(max(-(2**31), min(2**31 - 1, round(value * 65536))) for value in color)
    )


def _curve(curve: Callable[[float], float]) -> bytes:
    points = [round(65535 * min(1.0, max(0.0, curve(n / (CURVE_POINTS - 1))))) for n in range(CURVE_POINTS)]
    return b"curv\0\0\0\0" + struct.pack(f">I{CURVE_POINTS}H", CURVE_POINTS, *points)


def _profile(space: bytes, tags: dict[bytes, bytes]) -> bytes:
    tags = {b"wtpt": _xyz(D50), b"desc": b"desc\0\0\0\0" + struct.pack(">I", 1) + bytes(79), **tags}
    directory, data, places = b"", b"", dict[bytes, int]()
    start = HEADER + 4 + ENTRY * len(tags)
    for name, content in tags.items():
        if content not in places:
            places[content] = start + len(data)
            data += content + bytes(-len(content) % 4)
        directory += name + struct.pack(">II", places[content], len(content))
    head = struct.pack(">I4s4s4s4s4s", start + len(data), b"\0\0\0\0", b"\2\x40\0\0", b"mntr", space, b"XYZ ")
    head = head + bytes(12) + b"acsp" + bytes(28) + struct.pack(">3i", *(round(value * 65536) for value in D50))
    return head.ljust(HEADER, b"\0") + struct.pack(">I", len(tags)) + directory + data
