"""Files that lack pixels are never accepted, and files that lack nothing but a mark of their end are."""

import random
import struct
import zlib
from collections.abc import Callable
from functools import cache
from io import BytesIO

import pytest
from PIL import Image, ImageChops, JpegImagePlugin

from imaging.decoding import codecs
from imaging.decoding.decode import decode
from imaging.decoding.decoder_errors import MalformedFileError
from imaging.decoding.decoders import decoder_guard
from imaging.decoding.picture import open_picture
from imaging.errors import ImageRefusedError, Reason
from imaging.formats import FORMATS, gif
from imaging.formats.jpeg import END_OF_IMAGE, SCAN, segments
from tests import pictures
from tests.hostile import pngs
from tests.imaging.limits import LIMITS
from tests.imaging.png_writer import DEPTHS, RGB, drawing

JPEGS: dict[str, dict[str, object]] = {
    "baseline": {},
    "gray": {},
    "CMYK": {},
    "restarts": {"restart_marker_blocks": 3},
    "4:4:4": {"subsampling": "4:4:4"},
    "progressive": {"progressive": True},
    "progressive restarts": {"progressive": True, "restart_marker_rows": 1},
}
MODES = {"gray": "L", "CMYK": "CMYK"}


def noisy(mode: str = "RGB") -> Image.Image:
    """Draw an image with detail in every block, the same in every run."""
    grays = random.Random(20).randbytes(160 * 120)  # noqa: S311 - no secret
    noise = Image.frombytes("L", (160, 120), grays).resize((320, 240), Image.Resampling.BICUBIC)
    return Image.merge("RGB", (noise, noise.rotate(180), Image.radial_gradient("L").resize(noise.size))).convert(mode)


@cache
def jpeg(name: str) -> bytes:
    """Encode such an image as one of JPEGS."""
    return pictures.encoded(noisy(MODES.get(name, "RGB")), "JPEG", quality=90, **JPEGS[name])


def refusal(data: bytes) -> Reason | None:
    """Return why data is refused when all of it is decoded, None if it is accepted."""
    try:
        decode(open_picture(data, LIMITS), wanted=(1, 1), all_scans=True)
    except ImageRefusedError as refused:
        return refused.reason
    return None


@pytest.mark.parametrize("name", JPEGS)
def test_a_sound_jpeg_is_accepted(name: str) -> None:
    """Every kind of JPEG that a writer at hand writes is sound."""
    assert refusal(jpeg(name)) is None


@pytest.mark.parametrize("share", [0.3, 0.5, 0.9, 0.97])
@pytest.mark.parametrize("name", JPEGS)
def test_a_jpeg_that_ends_early_is_truncated(name: str, share: float) -> None:
    """Also if a marker claims that the image ends there, so that libjpeg fills the rest with gray and only warns."""
    half = jpeg(name)[: int(len(jpeg(name)) * share)]
    assert refusal(half) == Reason.TRUNCATED
    assert refusal(half + END_OF_IMAGE) == Reason.TRUNCATED


@pytest.mark.parametrize("name", JPEGS)
@pytest.mark.parametrize("cut", [1, 2])
def test_a_jpeg_may_lack_the_marker_of_its_end(name: str, cut: int) -> None:
    """Every pixel is there, and it is the same as with the marker."""
    whole, cut_short = (decode(open_picture(data, LIMITS)).image for data in (jpeg(name), jpeg(name)[:-cut]))
    assert ImageChops.difference(whole, cut_short).getbbox() is None
    assert refusal(jpeg(name)[:-cut]) is None


