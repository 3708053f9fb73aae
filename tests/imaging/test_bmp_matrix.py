"""BMPs of each header, bit depth and color mask: the pixels that the format gives them, and their colors."""

import struct

import pytest
from PIL import Image, ImageChops, ImageCms, ImageStat

from imaging.decoding.decode import decode
from imaging.decoding.picture import open_picture
from imaging.errors import ImageRefusedError, Reason
from imaging.formats.inspectors import inspect_file
from imaging.rendering.rendition import render, resize_to_edges
from imaging.rendering.resampling import make_raster
from tests import pictures
from tests.hostile import bmps
from tests.imaging.limits import LIMITS

CORE, INFO, V4, V5 = 12, 40, 108, 124
RGB, BITFIELDS = 0, 3
CALIBRATED, SRGB, EMBEDDED = 0, 0x73524742, 0x4D424544
MASKS = {
    "555": (16, (0x7C00, 0x3E0, 0x1F, 0)),
    "565": (16, (0xF800, 0x7E0, 0x1F, 0)),
    "888": (32, (0xFF0000, 0xFF00, 0xFF, 0)),
    "8888": (32, (0xFF0000, 0xFF00, 0xFF, 0xFF000000)),
    "BGR": (32, (0xFF, 0xFF00, 0xFF0000, 0)),
    "4444": (16, (0xF00, 0xF0, 0xF, 0xF000)),
    "1010102": (32, (0x3FF00000, 0xFFC00, 0x3FF, 0)),
}
SIZE = (13, 7)

Color = tuple[int, int, int, int]


def colors() -> list[list[Color]]:
    """Draw colors of every level, opaque on the left."""
    return [[(x * 20, y * 36, 255 - x * 15, 255 if x < 6 else 102) for x in range(SIZE[0])] for y in range(SIZE[1])]


def place(value: int, mask: int) -> tuple[int, int]:
    """Return the bits of a channel of 8 bits under a mask, and the 8 bits that are left of it."""
    if not mask:
        return 0, 255
    shift, most = (mask & -mask).bit_length() - 1, mask // (mask & -mask)
    level = (value * most + 127) // 255
    return level << shift, level * 255 // most


def bmp(
    header: int, kind: str, *, top_down: bool = False, more: bytes = b"", space: int = SRGB
) -> tuple[bytes, Image.Image]:
    """Return a BMP and its pixels."""
    bits, masks = MASKS[kind]
    expected, rows = Image.new("RGBA", SIZE), []
    for y, row in enumerate(colors()):
        packed = b""
        for x, pixel in enumerate(row):
            parts = [place(value, mask) for value, mask in zip(pixel, masks, strict=True)]
            packed += sum(part for part, _ in parts).to_bytes(bits // 8, "little")
            red, green, blue, alpha = (level for _, level in parts)
            expected.putpixel((x, y), (red, green, blue, alpha))
        rows.append(packed + bytes(-len(packed) % 4))
    pixels = b"".join(rows if top_down else reversed(rows))
    fields = struct.pack("<4I", *masks)
    behind = fields[:12] if header == INFO else b""
    start = 14 + header + len(behind)
    height = -SIZE[1] if top_down else SIZE[1]
    info = struct.pack("<IiiHHIIiiII", header, SIZE[0], height, 1, bits, BITFIELDS, len(pixels), 0, 0, 0, 0)
    if header > INFO:
        info += (fields + struct.pack("<I", space) + more[: header - 60]).ljust(header - INFO, b"\0")
    return b"BM" + struct.pack("<IHHI", start + len(pixels), 0, 0, start) + info + behind + pixels, expected


def shown(data: bytes) -> Image.Image:
    """Return data as a rendition shows it, at full size and not encoded."""
    picture = open_picture(data, LIMITS)
    return render(make_raster(decode(picture), picture.size), picture.size).convert("RGBA")


@pytest.mark.parametrize("top_down", [False, True])
@pytest.mark.parametrize("kind", MASKS)
@pytest.mark.parametrize("header", [INFO, V4, V5])
def test_masks_are_right_or_unsupported(header: int, kind: str, *, top_down: bool) -> None:
    """Every mask gives its pixels, or the image is refused as one that is not supported."""
    data, expected = bmp(header, kind, top_down=top_down)
    try:
        found = shown(data)
    except ImageRefusedError as refused:
        assert refused.reason == Reason.UNSUPPORTED  # noqa: PT017 - one of two outcomes
        return
    if header == INFO:  # it has no mask for alpha
        expected.putalpha(255)
    worst = ImageStat.Stat(ImageChops.difference(found.convert("RGB"), expected.convert("RGB"))).extrema
    assert max(high for _, high in worst) <= 8


def test_a_mask_that_is_not_decoded_is_named() -> None:
    """The person who uploaded the image reads what is not supported."""
    with pytest.raises(ImageRefusedError, match="color masks"):
        open_picture(bmp(INFO, "1010102")[0], LIMITS)


def test_masks_without_bits_are_named() -> None:
    """Nothing says where its colors are; Pillow takes some order, and browsers show black."""
    data = bmp(INFO, "888")[0]
    with pytest.raises(ImageRefusedError, match="color masks of no bits"):
        open_picture(data[:54] + bytes(12) + data[66:], LIMITS)


@pytest.mark.parametrize(("compression", "name"), [(4, "JPEG"), (5, "PNG")])
def test_a_file_in_a_bmp_is_named(compression: int, name: str) -> None:
    """A BMP for printers may hold another file; its pixels are none of its own."""
    data = bytearray(pictures.examples()["BMP"])
    data[30:34] = compression.to_bytes(4, "little")
    with pytest.raises(ImageRefusedError, match=f"A BMP that holds a {name}") as refused:
        inspect_file(bytes(data), LIMITS)
    assert refused.value.reason is Reason.UNSUPPORTED


def test_a_negative_width_is_no_size() -> None:
    """The height may be negative, for rows from the top; the width may not."""
    with pytest.raises(ImageRefusedError) as refused:
        inspect_file(bmps.bmp(bytes(3 * SIZE[0] * SIZE[1]), size=(-SIZE[0], SIZE[1])), LIMITS)
    assert refused.value.reason is Reason.CORRUPT


def test_run_lengths_of_os2_are_no_jpeg() -> None:
    """In the header of OS/2, which is longer, the same number is a compression by run lengths, which is not decoded."""
    data = bmps.bmp(bytes(3 * SIZE[0] * SIZE[1]), size=SIZE, packing=4)
    longer = data[:10] + struct.pack("<II", 14 + 64, 64) + data[18:54] + bytes(64 - 40) + data[54:]
    with pytest.raises(ImageRefusedError, match="compression") as refused:
        open_picture(longer, LIMITS)
    assert refused.value.reason is Reason.UNSUPPORTED


def test_an_embedded_profile_is_applied() -> None:
    """A BITMAPV5HEADER may hold a profile, which Pillow does not read."""
    profile = pictures.swapped_profile()
    data, expected = bmp(V5, "888", space=EMBEDDED)
    offset = len(data) - 14
    data = data[:126] + struct.pack("<II", offset, len(profile)) + data[134:] + profile
    red, green, blue = expected.convert("RGB").split()
    swapped = Image.merge("RGB", (green, red, blue))
    assert pictures.difference(shown(data), swapped) < pictures.difference(shown(data), expected)
    assert open_picture(data, LIMITS).image.info["icc_profile"] == profile


def test_primaries_and_gamma_are_applied() -> None:
    """A BITMAPV4HEADER may describe its colors by endpoints and exponents."""
    columns = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).profile
    endpoints = [value for name in ("red", "green", "blue") for value in getattr(columns, f"{name}_colorant")[0]]
    numbers = struct.pack("<9i", *(round(value * 2**30) for value in endpoints)) + struct.pack("<3I", *[2**16] * 3)
    data, _ = bmp(V4, "888", space=CALIBRATED, more=numbers)
    assert pictures.difference(shown(data), shown(bmp(V4, "888")[0])) > 20


