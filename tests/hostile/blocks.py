"""Blocks of metadata and of structure, damaged at random inside of sound files, whose lengths and checksums stay right.

A change anywhere in a file seldom reaches the reader of a block: a wrong length or checksum ends it before.
"""

import struct
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from random import Random

from PIL.ExifTags import GPS, Base

from tests import pictures
from tests.hostile import heif_files, pngs, tiffs, webps
from tests.hostile.jpegs import put, segment
from tests.hostile.mutations import changed
from tests.imaging.metadata import packets

SIZE = (8, 8)
MOST_IN_SEGMENT = 60_000  # bytes of a block in a segment of a JPEG
EXIF, XMP, EXTENDED = b"Exif\0\0", b"http://ns.adobe.com/xap/1.0/\0", b"http://ns.adobe.com/xmp/extension/\0"
DIGEST = b"0" * 32
IPTC, RESOURCES, PACKET = 0x83BB, 0x8649, 700  # tags of a TIFF
HAS_PROFILE, HAS_EXIF, HAS_XMP = 0x20, 0x08, 0x04  # flags of a WebP
# Words that readers look for, which random bytes never form.
WORDS = (
    *(b"<rdf:li>", b"</rdf:li>", b"<rdf:Bag>", b"<rdf:Alt>", b"</rdf:RDF>", b"<!DOCTYPE a [<!ENTITY b 'c'>]>", b"&b;"),
    *(b"&#0;", b"&amp;", b"<![CDATA[", b"]]>", b"<!--", b"-->", b"<?xml version='1.0' encoding='utf-7'?>", b"\xfe\xff"),
    *(b'xml:lang="x-default"', b'exif:GPSLatitude="91,0N"', b'tiff:Orientation="-1"', b'xmp:CreateDate="0000-00-00"'),
    *(b"1/0", b"0/0", b"-1e999", b"NaN", b"9" * 400, b"\xff\xfe\0\0", b"\xed\xa0\x80", b"\xc0\x80", b"\xe2\x80\xae"),
    *(b"8BIM\x04\x04\0\0", b"\x1c\x02\x05\xff\xff", b"\x1c\x02\x19\0\1a", b"hdrgm:Version", b"Raw profile type exif\0"),
    *(b"II*\0\x08\0\0\0", b"MM\0*\0\0\0\x08", b"acsp", b"mluc", b"desc", b"curv", b"para", b"RGB XYZ "),
)
# Channels and depths of the color types of a PNG.
COLORS = {0: (1, (1, 8, 16)), 2: (3, (8, 16)), 3: (1, (1, 4, 8)), 4: (2, (8, 16)), 6: (4, (8, 16))}
PALETTE = 3
Carry = Callable[[bytes], bytes]


@dataclass(frozen=True)
class Block:
    """A block: the sound ones to damage, and the function that puts one into a file."""

    sound: tuple[bytes, ...]
    carry: Carry


def damaged_block(seed: int) -> bytes:
    """Return a file with one damaged block."""
    random = Random(seed)  # noqa: S311 - it keeps no secret
    known = blocks()
    block = known[random.choice(sorted(known))]
    data = random.choice(block.sound)
    if random.random() < 0.3:
        at = random.randrange(len(data) + 1)
        data = data[:at] + random.choice(WORDS) * random.choice((1, 1, 1, 2, 40)) + data[at:]
    return block.carry(changed(data, random))


@cache
def blocks() -> dict[str, Block]:
    """Return the blocks by name."""
    return {**_of_jpegs(), **_of_pngs(), **_of_webps(), **_of_tiffs(), **_packet_of_gif(), **_structures()}


@cache
def _jpeg() -> bytes:
    return pictures.encoded(pictures.quadrants(SIZE), "JPEG")


def _exifs() -> tuple[bytes, ...]:
    more = pictures.exif(
        {Base.Artist: "a; b", Base.XPTitle: "t".encode("utf-16-le"), Base.XResolution: 300.0, Base.Copyright: "a\0b"},
        {Base.Flash: 1, Base.ISOSpeedRatings: 65535, Base.ISOSpeed: 70000, Base.OffsetTimeOriginal: "+01:00"},
        {
            GPS.GPSAltitude: 1.5,
            GPS.GPSAltitudeRef: b"\1",
            GPS.GPSLatitude: (1.0, 2.0, 3.0),
            GPS.GPSLongitude: (1.0, 2.0),
        },
    )
    found = [packets.ordered(block, order) for block in (packets.camera_block(), more) for order in "<>"]
    return tuple(block.removeprefix(EXIF) for block in found)


def _packets() -> tuple[bytes, ...]:
    elements = packets.several("dc:subject", "one", "two") + packets.in_languages("dc:title", default="a", de="b")
    attributes = 'xmp:CreateDate="2003-08-30T12:34:56Z" photoshop:Credit="a" exif:FNumber="71/10" tiff:Orientation="6"'
    return packets.xmp(elements), packets.xmp(attributes=attributes), packets.xmp(elements).decode().encode("utf-16")


