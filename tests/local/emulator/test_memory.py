"""Large data of the emulator is in files, which are read like bytes."""

from hashlib import sha256
from mmap import mmap

import pytest

from local.emulator.memory import in_memory, mapped

DATA = bytes(range(256)) * 64


def test_data_is_in_a_file_and_read_from_there() -> None:
    """What was mapped has the length, the digest and the bytes of the data, as often as it is read."""
    found = mapped(DATA)
    assert isinstance(found, mmap)
    assert len(found) == len(DATA)
    assert sha256(found).digest() == sha256(DATA).digest()
    assert [in_memory(found), in_memory(found)] == [DATA, DATA]


def test_same_data_is_in_one_file() -> None:
    """An object and the layer that is made of it share a file; other data of the same length has another one."""
    found = mapped(DATA)
    assert mapped(bytes(bytearray(DATA))) is found
    assert mapped(DATA[::-1]) is not found


@pytest.mark.parametrize("nothing", [None, b""])
def test_nothing_is_in_no_file(nothing: bytes | None) -> None:
    """An object without content, and a layer whose object is missing, stay what they are."""
    assert mapped(nothing) is nothing
