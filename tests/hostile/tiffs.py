"""Hostile TIFFs: looping directories, and strips and tiles with a false size."""

import struct
import zlib
from collections.abc import Iterator

from tests import pictures
from tests.hostile.kind import (
    CORRUPT,
    IMAGE,
    TOO_COMPLEX,
    TOO_MANY_FRAMES,
    TOO_MANY_PIXELS,
    TOO_MUCH_METADATA,
    TRUNCATED,
    UNSUPPORTED,
    Kind,
    kind,
)

SHORT, LONG, UNDEFINED, LONG8 = 3, 4, 7, 16
WIDTH, HEIGHT, BITS, COMPRESSION, COLORS = 256, 257, 258, 259, 262
OFFSETS, SAMPLES, ROWS, COUNTS, PLANAR = 273, 277, 278, 279, 284
TILE_WIDTH, TILE_HEIGHT, TILE_OFFSETS, TILE_COUNTS = 322, 323, 324, 325
EXIF, GPS, INTEROPERABILITY, SUB, XMP, PROFILE = 34665, 34853, 40965, 330, 700, 34675
DEFLATE, LZW, OLD_JPEG, JPEG, PACKBITS, ZSTD, LZMA, WEBP, CCITT = 8, 5, 6, 7, 32773, 50000, 34925, 50001, 4

SIZE = (40, 30)
GRAY = bytes(40 * 30)
Values = tuple[int, ...]
Tags = dict[int, int | Values | bytes]


def tags(**changes: int) -> Tags:
    """Return the tags of a sound gray image whose pixels are at offset 8."""
    known = {"width": WIDTH, "height": HEIGHT, "bits": BITS, "compression": COMPRESSION, "rows": ROWS, "count": COUNTS}
    sound: Tags = {WIDTH: 40, HEIGHT: 30, BITS: 8, COMPRESSION: 1, COLORS: 1, OFFSETS: 8, ROWS: 30, COUNTS: len(GRAY)}
    return sound | {known[name]: value for name, value in changes.items()}


def directory(at: int, entries: Tags, following: int = 0) -> bytes:
    """Write a directory at an offset; numbers as LONG, bytes as UNDEFINED."""
    beyond = at + 2 + 12 * len(entries) + 4
    fields, values = b"", b""
    for tag, value in sorted(entries.items()):
        numbers = value if isinstance(value, tuple) else (value,)
        data = value if isinstance(value, bytes) else struct.pack(f"<{len(numbers)}I", *numbers)
        kind_, count = (UNDEFINED, len(data)) if isinstance(value, bytes) else (LONG, len(numbers))
        fields += struct.pack("<HHI", tag, kind_, count)
        fields += data.ljust(4, b"\0") if len(data) <= 4 else struct.pack("<I", beyond + len(values))
        values += data if len(data) > 4 else b""
    return struct.pack("<H", len(entries)) + fields + struct.pack("<I", following) + values


def tiff(entries: Tags, pixels: bytes = GRAY, following: int = 0) -> bytes:
    """Write a TIFF of one page, with its directory behind its pixels."""
    at = 8 + len(pixels)
    return b"II*\0" + struct.pack("<I", at) + pixels + directory(at, entries, following)


def packed(compression: int, pixels: bytes) -> bytes:
    """Write a TIFF with such compressed pixels."""
    return tiff(tags(compression=compression, count=len(pixels)), pixels)


def claimed(tag: int, count: int, kind_: int = LONG) -> bytes:
    """Write a TIFF in which one tag has that many values."""
    data = tiff(tags() | {tag: 8})
    place = data.index(struct.pack("<HHI", tag, LONG, 1), 8 + len(GRAY))
    return data[:place] + struct.pack("<HHI", tag, kind_, count) + data[place + 8 :]


def big(entries: list[tuple[int, int]], count: int | None = None) -> bytes:
    """Write a BigTIFF with its pixels at offset 16, from tags and values; it may claim more of them."""
    at = 16 + len(GRAY)
    fields = b"".join(struct.pack("<HHQQ", tag, LONG8, 1, value) for tag, value in entries)
    claimed_count = len(entries) if count is None else count
    return b"II+\0" + struct.pack("<HHQ", 8, 0, at) + GRAY + struct.pack("<Q", claimed_count) + fields + bytes(8)


