"""Reading out of a file: what is beyond its end is the file's doing, and nothing else is."""

import struct

import pytest

from imaging.formats.binary import EndOfDataError, byte_at, unpack

DATA = b"\x00\x01\x02\x03"


def test_what_is_there_is_read() -> None:
    """Numbers are read from the first byte to the last."""
    assert unpack(">HH", DATA, 0) == (1, 0x0203)
    assert unpack(">H", DATA, 2) == (0x0203,)
    assert [byte_at(DATA, at) for at in range(4)] == [0, 1, 2, 3]


@pytest.mark.parametrize("at", [3, 4, 2**63, 2**70, -1, -4])
def test_what_is_not_there_is_told(at: int) -> None:
    """Neither half a number nor one before the beginning is read, wherever a file leads."""
    with pytest.raises(EndOfDataError):
        unpack(">H", DATA, at)
    if at != 3:
        with pytest.raises(EndOfDataError):
            byte_at(DATA, at)


def test_a_form_that_is_none_is_a_fault_of_ours() -> None:
    """A mistake in the form is not taken for the file's end."""
    with pytest.raises(struct.error) as caught:
        unpack(">Y", DATA, 0)
    assert not isinstance(caught.value, EndOfDataError)
