"""The sequence header of AV1 data, which says what the samples mean where no box does (AV1 specification, 5.5)."""

from contextlib import suppress

from imaging.formats.binary import EndOfDataError, byte_at

SEQUENCE_HEADER = 1  # type of an OBU
HAS_EXTENSION, HAS_SIZE = 4, 2  # flags of an OBU
MAX_OBUS = 8  # a sequence header is one of the first
SELECT = 2  # SELECT_SCREEN_CONTENT_TOOLS
UNSPECIFIED = 2  # a code point of H.273


class _Bits:
    """Numbers of any length in bits, from an offset of data on."""

    def __init__(self, data: bytes, at: int) -> None:
        self._data = data
        self._at = 8 * at

    def read(self, count: int = 1) -> int:
        """Return the next count bits as a number; raises EndOfDataError."""
        start, end = self._at // 8, -(-(self._at + count) // 8)
        if end > len(self._data):
            raise EndOfDataError
        number = int.from_bytes(self._data[start:end], "big") >> (8 * end - self._at - count)
        self._at += count
        return number & (1 << count) - 1

    def skip_if(self, count: int) -> bool:
        """Return the next bit as a flag, and skip count bits behind it if it is set."""
        flag = bool(self.read())
        self.read(count if flag else 0)
        return flag


def code_points(data: bytes) -> tuple[int, int] | None:
    """Return primaries and transfer function, code points of H.273, from AV1 data; None if they have none."""
    at = 0
    with suppress(EndOfDataError):
        for _ in range(MAX_OBUS):
            header = byte_at(data, at)
            at += 2 if header & HAS_EXTENSION else 1
            size, at = _leb128(data, at) if header & HAS_SIZE else (len(data) - at, at)
            if header >> 3 & 15 == SEQUENCE_HEADER:
                return _color_config(_Bits(data, at))
            at += size
    return None


def _leb128(data: bytes, at: int) -> tuple[int, int]:
    """Return a number of up to eight bytes, and the offset behind it."""
    number = 0
    for place in range(8):
        byte = byte_at(data, at + place)
        number |= (byte & 127) << 7 * place
        if byte < 128:  # noqa: PLR2004 - the bit that says that more follows
            return number, at + place + 1
    raise EndOfDataError


def _color_config(bits: _Bits) -> tuple[int, int] | None:
    profile, _, is_reduced = bits.read(3), bits.read(), bits.read()
    if is_reduced:
        bits.read(5)
    else:
        _skip_operating_points(bits)
    width, height = bits.read(4) + 1, bits.read(4) + 1
    bits.read(width + height)
    if not is_reduced:
        bits.skip_if(7)
    bits.read(3)
    if not is_reduced:
        _skip_tools(bits)
    bits.read(3)
    is_deep = bits.read()
    bits.read(int(is_deep and profile == 2) + int(profile != 1))  # noqa: PLR2004 - profile of 12 bits
    return (bits.read(8), bits.read(8)) if bits.read() else None


def _skip_operating_points(bits: _Bits) -> None:
    delay, has_model = 0, False
    if bits.read():
        bits.read(64)
        if bits.read():
            raise EndOfDataError  # frames of equal length: no writer of images sets it
        has_model = bool(bits.read())
        delay = bits.read(5) + 1 if has_model else 0
        bits.read(42 if has_model else 0)
    has_delay = bits.read()
    for _ in range(bits.read(5) + 1):
        bits.read(12)
        bits.read(int(bits.read(5) > 7))  # noqa: PLR2004 - levels above have two tiers
        if has_model:
            bits.skip_if(2 * delay + 1)
        if has_delay:
            bits.skip_if(4)


def _skip_tools(bits: _Bits) -> None:
    bits.read(4)
    has_order = bits.skip_if(2)
    tools = SELECT if bits.read() else bits.read()
    if tools and not bits.read():
        bits.read()
    if has_order:
        bits.read(3)
