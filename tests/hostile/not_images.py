"""Files that are not images but look like one, and images that are also something else."""

import struct
from collections.abc import Iterator
from random import Random

from imaging.errors import Reason
from tests import pictures
from tests.hostile.kind import (
    CORRUPT,
    EMPTY,
    IMAGE,
    NOT_AN_IMAGE,
    TOO_LONG_AN_EDGE,
    TOO_MANY_BYTES,
    TRUNCATED,
    UNSUPPORTED,
    Kind,
    kind,
)

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><text>'
XXE = b'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY file SYSTEM "file:///etc/passwd">]>' + SVG + b"&file;</text></svg>"
LAUGHS = b'<!DOCTYPE svg [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>' + SVG + b"&b;</text></svg>"
SCRIPT = b"<script>alert(1)</script>"


def noise(size: int) -> bytes:
    """Return that many bytes, always the same."""
    return Random(size).randbytes(size)  # noqa: S311 - they keep no secret


# Images whose format is named, though it is not decoded.
OTHER_FORMATS = {
    *("an SVG with a script", "an EPS", "an EPS with a preview", "a Windows metafile", "an icon", "a cursor"),
    *("Photoshop's own", "a FITS", "JPEG 2000", "JPEG 2000 without a container", "JPEG XL", "JPEG XL in a container"),
    *("a PPM", "a PCX", "an SGI", "a DDS", "an enhanced metafile", "an SVG that asks for a file", "an SVG that grows"),
}
STRANGERS = {
    "an SVG with a script": SVG + b"</text></svg>",
    "an SVG that asks for a file": XXE,
    "an SVG that grows": LAUGHS,
    "an EPS": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\nshowpage",
    "an EPS with a preview": b"\xc5\xd0\xd3\xc6" + bytes(28),
    "PostScript that runs a program": b"%!PS\n(%pipe%id) (r) file",
    "a PDF": b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj",
    "a PDF before a JPEG": b"%PDF-1.4\n" + pictures.examples()["JPEG"],
    "a Windows metafile": b"\xd7\xcd\xc6\x9a" + bytes(40),
    "an enhanced metafile": b"\1\0\0\0" + bytes(36) + b" EMF" + bytes(40),
    "a program for Linux": b"\x7fELF\2\1\1" + bytes(57),
    "a program for Windows": b"MZ\x90\0" + bytes(60),
    "a program for macOS": b"\xcf\xfa\xed\xfe" + bytes(28),
    "a class of Java": b"\xca\xfe\xba\xbe\0\0\0\x34",
    "WebAssembly": b"\0asm\1\0\0\0",
    "a shell script": b"#!/bin/sh\nid\n",
    "a page": b"<!doctype html>" + SCRIPT,
    "a program in PHP": b"<?php system($_GET[0]);",
    "XML": b'<?xml version="1.0"?><a/>',
    "JSON": b'{"a": 1}',
    "plain text": b"This is no picture. " * 50,
    "text that begins as a bitmap does": b"BMW builds cars, and other things that move about.",
    "text of 16 bits": "\ufeffThis is no picture.".encode("utf-16-le"),
    "a ZIP": b"PK\3\4" + bytes(40),
    "a tar": b"file".ljust(257, b"\0") + b"ustar\x0000" + bytes(247),
    "gzip": b"\x1f\x8b\x08\0" + bytes(20),
    "an icon": pictures.encoded(pictures.quadrants(), "ICO"),
    "a cursor": b"\0\0\2\0\1\0" + bytes(40),
    "Photoshop's own": b"8BPS\0\1" + bytes(20),
    "a TGA": pictures.encoded(pictures.quadrants(), "TGA"),
    "a FITS": b"SIMPLE  =                    T".ljust(2880),
    "JPEG 2000": pictures.encoded(pictures.quadrants(), "JPEG2000"),
    "JPEG 2000 without a container": b"\xff\x4f\xff\x51" + bytes(40),
    "JPEG XL": b"\xff\x0a" + bytes(40),
    "JPEG XL in a container": b"\0\0\0\x0cJXL \r\n\x87\n" + bytes(40),
    "a PPM": pictures.encoded(pictures.quadrants(), "PPM"),
    "a PCX": pictures.encoded(pictures.quadrants(), "PCX"),
    "an SGI": pictures.encoded(pictures.quadrants(), "SGI"),
    "a DDS": pictures.encoded(pictures.quadrants(), "DDS"),
    "an XBM": b"#define a_width 8\n#define a_height 8\nstatic char a_bits[] = {0};",
    "a film": b"\0\0\0\x18ftypisom\0\0\2\0isommp42" + bytes(40),
    "a film of AVI": b"RIFF\xff\0\0\0AVI LIST" + bytes(40),
    "sound": b"RIFF\xff\0\0\0WAVEfmt " + bytes(40),
    "a GIF of a version that never was": b"GIF88a" + pictures.examples()["GIF"][6:],
    "a PNG without its first byte, which distinguishes it from text": b"PNG\r\n\x1a\n" + pictures.examples()["PNG"][8:],
    "a TIFF in an order of bytes that is none": b"IM*\0" + pictures.examples()["TIFF"][4:],
    "one byte": b"\xff",
    "zeros": bytes(10_000),
    "noise": noise(10_000),
    "text and then a PNG": b"\n" + pictures.examples()["PNG"],
}

