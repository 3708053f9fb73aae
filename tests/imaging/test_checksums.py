"""Checksums by zlib-ng: the same as zlib's."""

import random
import zlib
from collections.abc import Iterator

import pytest

from imaging import checksums


@pytest.fixture(params=[True, False], ids=["as installed", "without zlib-ng"])
def library(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Compute checksums by what is installed, and by zlib where zlib-ng has no wheel."""
    checksums._library.cache_clear()  # noqa: SLF001 - it is found once
    if not request.param:
        monkeypatch.setattr(checksums, "is_available", lambda: False)
    yield
    checksums._library.cache_clear()  # noqa: SLF001


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize("length", [0, 1, 15, 16, 33, 5_552, 65_537])
def test_sums_are_those_of_zlib(length: int) -> None:
    """For content of any length and place, also of the largest bytes, and after any earlier sum."""
    choice = random.Random(length)  # noqa: S311 - no secret
    for content in (choice.randbytes(length + 3), b"\xff" * (length + 3)):
        part = memoryview(content)[3:]
        assert checksums.crc32(part) == zlib.crc32(part)
        for start in (1, 0, 0xFFF0_FFF0, choice.getrandbits(16)):
            assert checksums.adler32(part, start) == zlib.adler32(part, start)