@pytest.mark.parametrize("name", JPEGS)
def test_zeros_in_place_of_data_are_corrupt(name: str) -> None:
    """A file that a broken transfer filled up with zeros is not accepted, though its end is there."""
    data = jpeg(name)
    assert refusal(data[: len(data) // 2] + bytes(len(data) // 2) + END_OF_IMAGE) in {Reason.CORRUPT, Reason.TRUNCATED}


def test_a_jpeg_that_lacks_a_scan_is_truncated() -> None:
    """Each scan is whole, but libjpeg takes the coefficients of a missing one for zeros, and warns of nothing."""
    data = jpeg("progressive")
    starts = [segment.start for segment in segments(data) if segment.marker == SCAN]
    for start in starts[1:]:
        assert refusal(data[:start] + END_OF_IMAGE) == Reason.TRUNCATED
        assert refusal(data[:start]) == Reason.TRUNCATED


@pytest.mark.parametrize("padding", [b"\0", b"\xff\xff\xff", bytes(12)])
def test_a_few_bytes_before_the_end_of_a_jpeg_are_no_damage(padding: bytes) -> None:
    """Some cameras pad the data of a scan; libjpeg warns of that, but every pixel is there."""
    assert refusal(jpeg("baseline")[:-2] + padding + END_OF_IMAGE) is None


def test_headers_that_libjpeg_warns_of_are_no_damage() -> None:
    """The version in a JFIF header does not touch a pixel."""
    data = jpeg("baseline")
    at = data.index(b"JFIF\0") + 5
    assert refusal(data[:at] + b"\7\7" + data[at + 2 :]) is None


@pytest.mark.parametrize("rows", [1, 3, 29])
@pytest.mark.parametrize("interlace", [0, 1])
def test_a_png_whose_data_have_too_few_rows_is_truncated(rows: int, interlace: int) -> None:
    """The compressed data are whole and have their checksum, but are too short."""
    data = zlib.compress(bytes(1 + 3 * 40) * rows)
    file = pngs.png(pngs.header((40, 90), interlace=interlace), pngs.chunk(b"IDAT", data))
    assert refusal(file) == Reason.TRUNCATED


@pytest.mark.parametrize("interlaced", [False, True])
@pytest.mark.parametrize("cut", [1, 4, 7, 11, 12, 13, 16])
def test_a_png_may_lack_its_end(cut: int, *, interlaced: bool) -> None:
    """Without the last chunk, and without the checksums before it, every pixel is there."""
    drawn = drawing(RGB, 8)
    image = decode(open_picture(drawn.write(interlaced=interlaced)[:-cut], LIMITS)).image
    assert ImageChops.difference(image.convert("RGB"), drawn.pixels().convert("RGB")).getbbox() is None
    assert refusal(drawn.write(interlaced=interlaced)[:-cut]) is None


def with_stream(data: bytes, change: Callable[[bytes], bytes], *behind: bytes) -> bytes:
    """Return a PNG whose compressed pixels are changed, with a right checksum, and with more chunks behind them."""
    at = data.index(b"IDAT")
    end = at + 4 + int.from_bytes(data[at - 4 : at], "big")
    return data[: at - 4] + b"".join([pngs.chunk(b"IDAT", change(data[at + 4 : end])), *behind]) + data[end + 4 :]


@pytest.mark.parametrize("interlaced", [False, True], ids=["rows", "interlaced"])
@pytest.mark.parametrize(("color_type", "depth"), [(kind, depth) for kind in DEPTHS for depth in DEPTHS[kind]])
def test_the_pixels_of_a_png_have_a_sum_of_their_own(color_type: int, depth: int, *, interlaced: bool) -> None:
    """If it is wrong, the pixels are not those that were compressed; without it, all are there."""
    data = drawing(color_type, depth).write(interlaced=interlaced)
    assert refusal(with_stream(data, lambda stream: stream[:-1] + bytes([stream[-1] ^ 1]))) == Reason.CORRUPT
    cut = open_picture(with_stream(data, lambda stream: stream[:-4]), LIMITS)
    assert decode(cut).image.tobytes() == decode(open_picture(data, LIMITS)).image.tobytes()


@pytest.mark.parametrize("left", range(6))
def test_a_text_behind_pixels_without_their_sum_is_read(left: int) -> None:
    """Whoever looked for the sum leaves the text to Pillow; what is behind the sum is ignored."""
    data = with_stream(drawing(RGB, 8).write(), lambda s: (s + b"?")[: len(s) - 4 + left], pngs.chunk(b"tEXt", b"A\0b"))
    assert decode(open_picture(data, LIMITS)).image.info["A"] == "b"


@pytest.mark.parametrize("cut", [60, 200, 400])
def test_a_png_that_ends_within_its_pixels_is_truncated(cut: int) -> None:
    """The rows that are there are not enough."""
    assert refusal(drawing(RGB, 8).write()[:-cut]) == Reason.TRUNCATED


@pytest.mark.parametrize(
    "name", [b"tEXt", b"iTXt", b"zTXt", b"tIME", b"eXIf", b"iCCP", b"pHYs", b"gAMA", b"prIV", b"acTL"]
)
def test_a_chunk_without_pixels_may_be_damaged(name: bytes) -> None:
    """A chunk with a wrong checksum is ignored, before and behind the pixels, and the image is the same."""
    damaged = struct.pack(">I", 9) + name + b"Comment\0x" + b"\0\0\0\0"
    drawn = drawing(RGB, 8)
    first = drawn.write(damaged)
    last = drawn.write()[:-12] + damaged + drawn.write()[-12:]
    for data in (first, last):
        image = decode(open_picture(data, LIMITS)).image
        assert ImageChops.difference(image.convert("RGB"), drawn.pixels().convert("RGB")).getbbox() is None


@pytest.mark.parametrize("name", [b"pHYs", b"gAMA", b"cHRM", b"sRGB", b"cICP", b"zTXt"])
@pytest.mark.parametrize("content", [b"", b"\0", b"Key\0\7text"])
def test_a_chunk_without_pixels_may_be_malformed(name: bytes, content: bytes) -> None:
    """A chunk of a wrong length, or in an unknown compression, is ignored."""
    assert refusal(drawing(RGB, 8).write(pngs.chunk(name, content))) is None


@pytest.mark.parametrize("name", [b"IHDR", b"PLTE", b"tRNS", b"IDAT"])
def test_a_chunk_with_pixels_must_not_be_damaged(name: bytes) -> None:
    """A wrong checksum of what decides the pixels means that they may be wrong."""
    data = bytearray(drawing(3, 4, clear=3).write())
    at = data.index(name)
    (length,) = struct.unpack_from(">I", data, at - 4)
    data[at + 4 + length] ^= 1
    assert refusal(bytes(data)) == Reason.CORRUPT


@pytest.mark.parametrize("damaged", [0, 1, 2])
def test_each_part_of_the_pixels_has_its_checksum(damaged: int) -> None:
    """Pixels in several chunks are refused if any checksum is wrong; what needs no pixels is read."""
    data = drawing(RGB, 8).write()
    at = data.index(b"IDAT") - 4
    (length,) = struct.unpack_from(">I", data, at)
    content = data[at + 8 : at + 8 + length]
    parts = [bytearray(pngs.chunk(b"IDAT", part)) for part in (content[:5], content[5:9], content[9:])]
    parts[damaged][-1] ^= 1
    changed = data[:at] + b"".join(parts) + data[at + 12 + length :]
    assert open_picture(changed, LIMITS).size == drawing(RGB, 8).pixels().size
    assert refusal(changed) == Reason.CORRUPT


@pytest.mark.parametrize("interlace", [0, 1])
@pytest.mark.parametrize("blocks", [0, 1, 10, 40])
def test_a_gif_whose_data_end_early_is_truncated(blocks: int, interlace: int) -> None:
    """The chain of sub-blocks is closed and the trailer is there, but pixels are missing."""
    data = pictures.encoded(noisy("L"), "GIF", interlace=interlace)
    at = start = _first_sub_block(data)
    for _ in range(blocks):
        at += data[at] + 1
    assert refusal(data[:at] + b"\0;") == Reason.TRUNCATED
    assert refusal(data) is None
    assert start < len(data)


def _first_sub_block(data: bytes) -> int:
    at = 13 + 3 * (2 << (data[10] & 7))
    while data[at] != gif.IMAGE:
        at += 8 if data[at + 1] == 0xF9 else 1
    return at + 11 + (3 * (2 << (data[at + 9] & 7)) if data[at + 9] & 0x80 else 0)


@pytest.mark.parametrize("compression", ["group3", "group4", "tiff_ccitt"])
def test_damaged_fax_data_are_corrupt(compression: str) -> None:
    """Their decoder reports a wrong line and goes on."""
    data = pictures.encoded(noisy().convert("1"), "TIFF", compression=compression)
    start = len(data) // 3
    assert refusal(data) is None
    assert refusal(data[:start] + b"\x55\xaa\x00" * 300 + data[start + 900 :]) == Reason.CORRUPT


def test_a_jpeg_for_which_libjpeg_gets_too_little_memory_is_too_complex() -> None:
    """Pillow reports it as broken data. A progressive JPEG needs 3 bytes and more for each pixel, at any scale."""
    with pytest.raises(ImageRefusedError) as refused:
        decode_without_memory()
    assert refused.value.reason == Reason.TOO_COMPLEX


def decode_without_memory() -> None:
    """Do what libjpeg and Pillow do where memory is lacking: one states the number of an error, the other raises its own."""
    with decoder_guard(FORMATS["JPEG"]), codecs.watched():
        codec = Image.DECODERS["jpeg"]("RGB", "RGB", "", 1, 0)
        error = codecs._state(codec).context.contents.error.contents  # noqa: SLF001 - libjpeg writes the number there
        texts = range(1, error.last_text)
        error.message = next(n for n in texts if error.texts[n].startswith(codecs.NO_MEMORY))
        raise OSError("broken data stream when reading image file")


def test_codecs_of_pillow_are_as_they_were() -> None:
    """After an image, Pillow's own codecs are in place, also if it was refused; nothing keeps the watched ones."""
    listeners = dict(codecs._LISTENERS)  # noqa: SLF001 - they would keep every warning
    for data in (jpeg("baseline"), jpeg("baseline")[:-900] + END_OF_IMAGE):
        refusal(data)
    assert not Image.DECODERS.keys() & {"zip", "gif", "jpeg"}
    assert listeners == codecs._LISTENERS  # noqa: SLF001


def test_another_pillow_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the structures of its decoders are others, no image is decoded: a wrong one could pass."""
    monkeypatch.setattr(codecs, "_has_structures", lambda: False)
    with pytest.raises(RuntimeError, match="other structures"):
        refusal(jpeg("baseline"))


def test_the_warnings_of_libjpeg_are_heard() -> None:
    """The text of the first one decides between truncated and corrupt."""
    data = jpeg("baseline")[:-900] + END_OF_IMAGE
    image = JpegImagePlugin.JpegImageFile(BytesIO(data))
    with pytest.raises(MalformedFileError, match="truncated"), codecs.watched():
        image.load()


def test_pixels_of_a_png_behind_another_chunk_are_not_called_truncated() -> None:
    """Its parts with pixels have to follow each other (ISO 15948, 5.6); where all pixels are in the first ones, it is an image."""
    head, stream, text = pngs.header((4, 3)), zlib.compress(bytes(range(13)) * 3), pngs.chunk(b"tEXt", b"a\0b")
    first, last = (pngs.chunk(b"IDAT", part) for part in (stream[:8], stream[8:]))
    with pytest.raises(ImageRefusedError, match="between those with pixels") as refused:
        decode(open_picture(pngs.png(head, first, text, last), LIMITS))
    assert refused.value.reason == Reason.CORRUPT
    whole = pngs.png(head, first, last, text, pngs.chunk(b"IDAT", b""))
    assert decode(open_picture(whole, LIMITS)).image.size == (4, 3)


def test_an_animated_png_whose_first_frame_is_smaller_is_corrupt() -> None:
    """Its pixels are those of the image, so it must have that size; no browser shows it."""
    head, content = pngs.header((4, 3)), pngs.chunk(b"IDAT", zlib.compress(bytes(13 * 3)))
    start = pngs.chunk(b"acTL", struct.pack(">II", 1, 0))
    for size, is_sound in (((4, 3, 0, 0), True), ((2, 3, 0, 0), False), ((4, 3, 1, 0), False)):
        control = pngs.chunk(b"fcTL", struct.pack(">5I2H2B", 0, *size, 1, 10, 0, 0))
        data = pngs.png(head, start, control, content)
        if is_sound:
            assert decode(open_picture(data, LIMITS)).image.size == (4, 3)
        else:
            with pytest.raises(ImageRefusedError, match="The first frame"):
                open_picture(data, LIMITS)
