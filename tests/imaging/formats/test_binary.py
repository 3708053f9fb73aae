"""Reading numbers from a file: a read beyond its end has an error of its own."""

import struct

import pytest

from imaging.formats.binary import EndOfDataError, byte_at, unpack

DATA = b"\x00\x01\x02\x03"


def test_numbers_are_read() -> None:
    """Numbers are read from the first byte to the last."""
    assert unpack(">HH", DATA, 0) == (1, 0x0203)
    assert unpack(">H", DATA, 2) == (0x0203,)
    assert [byte_at(DATA, at) for at in range(4)] == [0, 1, 2, 3]


@pytest.mark.parametrize("at", [3, 4, 2**63, 2**70, -1, -4])
def test_reads_beyond_the_end_are_reported(at: int) -> None:
    """Neither a part of a number nor one before the start is read."""
    with pytest.raises(EndOfDataError):
        unpack(">H", DATA, at)
    if at != 3:
        with pytest.raises(EndOfDataError):
            byte_at(DATA, at)


def test_an_invalid_format_is_another_error() -> None:
    """A mistake in the struct format is not taken for the end of the file."""
    with pytest.raises(struct.error) as caught:
        unpack(">Y", DATA, 0)
    assert not isinstance(caught.value, EndOfDataError)