BEGINNINGS = {
    "JPEG": b"\xff\xd8\xff",
    "PNG": pictures.PNG,
    "WebP": b"RIFF\x40\0\0\0WEBP",
    "GIF": b"GIF89a",
    "TIFF": b"II*\0",
    "BigTIFF": b"MM\0+",
    "BMP": b"BM" + bytes(12) + b"\x28\0\0\0",
}


def kinds() -> Iterator[Kind]:
    """Yield the kinds."""
    yield kind("nothing", b"", EMPTY)
    yield kind("26 MB", lambda: pictures.examples()["PNG"] + bytes(26 * 2**20), TOO_MANY_BYTES)
    for name, data in STRANGERS.items():
        yield kind(name, data, UNSUPPORTED if name in OTHER_FORMATS else NOT_AN_IMAGE)
    for name, data in BEGINNINGS.items():
        yield kind(f"what a {name} begins with, alone", data, TRUNCATED)
        yield kind(f"what a {name} begins with, and zeros", data + bytes(1000), CORRUPT, TRUNCATED)
        yield kind(
            f"what a {name} begins with, and noise",
            data + noise(1000),
            *set(Reason) - {EMPTY, NOT_AN_IMAGE},
        )
    yield from _polyglots()


def _polyglots() -> Iterator[Kind]:
    png, jpeg, gif = (pictures.examples()[name] for name in ("PNG", "JPEG", "GIF"))
    archive = b"PK\5\6" + bytes(18)
    for name, data in pictures.examples().items():
        if " " not in name:
            yield kind(f"a {name} and a ZIP", data + archive, IMAGE, combines=(f"more behind a {name}", "a ZIP"))
            page = data + b"\n<html>" + SCRIPT
            yield kind(f"a {name} and a page", page, IMAGE, combines=(f"more behind a {name}", "a page"))
    yield kind("a JPEG and another", jpeg + jpeg, IMAGE)
    yield kind("a PNG and a program", png + b"\x7fELF" + bytes(99), IMAGE)
    comment = b"/*" + gif[8:10] + gif[10:] + b"*/=1;alert(1)"
    yield kind(
        "a GIF that is JavaScript",
        b"GIF89a" + comment,
        IMAGE,
        TRUNCATED,
        CORRUPT,
        TOO_LONG_AN_EDGE,
    )
    program = b"\xff\xfe" + struct.pack(">H", 30) + b"<?php system('id'); ?>".ljust(28)
    yield kind("a JPEG with PHP in its comment", jpeg[:2] + program + jpeg[2:], IMAGE)
    yield kind(
        "a JPEG that begins as a shell script", jpeg[:2] + b"\xff\xfe\0\x14#!/bin/sh\nid;exit\n" + jpeg[2:], IMAGE
    )
