"""PNG and APNG: chunks, and what their compressed texts decompress to."""

import zlib
from typing import Literal, NoReturn

from imaging.colorimetry.spaces import of_png
from imaging.errors import ImageRefusedError, Reason, refuse_unsupported
from imaging.formats.binary import byte_at, unpack
from imaging.formats.inspection import Inspected, Inspection, refuse_corrupt
from imaging.formats.png_chunks import PIXELS, Chunk, chunks, has_its_checksum, is_usable, repair

MAX_DECOMPRESSED = 2**20  # bytes of one text or profile: Pillow's own limit, above which it refuses the image
RAW_EXIF = b"Raw profile type exif"  # keyword under which programs wrote EXIF before there was a chunk for it

COLORS = {b"cICP", b"iCCP", b"sRGB", b"gAMA", b"cHRM"}
# A bit in the first byte of the name of each chunk that a decoder may ignore (ISO 15948, 5.4), and the other chunks but IHDR and IDAT.
ANCILLARY, CRITICAL = 0x20, {b"PLTE", b"IEND"}
SIZE_AT = 16  # offset of width and height in the file
COLOR_TYPE, PALETTE = 25, 3  # offset of the color type in the file, and the type that needs a palette


def inspect(data: bytes, inspection: Inspection) -> None:
    """Inspect a PNG up to its last chunk, and find its EXIF block wherever it is.

    A chunk that is damaged is left out of what the decoder gets, if the pixels do not depend on it.
    """
    seen, usable = set[bytes](), list[Chunk]()
    for chunk in chunks(data, inspection):
        if not seen and chunk.name != b"IHDR":
            if chunk.name == b"CgBI":
                refuse_unsupported("A PNG in Apple's own format for iOS apps (CgBI)")
            refuse_corrupt("The PNG does not start with its header.")
        if chunk.name == b"IDAT" and chunk.name in seen:  # most chunks of a file: they say nothing more
            inspection.is_interrupted |= usable[-1].name != b"IDAT"
            usable.append(chunk)
        elif chunk.name == b"tRNS" and not _has_transparency_in_place(data, seen):
            continue
        elif is_usable(data, chunk):
            usable.append(chunk)
            _inspect_usable(data, chunk, seen, inspection)
        elif chunk.name in PIXELS:
            _refuse_checksum(chunk)
    if b"IDAT" not in seen or (byte_at(data, COLOR_TYPE) == PALETTE and b"PLTE" not in seen):
        refuse_corrupt("The PNG lacks its pixels or its palette.")
    colors = [chunk for chunk in reversed(usable) if chunk.name in COLORS]  # of several of a name, the first one counts
    inspection.space = of_png({chunk.name: data[chunk.start : chunk.end] for chunk in colors})
    inspection.repaired = repair(data, usable)
    # Pixels that the file cuts have no checksum, and may be complete.
    inspection.unchecked = [chunk for chunk in usable if chunk.name == b"IDAT" and not chunk.is_cut]


def check_pixels(inspected: Inspected) -> None:
    """Raise ImageRefusedError if a checksum of pixels is wrong: they are read when pixels are, since they are most of the file."""
    for chunk in inspected.unchecked:
        if not has_its_checksum(inspected.data, chunk):
            _refuse_checksum(chunk)


def _has_transparency_in_place(data: bytes, seen: set[bytes]) -> bool:
    """Whether a tRNS counts behind the chunks in seen: the first one, before the pixels and behind a palette that it is for."""
    needed = {b"PLTE"} if byte_at(data, COLOR_TYPE) == PALETTE else set[bytes]()
    return needed <= seen and not seen & {b"IDAT", b"tRNS"}


def _refuse_checksum(chunk: Chunk) -> NoReturn:
    refuse_corrupt(f"The checksum of {chunk.name.decode()}, a part of the PNG with pixels, is wrong.")


