"""The limits: a file that announces more is refused before anything is decoded."""

import struct
from dataclasses import replace

import pytest
from PIL import Image, ImageFile

from imaging.decoding.picture import open_picture
from imaging.errors import ImageRefusedError, Reason
from tests import pictures
from tests.imaging.limits import LIMITS

LARGE = 60_000  # pixels: an edge above any limit


def refusal(data: bytes) -> Reason:
    """Return why data cannot be opened."""
    with pytest.raises(ImageRefusedError) as rejected:
        open_picture(data, LIMITS)
    return rejected.value.reason


def with_size(data: bytes, marker: bytes, offset: int, form: str) -> bytes:
    """Return data with a huge width and height written at offset behind its first marker."""
    at = data.index(marker) + offset
    size = struct.pack(form, LARGE, LARGE)
    return data[:at] + size + data[at + len(size) :]


# Files of a few bytes that announce 3,600 million pixels.
BOMBS = {
    "JPEG": with_size(pictures.examples()["JPEG"], b"\xff\xc0", 5, ">HH"),
    "JPEG progressive": with_size(pictures.examples()["JPEG progressive"], b"\xff\xc2", 5, ">HH"),
    "PNG": pictures.png((LARGE, LARGE), b""),
    "GIF": with_size(pictures.examples()["GIF"], b"GIF8", 6, "<HH"),
    "BMP": with_size(pictures.examples()["BMP"], b"BM", 18, "<ii"),
    "TIFF": pictures.tiff_block([(tag, 4, 1, struct.pack("<I", LARGE)) for tag in (256, 257, 273)]),
    "WEBP": pictures.webp_canvas(16_384),
}


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_are_refused_by_their_header(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that announces too many pixels is refused before any is decoded."""
    monkeypatch.delattr(ImageFile.ImageFile, "load")
    assert refusal(BOMBS[name]) == Reason.TOO_MANY_PIXELS


@pytest.mark.parametrize("edge", [7_100, 10_000, 14_000, 40_000])
def test_limit_of_this_project_applies_before_pillows(edge: int) -> None:
    """Just over our limit, where Pillow would only warn or would raise, the reason is the same."""
    assert refusal(pictures.png((edge, edge), b"")) == Reason.TOO_MANY_PIXELS


def test_a_heif_is_limited_by_its_decoded_size() -> None:
    """A HEIF that shows a part of a large image has as many pixels as the large one."""
    data = pictures.encoded(pictures.quadrants((399, 299)), "HEIF")  # not a multiple of 8, so that a part is shown
    at = data.index(b"clap") + 4
    shown = struct.pack(">4I", 60, 1, 40, 1)
    data = data[:at] + shown + data[at + len(shown) :]
    assert open_picture(data, LIMITS).size == (60, 40)
    with pytest.raises(ImageRefusedError) as rejected:
        open_picture(data, replace(LIMITS, max_pixels=399 * 299 - 1))
    assert rejected.value.reason == Reason.TOO_MANY_PIXELS


def test_a_long_thin_image_is_refused() -> None:
    """An image of few pixels may have too long an edge."""
    width = LIMITS.max_edge + 1
    assert refusal(pictures.encoded(Image.new("L", (width, 1)), "PNG")) == Reason.TOO_LONG_AN_EDGE
    assert open_picture(pictures.encoded(Image.new("L", (width - 1, 1)), "PNG"), LIMITS).size == (width - 1, 1)


@pytest.mark.parametrize("format_name", ["GIF", "WEBP", "PNG", "TIFF"])
def test_frames_are_counted_up_to_the_limit(format_name: str) -> None:
    """The largest allowed number of frames passes, and one more does not."""
    for frames in (1, 2, LIMITS.max_frames):
        assert open_picture(pictures.animation(format_name, frames), LIMITS).frames == frames
    assert refusal(pictures.animation(format_name, LIMITS.max_frames + 1)) == Reason.TOO_MANY_FRAMES


def test_a_tiff_is_not_counted_to_its_end() -> None:
    """Pages beyond the limit are not read, since Pillow takes quadratic time to count them."""
    data = bytearray(pictures.animation("TIFF", LIMITS.max_frames + 1))
    at = last_pointer(data)
    data[at : at + 4] = struct.pack("<I", len(data) + 1000)  # the offset of the next page, which is not read
    assert refusal(bytes(data)) == Reason.TOO_MANY_FRAMES


def last_pointer(data: bytes | bytearray) -> int:
    """Return the offset of the pointer that ends the directories of a TIFF."""
    at = 4
    while following := struct.unpack_from("<I", data, at)[0]:
        (entries,) = struct.unpack_from("<H", data, following)
        at = following + 2 + 12 * entries
    return at


@pytest.mark.parametrize("most", [10_000, 250_000_000])
def test_a_jpeg_of_200_megapixels_is_decoded_where_it_is_allowed(most: int) -> None:
    """Phones make them; they are decoded at an eighth of their edges. Pillow's own limit is lower."""
    data = bytearray(pictures.encoded(Image.new("L", (16_384, 16)), "JPEG"))
    limits = replace(LIMITS, max_pixels=most, max_edge=20_000)
    if most < 16_384 * 16:
        with pytest.raises(ImageRefusedError) as refused:
            open_picture(bytes(data), limits)
        assert refused.value.reason == Reason.TOO_MANY_PIXELS
        return
    at = data.index(b"\xff\xc0") + 5
    data[at : at + 2] = (12_288).to_bytes(2, "big")  # rows that are not there: only the header is read
    assert open_picture(bytes(data), limits).size == (16_384, 12_288)
