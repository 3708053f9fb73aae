"""The sequence header of AV1: it says what the samples mean where no box of the file does."""

import pytest

from imaging.formats.av1 import code_points
from imaging.formats.inspectors import inspect_file
from tests import pictures
from tests.hostile.heif_files import coded
from tests.imaging.limits import LIMITS

SRGB = "".join(f"{number:08b}" for number in (1, 13, 6))  # as Pillow writes it: primaries, transfer function, matrix


def in_bits(data: bytes) -> str:
    """Return data as a text of bits."""
    return "".join(f"{byte:08b}" for byte in data)


def with_code_points(data: bytes, primaries: int, transfer: int) -> bytes:
    """Return data with other code points in each place that has those of sRGB, wherever in a byte it starts."""
    bits = in_bits(data).replace(SRGB, f"{primaries:08b}{transfer:08b}{6:08b}")
    return int(bits, 2).to_bytes(len(data))


def test_the_header_of_a_file_is_read() -> None:
    """Libaom writes the code points into it."""
    assert code_points(coded("AVIF")[1]) == (1, 13)
    assert code_points(with_code_points(coded("AVIF")[1], 9, 16)) == (9, 16)


def test_hdr_is_found_without_a_box() -> None:
    """An AVIF may leave its color box out: the header of its data still says that it is PQ."""
    data = pictures.examples()["AVIF"].replace(b"colrnclx", b"freenclx")
    space = inspect_file(with_code_points(data, 9, 16), LIMITS).space
    assert (getattr(space, "primaries", ""), getattr(space, "transfer", "")) == ("BT.2020", "PQ")


@pytest.mark.parametrize("size", range(0, 12, 3))
def test_a_header_that_ends_early_says_nothing(size: int) -> None:
    """The decoder reports that the data are truncated."""
    assert code_points(coded("AVIF")[1][:size]) is None


def full_header(*, timing: bool, levels: tuple[int, ...]) -> bytes:
    """Write a sequence header with all that may come before the colors."""
    bits = "000" + "0" + "0"  # profile, no still picture, not reduced
    bits += ("1" + "0" * 64 + "0" + "1" + "00111" + "0" * 42) if timing else "0"
    bits += "1" + f"{len(levels) - 1:05b}"  # with delays
    for level in levels:
        bits += "0" * 12 + f"{level:05b}" + ("1" if level > 7 else "")
        bits += ("1" + "0" * 17 if timing else "") + "1" + "0000"
    bits += "0111" + "0111" + "0" * 16  # sizes of eight bits each
    bits += "1" + "0" * 7 + "000"  # frame numbers, tools
    bits += "0000" + "1" + "00" + "0" + "1" + "0" + "1" + "000"  # order hints, screen content without a choice
    bits += "000" + "1" + "0" + "1" + f"{9:08b}{18:08b}{9:08b}"
    bits += "0" * (-len(bits) % 8)
    content = int(bits, 2).to_bytes(len(bits) // 8)
    return b"\x12\x00" + b"\x0a" + bytes([len(content)]) + content


@pytest.mark.parametrize("timing", [False, True])
@pytest.mark.parametrize("levels", [(5,), (9, 4, 12)])
def test_all_that_comes_before_the_colors_is_skipped(levels: tuple[int, ...], *, timing: bool) -> None:
    """Videos have more in their headers than images (AV1 specification, 5.5.1)."""
    assert code_points(full_header(timing=timing, levels=levels)) == (9, 18)