def _inspect_usable(data: bytes, chunk: Chunk, seen: set[bytes], inspection: Inspection) -> None:
    """Inspect a chunk, after those in seen, and add it there."""
    name = chunk.name
    if _starts_frame(name, seen):
        inspection.add_frame()
        if name == b"fcTL" and b"IDAT" not in seen:
            _check_first_frame(data, chunk)
    if name not in {b"IDAT", b"fdAT"}:
        _inspect_chunk(data, chunk, inspection)
    if name != b"acTL" or b"IDAT" not in seen:  # behind the pixels it does not make an animation
        seen.add(name)


def _check_first_frame(data: bytes, control: Chunk) -> None:
    """Check that a frame whose pixels are those of the image has its size (PNG, third edition, 11.3.6.2)."""
    if unpack(">4I", data, control.start + 4) != (*unpack(">II", data, SIZE_AT), 0, 0):
        refuse_corrupt("The first frame of the PNG does not have the size of the image.")


def _starts_frame(name: bytes, seen: set[bytes]) -> bool:
    """Whether a chunk starts a frame: each control chunk of an animation does, and pixels before the first one."""
    if name == b"fcTL":
        return b"acTL" in seen
    return name == b"IDAT" and name not in seen and not seen >= {b"acTL", b"fcTL"}


def _inspect_chunk(data: bytes, chunk: Chunk, inspection: Inspection) -> None:
    name, start, end, *_ = chunk
    if name == b"IHDR":
        inspection.add_size(*unpack(">II", data, start))
    elif name == b"eXIf":
        inspection.add_metadata("EXIF", end - start)
        inspection.exif = data[start:end]
    elif name == b"iCCP":
        _decompress(data[start:end].partition(b"\0")[2][1:], "profile", inspection)
    elif name in {b"tEXt", b"zTXt", b"iTXt"}:
        _read_text(name, data[start:end], inspection)
    elif name.isalpha() and not name[0] & ANCILLARY and name not in CRITICAL:
        refuse_unsupported("A PNG with a critical chunk that is not in its standard")
    else:
        inspection.has_manifest |= name == b"caBX"
        inspection.add_metadata("text", end - start)


def _read_text(name: bytes, content: bytes, inspection: Inspection) -> None:
    keyword, _, rest = content.partition(b"\0")
    if name == b"zTXt":
        text = _decompress(rest[1:], "text", inspection)
    elif name == b"iTXt" and rest[:2] == b"\1\0":
        text = _decompress(b"".join(rest[2:].split(b"\0", 2)[2:]), "text", inspection)
    else:
        inspection.add_metadata("text", len(content))
        text = rest
    if keyword == RAW_EXIF and inspection.exif is None:
        inspection.exif = _parse_raw_exif(text, inspection)


def _decompress(content: bytes, kind: Literal["profile", "text"], inspection: Inspection) -> bytes:
    """Return the decompressed content, or nothing if it is broken."""
    inspection.add_metadata(kind, len(content))
    try:
        decompressed = zlib.decompressobj().decompress(content, MAX_DECOMPRESSED + 1)
    except zlib.error:
        return b""
    if len(decompressed) > MAX_DECOMPRESSED:
        message = f"A text or a color profile of the PNG decompresses to more than {MAX_DECOMPRESSED} bytes."
        raise ImageRefusedError(Reason.TOO_MUCH_METADATA, message)
    inspection.add_metadata(kind, len(decompressed))
    return decompressed


def _parse_raw_exif(text: bytes, inspection: Inspection) -> bytes | None:
    """Return the EXIF block in text: after an empty line and its name, its length in bytes, then hexadecimal digits.

    ImageMagick pads the length with spaces, and writes more digits than it states.
    """
    inspection.add_metadata("EXIF", len(text) // 2)
    length, *lines = text.split(b"\n")[2:] or [b""]
    try:
        return bytes.fromhex(b"".join(lines).decode("ascii"))[: int(length)]
    except ValueError:
        return None
