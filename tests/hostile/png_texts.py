"""Hostile PNGs: texts and profiles that decompress to far more than their size, and animations."""

import struct
import zlib
from collections.abc import Iterator

from tests.hostile.kind import CORRUPT, IMAGE, TOO_COMPLEX, TOO_MANY_FRAMES, TOO_MUCH_METADATA, TRUNCATED, Kind, kind
from tests.hostile.pngs import Size, bomb, chunk, header, pixels, png, with_chunks

SIZE = (40, 30)
# What Pillow's reader notes under these names, a text of the same name would replace.
WORDS = ("transparency", "icc_profile", "exif", "dpi", "interlace", "bbox", "gamma", "default_image", "xmp", "duration")


def control(sequence: int, size: Size = (40, 30), place: Size = (0, 0)) -> bytes:
    """Write the control chunk of a frame."""
    return chunk(b"fcTL", struct.pack(">5IHHBB", sequence, *size, *place, 1, 10, 0, 0))


def animated(frames: int, claimed: int) -> bytes:
    """Write an APNG of that many frames whose header has another number."""
    data = zlib.compress(bytes(1 + 40 * 3) * 30)
    more = [
        control(2 * number - 1) + chunk(b"fdAT", struct.pack(">I", 2 * number) + data) for number in range(1, frames)
    ]
    return png(header((40, 30)), chunk(b"acTL", struct.pack(">II", claimed, 0)), control(0), pixels((40, 30)), *more)


def kinds() -> Iterator[Kind]:
    """Yield the kinds."""
    for name, head in ((b"zTXt", b"Comment\0\0"), (b"iTXt", b"Comment\0\1\0\0\0"), (b"iCCP", b"profile\0\0")):
        yield from _packed(name, head)
    yield from _texts()
    yield from _animations()


def _packed(name: bytes, head: bytes) -> Iterator[Kind]:
    def before() -> bytes:
        return with_chunks(chunk(name, head + bomb()))

    def behind() -> bytes:
        return png(header(SIZE), pixels(SIZE), chunk(name, head + bomb()))

    label = f"PNG with a {name.decode()}"
    yield kind(f"{label} that unpacks to 64 MB", before, TOO_MUCH_METADATA)
    yield kind(f"{label} that unpacks to 64 MB, behind its pixels", behind, TOO_MUCH_METADATA)
    yield kind(f"{label} of nonsense", with_chunks(chunk(name, head + b"nonsense")), IMAGE)
    yield kind(f"{label} of nothing", with_chunks(chunk(name, b"")), IMAGE, CORRUPT)


def _texts() -> Iterator[Kind]:
    megabyte = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(2**20)))
    yield kind("PNG with 64 texts of a megabyte", with_chunks(megabyte * 64), TOO_MUCH_METADATA)
    yield kind(
        "PNG with 20 MB of text",
        lambda: with_chunks(chunk(b"tEXt", b"a\0" + bytes(20_000_000))),
        TOO_MUCH_METADATA,
    )
    yield kind("PNG with 300,000 texts", lambda: with_chunks(chunk(b"tEXt", b"a\0b") * 300_000), TOO_COMPLEX)
    for word in WORDS:
        text = chunk(b"tEXt", word.encode() + b"\0text")
        behind = png(header((4, 3)), pixels((4, 3)), text)
        name = f"PNG with a text called {word}"
        yield kind(name, with_chunks(text), IMAGE, CORRUPT, combines=(word, "before"))
        yield kind(f"{name} behind its pixels", behind, IMAGE, combines=(word, "behind"))
    yield kind(
        "PNG with EXIF in hexadecimal of nonsense",
        with_chunks(chunk(b"tEXt", b"Raw profile type exif\0\n\n\nxyz")),
        IMAGE,
    )
    large = chunk(b"tEXt", b"Raw profile type exif\0\n\n\n" + b"00" * 2**21)
    yield kind("PNG with 2 MB of EXIF in hexadecimal", with_chunks(large), TOO_MUCH_METADATA)
    yield kind("PNG with 2 MB of EXIF", with_chunks(chunk(b"eXIf", bytes(2**21))), TOO_MUCH_METADATA)


def _animations() -> Iterator[Kind]:
    yield kind("APNG of 1001 frames", lambda: animated(1001, 1001), TOO_MANY_FRAMES)
    yield kind("APNG of 3 frames that says it has 4 billion", animated(3, 2**32 - 1), IMAGE)
    yield kind("APNG of 3 frames that says it has none", animated(3, 0), IMAGE)
    size = (40, 30)
    begin = [header(size), chunk(b"acTL", struct.pack(">II", 2, 0))]
    yield kind("APNG with a frame outside", png(*begin, control(0, place=(30, 30)), pixels(size)), CORRUPT)
    vast = control(0, (2**32 - 1, 2**32 - 1))
    yield kind("APNG with a frame of 2**32", png(*begin, vast, pixels(size)), CORRUPT)
    disorder = png(*begin, control(7), pixels(size))
    yield kind("APNG with its frames in disorder", disorder, CORRUPT)
    yield kind("APNG without a frame", png(*begin, pixels(size)), IMAGE)
    yield kind(
        "APNG with a short control",
        png(*begin, chunk(b"fcTL", b"\0" * 9), pixels(size)),
        CORRUPT,
        TRUNCATED,
    )
