"""Files of every format, damaged at random: a seed always gives the same file."""

import struct
import zlib
from collections.abc import Callable
from functools import cache
from random import Random

from PIL.ExifTags import GPS, Base

from tests import pictures
from tests.hostile import heif_files, jpegs, pngs, tiffs, webps

# Numbers at which sums overflow, signs turn and loops run out.
EDGES = (0, 1, 2, 7, 8, 127, 128, 255, 256, 32_767, 32_768, 65_535, 65_536, 2**24, 2**31 - 1, 2**31, 2**32 - 1)
FORMS = (">B", "<H", ">H", "<I", ">I")
MOST = 6  # changes a file


@cache
def sound() -> dict[str, bytes]:
    """Return the files to damage: small ones of every format and encoding, with metadata."""
    block = pictures.exif(
        {Base.Make: "A maker", Base.Orientation: 6, Base.Copyright: "Somebody"},
        detail={Base.ExposureTime: 0.01, Base.LensModel: "A lens"},
        gps={GPS.GPSLatitudeRef: "N", GPS.GPSLatitude: (47.0, 20.0, 1.5)},
    )
    profile, packet = (
        pictures.swapped_profile(),
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><a tiff:Orientation="3"/></x:xmpmeta>',
    )
    described = {
        f"{name} described": pictures.encoded(
            pictures.quadrants(), name, exif=block, icc_profile=profile, **({} if name == "TIFF" else {"xmp": packet})
        )
        for name in ("JPEG", "PNG", "WEBP", "TIFF", "AVIF", "HEIF")
    }
    packed = {
        f"TIFF {name}": pictures.encoded(pictures.quadrants(), "TIFF", compression=name)
        for name in ("tiff_deflate", "packbits", "jpeg", "zstd", "lzma")
    }
    return {
        **pictures.examples(),
        **described,
        **packed,
        "JPEG large": pictures.encoded(
            pictures.quadrants((600, 400)), "JPEG"
        ),  # enough to be decoded at a smaller scale
        "JPEG progressive, large": pictures.encoded(pictures.quadrants((600, 400)), "JPEG", progressive=True),
        "JPEG restarted": jpegs.drawn(restart_marker_blocks=1),
        "JPEG arithmetic": jpegs.drawn().replace(jpegs.FRAME, b"\xff\xc9", 1),
        "MPO": pictures.animation("MPO", 3),
        "PNG interlaced": pngs.png(pngs.header((8, 8), interlace=1), pngs.chunk(b"IDAT", zlib.compress(bytes(300)))),
        "PNG with text": pngs.with_chunks(pngs.chunk(b"zTXt", b"a\0\0" + zlib.compress(b"text"))),
        "APNG": pictures.animation("PNG", 3),
        "WEBP large": pictures.encoded(pictures.quadrants((600, 400)), "WEBP"),
        "WEBP animated": pictures.animation("WEBP", 3),
        "WEBP lossless": pictures.encoded(pictures.quadrants(), "WEBP", lossless=True),
        "AVIF animated": pictures.animation("AVIF", 3),
        "BigTIFF": tiffs.big([(tag, value) for tag, value in tiffs.tags().items() if isinstance(value, int)]),
        "TIFF fax": pictures.encoded(pictures.quadrants(mode="1"), "TIFF", compression="group4"),
        "TIFF CMYK": pictures.encoded(pictures.quadrants(mode="CMYK"), "TIFF", compression="tiff_lzw"),
        "HEIF tiles": heif_files.File([heif_files.grid(2, 2, (128, 128), (2, 2, 2, 2)), heif_files.tile()]).written(),
        "HEIF layer": heif_files.File([heif_files.overlay((90, 90), 2), heif_files.tile()]).written(),
        "WEBP canvas": webps.riff(webps.canvas(), webps.bitstream()),
        "BMP runs": pictures.encoded(pictures.quadrants(mode="P"), "BMP"),
    }


def damaged(seed: int) -> bytes:
    """Return one of the sound files with up to MOST changes."""
    random = Random(seed)  # noqa: S311 - it keeps no secret
    files = sound()
    data = bytearray(files[random.choice(sorted(files))])
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