def _records() -> tuple[bytes, ...]:
    values = ((5, "Title"), (25, "one"), (55, "20030830"), (60, "123456+0200"), (80, "Jörg"), (105, "a"), (120, "b"))
    extended = packets.record(5, b"long")[:3] + struct.pack(">HI", 0x8004, 4) + b"long"
    return packets.utf8_records(*values), packets.record(25, b"caf\xe9") + extended


def _profiles() -> tuple[bytes, ...]:
    return pictures.swapped_profile(), pictures.gray_profile(2.2)


def _in_segment(code: int, head: bytes) -> Carry:
    return lambda block: put(segment(code, head + block[:MOST_IN_SEGMENT]), data=_jpeg())


def _of_jpegs() -> dict[str, Block]:
    extending = XMP + packets.xmp(attributes=f'xmpNote:HasExtendedXMP="{DIGEST.decode()}"')

    def extended(block: bytes) -> bytes:
        part = EXTENDED + DIGEST + struct.pack(">II", len(block), 0) + block[:MOST_IN_SEGMENT]
        return put(segment(0xE1, extending), segment(0xE1, part), data=_jpeg())

    resources = tuple(packets.resource(packets.RECORDS, one) + packets.digest(one) for one in _records())
    return {
        "EXIF of a JPEG": Block(_exifs(), _in_segment(0xE1, EXIF)),
        "XMP of a JPEG": Block(_packets(), _in_segment(0xE1, XMP)),
        "extended XMP of a JPEG": Block(_packets(), extended),
        "IPTC of a JPEG": Block(
            _records(),
            lambda one: packets.with_segments(_jpeg(), packets.resource(packets.RECORDS, one[:MOST_IN_SEGMENT])),
        ),
        "resources of a JPEG": Block(resources, lambda one: packets.with_segments(_jpeg(), one[:MOST_IN_SEGMENT])),
        "profile of a JPEG": Block(_profiles(), _in_segment(0xE2, b"ICC_PROFILE\0\1\1")),
        "MPF of a JPEG": Block(
            (pictures.tiff_block([(0xB001, 4, 1, struct.pack("<I", 2)), (0xB002, 7, 32, bytes(32))]),),
            _in_segment(0xE2, b"MPF\0"),
        ),
        "JFIF of a JPEG": Block((b"\1\2\1\0\x48\0\x48\0\0",), _in_segment(0xE0, b"JFIF\0")),
        "Adobe of a JPEG": Block((b"\0\x64\0\0\0\0\1",), _in_segment(0xEE, b"Adobe")),
    }


def _in_chunk(name: bytes, head: bytes = b"", *, packed: bool = False) -> Carry:
    def carry(block: bytes) -> bytes:
        content = zlib.compress(block, 1) if packed else block
        return pngs.png(pngs.header(SIZE), pngs.chunk(name, head + content), pngs.pixels(SIZE))

    return carry


def _raw_profile(kind: bytes) -> Carry:
    """Return what puts a block into a text as ImageMagick writes it."""

    def carry(block: bytes) -> bytes:
        text = b"\n" + kind + b"\n%8d\n" % len(block) + block.hex().encode()
        content = b"Raw profile type " + kind + b"\0\0" + zlib.compress(text, 1)
        return pngs.png(pngs.header(SIZE), pngs.chunk(b"zTXt", content), pngs.pixels(SIZE))

    return carry


def _of_pngs() -> dict[str, Block]:
    texts = (b"Title\0A title", b"Raw profile type exif\0\nexif\n  4\n41424344", b"transparency\0a")
    small = {
        *((b"gAMA", struct.pack(">I", 45455)), (b"cHRM", struct.pack(">8I", *range(30_000, 38_000, 1000)))),
        *(
            (b"cICP", b"\x09\x10\0\1"),
            (b"sRGB", b"\0"),
            (b"pHYs", struct.pack(">IIB", 2835, 2835, 1)),
            (b"tRNS", bytes(6)),
        ),
        *((b"bKGD", bytes(6)), (b"sBIT", b"\5\6\5"), (b"acTL", struct.pack(">II", 2, 0)), (b"caBX", bytes(20))),
        *((b"fcTL", struct.pack(">5IHHBB", 0, *SIZE, 0, 0, 1, 10, 0, 0)), (b"PLTE", bytes(range(12)))),
    }
    return {
        "EXIF of a PNG": Block(_exifs(), _in_chunk(b"eXIf")),
        "EXIF in a text of a PNG": Block(_exifs(), _raw_profile(b"exif")),
        "XMP of a PNG": Block(_packets(), _in_chunk(b"iTXt", b"XML:com.adobe.xmp" + bytes(5))),
        "XMP in a text of a PNG": Block(_packets(), _raw_profile(b"xmp")),
        "profile of a PNG": Block(_profiles(), _in_chunk(b"iCCP", b"a\0\0", packed=True)),
        "text of a PNG": Block(texts, _in_chunk(b"tEXt")),
        "compressed text of a PNG": Block(texts[1:2], _in_chunk(b"zTXt", b"Raw profile type exif\0\0", packed=True)),
        "international text of a PNG": Block(
            (b"Author\0\0\0\0\0A name", b"Title\0\1\0\0\0" + zlib.compress(b"t")), _in_chunk(b"iTXt")
        ),
        **{f"{name.decode()} of a PNG": Block((content,), _in_chunk(name)) for name, content in small},
        **dict(_rows_of_pngs()),
    }


