"""PNG and APNG: chunks, and what their compressed text unpacks to."""

import zlib
from collections.abc import Iterator
from typing import Literal

from imaging.errors import ImageRefusedError, Reason
from imaging.formats.binary import byte_at, unpack
from imaging.formats.inspection import Inspection, refuse_corrupt, refuse_truncated

MAX_DECOMPRESSED = 2**20  # bytes of one text or profile: Pillow's own bound, beyond which it refuses the picture
RAW_EXIF = b"Raw profile type exif"  # under this keyword programs wrote EXIF before there was a chunk for it

COLOR_TYPE, PALETTE = 25, 3  # where the kind of colours stands in the file, and the kind that needs a palette

Chunk = tuple[bytes, int, int]  # name, start and end of its content


def inspect(data: bytes, survey: Inspection) -> None:
    """Survey a PNG to its last chunk, and find its EXIF block wherever it stands."""
    seen: set[bytes] = set()
    for chunk in _chunks(data, survey):
        name = chunk[0]
        if not seen and name != b"IHDR":
            refuse_corrupt("The PNG does not begin with its header.")
        if _starts_frame(name, seen):
            survey.add_frame()
        if name not in {b"IDAT", b"fdAT"}:
            _inspect_chunk(data, chunk, survey)
        if name != b"acTL" or b"IDAT" not in seen:  # behind the pixels it does not make an animation
            seen.add(name)
    if b"IDAT" not in seen or (byte_at(data, COLOR_TYPE) == PALETTE and b"PLTE" not in seen):
        refuse_corrupt("The PNG lacks its pixels or its palette.")


def _chunks(data: bytes, survey: Inspection) -> Iterator[Chunk]:
    at, name = 8, b""
    while name != b"IEND":
        length, name = unpack(">I4s", data, at)
        start, at = at + 8, at + length + 12
        if at > len(data):
            refuse_truncated()
        survey.add_parts()
        yield name, start, at - 4


def _starts_frame(name: bytes, seen: set[bytes]) -> bool:
    """Tell whether a chunk begins a frame: in an animation each control does, and pixels that stand before them all."""
    if name == b"fcTL":
        return b"acTL" in seen
    return name == b"IDAT" and name not in seen and not seen >= {b"acTL", b"fcTL"}


def _inspect_chunk(data: bytes, chunk: Chunk, survey: Inspection) -> None:
    name, start, end = chunk
    if name == b"IHDR":
        survey.add_size(*unpack(">II", data, start))
    elif name == b"eXIf":
        survey.add_metadata("EXIF", end - start)
        survey.exif = data[start:end]
    elif name == b"iCCP":
        _decompress(data[start:end].partition(b"\0")[2][1:], "profile", survey)
    elif name in {b"tEXt", b"zTXt", b"iTXt"}:
        _read_text(name, data[start:end], survey)
    else:
        survey.add_metadata("text", end - start)


def _read_text(name: bytes, content: bytes, survey: Inspection) -> None:
    keyword, _, rest = content.partition(b"\0")
    if name == b"zTXt":
        text = _decompress(rest[1:], "text", survey)
    elif name == b"iTXt" and rest[:2] == b"\1\0":
        text = _decompress(b"".join(rest[2:].split(b"\0", 2)[2:]), "text", survey)
    else:
        survey.add_metadata("text", len(content))
        text = rest
    if keyword == RAW_EXIF and survey.exif is None:
        survey.exif = _parse_raw_exif(text, survey)


def _decompress(content: bytes, kind: Literal["profile", "text"], survey: Inspection) -> bytes:
    """Return what content unpacks to, which is nothing if it is broken."""
    survey.add_metadata(kind, len(content))
    try:
        unpacked = zlib.decompressobj().decompress(content, MAX_DECOMPRESSED + 1)
    except zlib.error:
        return b""
    if len(unpacked) > MAX_DECOMPRESSED:
        message = f"Text or a colour profile in the PNG unpacks to more than {MAX_DECOMPRESSED} bytes."
        raise ImageRefusedError(Reason.TOO_MUCH_METADATA, message)
    survey.add_metadata(kind, len(unpacked))
    return unpacked


def _parse_raw_exif(text: bytes, survey: Inspection) -> bytes | None:
    """Return the EXIF block that text tells in hexadecimal, below a line for its name and one for its length."""
    survey.add_metadata("EXIF", len(text) // 2)
    try:
        return bytes.fromhex(b"".join(text.split(b"\n")[3:]).decode("ascii"))
    except ValueError:
        return None