def test_alpha_that_is_zero_everywhere_means_nothing() -> None:
    """Programs left the fourth byte of each pixel empty, under a mask that gives it a meaning."""
    data, expected = bmp(V4, "8888")
    start = 14 + V4
    pixels = bytes(0 if at % 4 == 3 else byte for at, byte in enumerate(data[start:]))
    found = shown(data[:start] + pixels)
    assert found.getchannel("A").getextrema() == (255, 255)
    assert ImageChops.difference(found.convert("RGB"), expected.convert("RGB")).getbbox() is None


def test_colors_of_a_bmp_keep_their_full_resolution() -> None:
    """It may be a screenshot: a red line of one pixel stays red."""
    image = Image.new("RGB", (64, 64), "white")
    image.paste((255, 0, 0), (31, 0, 32, 64))
    for name in ("BMP", "TIFF"):
        data = resize_to_edges(open_picture(pictures.encoded(image, name), LIMITS), [64], 85)[64].data
        found = pictures.decoded(data).getpixel((31, 30))
        assert isinstance(found, tuple)
        assert found[0] > 225
        assert max(found[1:]) < 60


@pytest.mark.parametrize("name", ["BMP", "TIFF"])
@pytest.mark.parametrize("mode", ["1", "P"])
def test_drawings_of_few_colors_become_png(name: str, mode: str) -> None:
    """JPEG would put noise around their edges, in more bytes."""
    data = pictures.encoded(pictures.quadrants(mode=mode), name)
    assert resize_to_edges(open_picture(data, LIMITS), [64], 85)[64].format.name == "PNG"


@pytest.mark.parametrize("bits", [1, 4, 8])
@pytest.mark.parametrize("more", [1, 44, 2**31])
def test_colors_that_no_pixel_can_have_are_left_out(bits: int, more: int) -> None:
    """A palette may say that it has more of them; the pixels are where the header says."""
    plain = bmps.bmp(bytes(range(240)) * 10, bits=bits)
    colors = 2**bits + more
    image = decode(open_picture(plain[:46] + struct.pack("<I", colors) + plain[50:], LIMITS)).image
    assert image.convert("RGB").tobytes() == decode(open_picture(plain, LIMITS)).image.convert("RGB").tobytes()