def kinds() -> Iterator[Kind]:
    """Yield the kinds."""
    yield kind("TIFF as the others here are made", tiff(tags()), IMAGE)
    yield from _directories()
    yield from _sizes()
    yield from _strips()
    yield from _packed()
    yield from _metadata()
    data = pictures.encoded(pictures.quadrants(), "TIFF", compression="tiff_lzw")
    for place in (4, 7, 8, 20, len(data) // 4, len(data) // 2, len(data) * 3 // 4, len(data) - 1):
        yield kind(f"TIFF cut at {place}", data[:place], TRUNCATED)


def _directories() -> Iterator[Kind]:
    at = 8 + len(GRAY)
    yield kind("TIFF whose page leads to itself", tiff(tags(), following=at), IMAGE)
    two = at + len(directory(at, tags()))
    loop = tiff(tags(), following=two) + directory(two, tags(), following=at)
    yield kind("TIFF whose two pages lead to each other", loop, IMAGE)
    yield kind("TIFF whose next page is beyond its end", tiff(tags(), following=2**32 - 1), TRUNCATED)
    empty = b"".join(struct.pack("<HI", 0, 8 + 6 * (number + 1)) for number in range(100_000))
    yield kind("TIFF of 100,000 empty pages", lambda: b"II*\0\x08\0\0\0" + empty, TOO_MANY_FRAMES)
    yield kind("TIFF without a page", b"II*\0\0\0\0\0", CORRUPT)
    yield kind("TIFF whose page is in its header", b"II*\0\x02\0\0\0" + bytes(99), TRUNCATED, CORRUPT)
    yield kind("TIFF with an empty page", b"II*\0\x08\0\0\0" + bytes(6), CORRUPT)
    for tag, name in (
        (EXIF, "EXIF"),
        (GPS, "GPS"),
        (SUB, "a picture below it"),
        (INTEROPERABILITY, "interoperability"),
    ):
        yield kind(f"TIFF whose page is its own directory of {name}", tiff(tags() | {tag: at}), IMAGE, CORRUPT)
        yield kind(f"TIFF with {name} beyond its end", tiff(tags() | {tag: 2**32 - 1}), IMAGE)
    exif_in_exif = tiff(tags() | {EXIF: two + 12}) + bytes(12) + directory(two + 12, {EXIF: two + 12, GPS: two + 12})
    yield kind("TIFF with EXIF in EXIF in EXIF", exif_in_exif, IMAGE, CORRUPT)
    sound = [(tag, value if tag != OFFSETS else 16) for tag, value in tags().items() if isinstance(value, int)]
    yield kind("BigTIFF", big(sound), IMAGE, CORRUPT)
    yield kind("BigTIFF with 2**64 entries", big(sound, 2**64 - 1), TRUNCATED)
    million = [(40_000, 1)] * 600_000
    yield kind("BigTIFF with 600,000 entries", lambda: big(sound + million), TOO_COMPLEX)
    far = b"II+\0" + struct.pack("<HHQ", 8, 0, 2**64 - 1)
    yield kind("BigTIFF whose page is at 2**64", far, TRUNCATED)


def _sizes() -> Iterator[Kind]:
    yield kind("TIFF of 2**32 by 2**32", tiff(tags(width=2**32 - 1, height=2**32 - 1)), TOO_MANY_PIXELS)
    yield kind("TIFF of no width", tiff(tags(width=0)), CORRUPT)
    yield kind("TIFF of 65535 bits", tiff(tags(bits=65_535)), UNSUPPORTED)
    yield kind("TIFF of 65535 samples", tiff(tags() | {SAMPLES: 65_535}), CORRUPT)
    yield kind("TIFF of 2**32 samples", tiff(tags() | {SAMPLES: 2**32 - 1}), CORRUPT)
    tiles: Tags = {TILE_OFFSETS: 8, TILE_COUNTS: len(GRAY)}
    untiled = {tag: value for tag, value in tags().items() if tag not in {OFFSETS, ROWS, COUNTS}}
    for edge, end in ((2**31, TOO_MANY_PIXELS), (60_000, TOO_MANY_PIXELS), (0, CORRUPT)):
        shape: Tags = {TILE_WIDTH: edge, TILE_HEIGHT: edge}
        yield kind(f"TIFF with tiles of {edge}", tiff(untiled | tiles | shape), end)
        yield kind(f"TIFF with packed tiles of {edge}", tiff(untiled | tiles | shape | {COMPRESSION: DEFLATE}), end)
    yield kind("TIFF with tiles without a size", tiff(untiled | tiles), CORRUPT)
    yield kind("TIFF with 2**32 rows a strip", tiff(tags(rows=2**32 - 1)), IMAGE)
    yield kind("TIFF with no rows a strip", tiff(tags(rows=0)), IMAGE, CORRUPT, TRUNCATED)
    yield kind("TIFF in planes that are not there", tiff(tags() | {PLANAR: 2, SAMPLES: 3, COLORS: 2}), IMAGE, CORRUPT)


def _strips() -> Iterator[Kind]:
    for tag in (OFFSETS, COUNTS, BITS, WIDTH):
        for count in (0, 2**31, 2**32 - 1):
            ends = (IMAGE, CORRUPT, TRUNCATED)
            combined = (f"values of {tag}", f"{count} values")
            yield kind(f"TIFF with tag {tag} of {count} values", claimed(tag, count), *ends, combines=combined)
    yield kind("TIFF with a tag of no type known", claimed(SUB, 2**31, 99), IMAGE)
    yield kind("TIFF with strips of 2**32 bytes", tiff(tags(count=2**32 - 1)), IMAGE)
    yield kind("TIFF with packed strips of 2**32 bytes", tiff(tags(compression=LZW, count=2**32 - 1)), TRUNCATED)
    yield kind("TIFF with strips of no bytes", tiff(tags(count=0)), IMAGE)
    yield kind("TIFF with its strip at 2**32", tiff(tags() | {OFFSETS: 2**32 - 1}), TRUNCATED)
    many = tiff(tags(rows=1) | {OFFSETS: (8,) * 200_000, COUNTS: (40,) * 200_000})
    yield kind("TIFF of 200,000 strips", lambda: many, TOO_COMPLEX)
    yield kind("TIFF of 1000 strips, of which it needs 30", tiff(tags(rows=1) | {OFFSETS: (8,) * 1000}), IMAGE, CORRUPT)


def _packed() -> Iterator[Kind]:
    bomb = zlib.compress(bytes(64 * 2**20), 9)
    yield kind("TIFF with a strip that unpacks to 64 MB", lambda: packed(DEFLATE, bomb), IMAGE, CORRUPT)
    for name in ("tiff_lzw", "tiff_deflate", "packbits", "group3", "group4", "jpeg", "zstd", "lzma"):
        image = pictures.quadrants((40, 30), "1" if name.startswith("group") else "RGB")
        data = pictures.encoded(image, "TIFF", compression=name)
        yield kind(f"TIFF packed by {name}", data, IMAGE)
        large = data.replace(struct.pack("<HHIH", HEIGHT, SHORT, 1, 30), struct.pack("<HHIH", HEIGHT, SHORT, 1, 9000))
        yield kind(f"TIFF packed by {name} with fewer rows than it says", large, CORRUPT, IMAGE)
    compressions = {
        "LZW": LZW,
        "JPEG": JPEG,
        "old JPEG": OLD_JPEG,
        "zstd": ZSTD,
        "LZMA": LZMA,
        "WebP": WEBP,
        "fax": CCITT,
        "bits": PACKBITS,
    }
    for name, number in compressions.items():
        yield kind(f"TIFF with {name} of nonsense", packed(number, bytes(range(256)) * 4), CORRUPT, IMAGE, UNSUPPORTED)
    for number in (0, 9, 99, 34_712, 65_535):
        yield kind(f"TIFF with a compression of {number}", packed(number, GRAY), UNSUPPORTED)
    scans = pictures.encoded(pictures.quadrants((40, 30), "L"), "JPEG", progressive=True)
    place = scans.rindex(b"\xff\xda")
    many = scans[:place] + scans[place:-2] * 2000 + scans[-2:]
    yield kind("TIFF with a JPEG of 2000 scans", packed(JPEG, many), CORRUPT, IMAGE)


def _metadata() -> Iterator[Kind]:
    yield kind("TIFF with a profile of 5 MB", lambda: tiff(tags() | {PROFILE: bytes(5_000_000)}), TOO_MUCH_METADATA)
    yield kind("TIFF with 9 MB of XMP", lambda: tiff(tags() | {XMP: bytes(9_000_000)}), TOO_MUCH_METADATA)
    numbers = tuple(range(300_000))
    yield kind("TIFF with 300,000 numbers in a tag", lambda: tiff(tags() | {SUB: numbers}), TOO_COMPLEX)
    yield kind("TIFF with a profile that is a number", tiff(tags() | {PROFILE: 7}), IMAGE)
    yield kind("TIFF with XMP that is a number", tiff(tags() | {XMP: 7}), IMAGE)
    yield kind("TIFF with an unknown orientation", tiff(tags() | {274: 99}), IMAGE)
    for turn in (0, 5, 2**32 - 1):
        yield kind(f"TIFF turned by {turn}", tiff(tags() | {274: turn}), IMAGE)
    yield kind("TIFF with a resolution of nothing", tiff(tags() | {282: bytes(8), 283: bytes(8)}), IMAGE, CORRUPT)