def _rows_of_pngs() -> Iterable[tuple[str, Block]]:
    """Yield headers, palettes and rows of each color type and depth."""
    for colors, (channels, depths) in COLORS.items():
        for depth in depths:
            head = pngs.header(SIZE, depth, colors, interlace=depth == 8)
            palette = (
                pngs.chunk(b"PLTE", bytes(range(48))) + pngs.chunk(b"tRNS", bytes(5)) if colors == PALETTE else b""
            )
            rows = b"".join(bytes([row % 5]) + bytes(SIZE[0] * channels * depth // 8) for row in range(SIZE[1])) * 2

            def carry(block: bytes, start: bytes = head + palette) -> bytes:
                return pngs.png(start, pngs.chunk(b"IDAT", zlib.compress(block, 1)))

            yield f"rows of a PNG of color type {colors}, {depth} bits", Block((rows,), carry)


def _of_webps() -> dict[str, Block]:
    still = pictures.encoded(pictures.quadrants(SIZE), "WEBP")[12:]

    def in_chunk(name: bytes, flag: int) -> Carry:
        return lambda block: webps.riff(webps.canvas(SIZE, flag), webps.chunk(name, block), still)

    return {
        "EXIF of a WebP": Block(_exifs(), in_chunk(b"EXIF", HAS_EXIF)),
        "XMP of a WebP": Block(_packets(), in_chunk(b"XMP ", HAS_XMP)),
        "profile of a WebP": Block(_profiles(), in_chunk(b"ICCP", HAS_PROFILE)),
        "bitstream of a WebP": Block((still[8:],), lambda block: webps.riff(webps.chunk(still[:4], block))),
    }


def _of_tiffs() -> dict[str, Block]:
    def in_tag(tag: int) -> Carry:
        return lambda block: tiffs.tiff({**tiffs.tags(), tag: block})

    resources = tuple(packets.resource(packets.RECORDS, one) for one in _records())
    return {
        "IPTC of a TIFF": Block(_records(), in_tag(IPTC)),
        "resources of a TIFF": Block(resources, in_tag(RESOURCES)),
        "XMP of a TIFF": Block(_packets(), in_tag(PACKET)),
        "profile of a TIFF": Block((pictures.gray_profile(2.2),), in_tag(tiffs.PROFILE)),
    }


def _packet_of_gif() -> dict[str, Block]:
    still = pictures.encoded(pictures.quadrants(SIZE), "GIF")
    at = 13 + 3 * 2 ** (1 + (still[10] & 7))  # behind the header and the table of colors
    head = b"\x21\xff\x0bXMP DataXMP"
    tail = b"\1" + bytes(range(255, -1, -1)) + b"\0"
    return {"XMP of a GIF": Block(_packets()[:2], lambda block: still[:at] + head + block + tail + still[at:])}


def _structures() -> dict[str, Block]:
    """Return the parts of files that say where everything is: the rest keeps its offsets."""
    directory = tiffs.tiff({**tiffs.tags(), tiffs.XMP: PACKET.to_bytes(2)})
    heif = heif_files.File([heif_files.grid(2, 2, (128, 128), (2, 2, 2, 2)), heif_files.tile()]).written()
    examples = pictures.examples()
    return {
        "directory of a TIFF": _part(directory, 8 + len(tiffs.GRAY), len(directory)),
        "directory of a compressed TIFF": _directory(examples["TIFF LZW"]),
        "boxes of a HEIF": _boxes(heif),
        "boxes of a HEIF with alpha": _boxes(examples["HEIF RGBA"]),
        "boxes of an AVIF": _boxes(examples["AVIF RGBA"]),
        "head of a GIF": _part(examples["GIF animated"], 6, 200),
        "head of a BMP": _part(examples["BMP"], 2, 60),
        "head of a WebP": _part(pictures.animation("WEBP", 2), 12, 100),
        "head of a JPEG": _part(_jpeg(), 2, len(_jpeg()) - 40),
        "head of a progressive JPEG": _part(examples["JPEG progressive"], 2, 700),
    }


def _part(file: bytes, start: int, end: int) -> Block:
    """Return a part of a file as a block, which keeps its length in there."""

    def carry(block: bytes) -> bytes:
        return file[:start] + block[: end - start].ljust(end - start, b"\0") + file[end:]

    return Block((file[start:end],), carry)


def _directory(file: bytes) -> Block:
    start = int.from_bytes(file[4:8], "little")
    return _part(file, start, start + 2 + 12 * int.from_bytes(file[start : start + 2], "little") + 4)


def _boxes(file: bytes) -> Block:
    at = file.index(b"meta") - 4
    return _part(file, at, at + int.from_bytes(file[at : at + 4], "big"))
