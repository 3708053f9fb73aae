"""Files of every format, damaged at random: a seed always gives the same file."""

import struct
from collections.abc import Callable
from random import Random

from tests.hostile import pngs
from tests.hostile.sound import sound

# Numbers at which sums overflow, signs turn and loops run out.
EDGES = (0, 1, 2, 7, 8, 127, 128, 255, 256, 32_767, 32_768, 65_535, 65_536, 2**24, 2**31 - 1, 2**31, 2**32 - 1)
FORMS = (">B", "<H", ">H", "<I", ">I")
MOST = 6  # changes a file
RECHECKED = 0.7  # of the PNGs have right checksums again


def damaged(seed: int) -> bytes:
    """Return one of the sound files with up to MOST changes."""
    random = Random(seed)  # noqa: S311 - it keeps no secret
    files = sound()
    data = changed(files[random.choice(sorted(files))], random)
    # Most changes of a PNG would end at a checksum.
    return pngs.rechecked(data) if random.random() < RECHECKED else data


def changed(sound_bytes: bytes, random: Random) -> bytes:
    """Return bytes with up to MOST changes."""
    data = bytearray(sound_bytes)
    for _ in range(random.randint(1, MOST)):
        random.choice(CHANGES)(data, random)
    return bytes(data)


def _place(data: bytearray, random: Random) -> int:
    """Return an offset: in the first hundred bytes, where the structure is, as often as in the rest."""
    return random.randrange(min(len(data), 100) if random.random() < 0.5 else len(data)) if data else 0


def _flip(data: bytearray, random: Random) -> None:
    if data:
        data[_place(data, random)] ^= 1 << random.randrange(8)


def _set(data: bytearray, random: Random) -> None:
    """Write a number that may cause an error."""
    form = random.choice(FORMS)
    at = _place(data, random)
    data[at : at + struct.calcsize(form)] = struct.pack(form, random.choice(EDGES) % 256 ** struct.calcsize(form))


def _noise(data: bytearray, random: Random) -> None:
    at, size = _place(data, random), random.randint(1, 16)
    data[at : at + size] = random.randbytes(size)


def _cut(data: bytearray, random: Random) -> None:
    del data[_place(data, random) :]


def _remove(data: bytearray, random: Random) -> None:
    at = _place(data, random)
    del data[at : at + random.randint(1, 64)]


def _repeat(data: bytearray, random: Random) -> None:
    at = _place(data, random)
    data[at:at] = bytes(data[at : at + random.randint(1, 256)]) * random.choice((1, 2, 50))


def _splice(data: bytearray, random: Random) -> None:
    """Insert a part of another file."""
    other = sound()[random.choice(sorted(sound()))]
    start = random.randrange(len(other))
    at = _place(data, random)
    data[at:at] = other[start : start + random.randint(1, 400)]


CHANGES: tuple[Callable[[bytearray, Random], None], ...] = (
    *[_flip] * 6,
    *[_set] * 9,
    *[_noise] * 2,
    _cut,
    _remove,
    *[_repeat] * 2,
    *[_splice] * 2,
)
