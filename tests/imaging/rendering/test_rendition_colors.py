"""The colors of renditions: always sRGB, and the same from both resamplers."""

import struct
from collections.abc import Callable

import pytest
from PIL import Image, ImageCms

from imaging.decoding.picture import open_picture
from imaging.rendering import rendition, resampling
from tests import pictures
from tests.imaging.limits import LIMITS

BLUE = pictures.QUADRANTS[2]
SWAPPED = pictures.swapped_profile()

Make = Callable[[bytes, int], rendition.Rendition]


def resized(data: bytes, edge: int) -> rendition.Rendition:
    """Fit data inside edge."""
    return rendition.resize_to_edges(open_picture(data, LIMITS), [edge], 95)[edge]


def thumbnail(data: bytes, edge: int) -> rendition.Rendition:
    """Crop data to a square of edge."""
    return rendition.crop_thumbnail(open_picture(data, LIMITS), edge, 95)


def shown(data: bytes, edge: int = 30) -> Image.Image:
    """Return data fitted inside edge."""
    return pictures.without_palette(pictures.decoded(resized(data, edge).data))


def corners(image: Image.Image) -> list[tuple[int, ...]]:
    """Return the colors in the middle of the four quadrants."""
    width, height = image.size
    places = [(width * x // 4, height * y // 4) for y in (1, 3) for x in (1, 3)]
    return [tuple(image.convert("RGB").crop((x, y, x + 1, y + 1)).tobytes()) for x, y in places]


@pytest.mark.parametrize("name", [name for name in pictures.examples() if " " not in name])
def test_colors_stay(name: str) -> None:
    """An image without a profile keeps its colors."""
    assert pictures.is_upright(shown(pictures.examples()[name]))


def test_cmyk_becomes_rgb() -> None:
    """A CMYK image becomes RGB and looks the same."""
    found = shown(pictures.examples()["JPEG CMYK"])
    assert found.mode == "RGB"
    assert pictures.is_upright(found)


@pytest.mark.parametrize("edge", [30, 1000], ids=["resampled", "as large"])
@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF", "HEIF"])
def test_a_profile_is_applied(format_name: str, edge: int) -> None:
    """An image whose profile swaps red and green becomes green, and has no profile."""
    found = shown(pictures.encoded(pictures.quadrants(), format_name, icc_profile=SWAPPED), edge)
    first, second, third, _ = corners(found)
    assert first[1] > first[0] + 100
    assert second[0] > second[1] + 100
    assert pictures.close(third, BLUE, 60)
    assert "icc_profile" not in found.info


def test_a_profile_does_not_change_transparency() -> None:
    """An image converted from its profile is as transparent as before."""
    image = pictures.quadrants(mode="RGBA")
    plain = shown(pictures.encoded(image, "PNG"))
    found = shown(pictures.encoded(image, "PNG", icc_profile=SWAPPED))
    assert found.getchannel("A").tobytes() == plain.getchannel("A").tobytes()
    assert found.getpixel((5, 5)) != plain.getpixel((5, 5))


def test_an_srgb_profile_changes_nothing() -> None:
    """An image with a profile of sRGB becomes the same as one without a profile."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    with_profile, without_profile = (
        shown(pictures.encoded(pictures.quadrants(), "PNG", icc_profile=icc)) for icc in (profile, None)
    )
    assert pictures.difference(with_profile, without_profile) < 2


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA", "P"])
@pytest.mark.parametrize(
    "profile",
    [b"no profile", SWAPPED[:200], ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()],
    ids=["noise", "truncated", "of another color space"],
)
def test_a_profile_that_does_not_fit_is_ignored(profile: bytes, mode: str) -> None:
    """A broken profile neither refuses an image nor changes its colors."""
    image = pictures.quadrants(mode=mode)
    found, plain = (shown(pictures.encoded(image, "PNG", icc_profile=icc)) for icc in (profile, None))
    assert pictures.difference(found, plain) < 1


@pytest.mark.parametrize("transparent", [None, 0.1], ids=["opaque", "one value transparent"])
@pytest.mark.parametrize("depth", [8, 16])
def test_grays_of_any_depth_run_from_black_to_white(depth: int, transparent: float | None) -> None:
    """For any number of bits, with or without a transparent gray, the image shows the same ramp."""
    value = None if transparent is None else int(transparent * 2**depth)
    found = shown(pictures.gray_png(depth, value, side=64), 16).convert("RGBA").getchannel("R")
    ramp = found.crop((0, 8, 16, 9)).tobytes()
    assert all(abs(gray - 16 * x - 8) < 16 for x, gray in enumerate(ramp))


def test_black_and_white_become_grays() -> None:
    """An image of one bit stays black and white, and may be gray between."""
    ramp = shown(pictures.gray_png(1, side=64), 16).convert("L").crop((0, 8, 16, 9)).tobytes()
    assert max(ramp[:7]) < 40
    assert min(ramp[9:]) > 215


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Use Pillow's resampler, as on platforms for which the fast one has no wheel."""
    monkeypatch.setattr(resampling, "has_fast_resizer", lambda: False)


def photograph(mode: str) -> Image.Image:
    """Draw an image with fine and coarse structure in every channel."""
    noise = Image.effect_noise((400, 300), 60)
    ramp = Image.linear_gradient("L").resize((400, 300))
    rings = Image.radial_gradient("L").resize((400, 300))
    return Image.merge("RGBA", (noise, ramp, rings, rings.rotate(90))).convert(mode)


@pytest.mark.parametrize(("mode", "format_name"), [("L", "PNG"), ("RGB", "PNG"), ("RGBA", "PNG"), ("CMYK", "TIFF")])
def test_both_resamplers_give_the_same_image(mode: str, format_name: str, request: pytest.FixtureRequest) -> None:
    """The image of Pillow's own resampler looks the same."""
    data = pictures.encoded(photograph(mode), format_name)
    makes = (resized, thumbnail)
    fast = [make(data, 60) for make in makes]
    request.getfixturevalue("slow")
    for one, other in zip(fast, [make(data, 60) for make in makes], strict=True):
        assert (one.format, one.width, one.height) == (other.format, other.width, other.height)
        assert pictures.difference(pictures.decoded(one.data), pictures.decoded(other.data)) < 2


def test_a_scaled_decode_looks_like_a_whole_one() -> None:
    """A JPEG decoded at a fraction of its size looks like one that is decoded at full size."""
    data = pictures.encoded(photograph("RGB"), "JPEG", quality=95)
    whole = pictures.encoded(pictures.decoded(data), "PNG")
    assert pictures.difference(shown(data), shown(whole)) < 4


@pytest.mark.parametrize("mode", ["I", "F", "LAB"])
def test_rare_modes_of_tiff_keep_their_shades(mode: str) -> None:
    """32-bit numbers and LAB colors run from dark to bright."""
    gray = Image.linear_gradient("L")
    lab = ImageCms.createProfile("LAB")
    srgb = ImageCms.createProfile("sRGB")
    image = ImageCms.profileToProfile(gray.convert("RGB"), srgb, lab, outputMode="LAB") if mode == "LAB" else None
    data = pictures.encoded(image or gray.convert(mode), "TIFF")
    shades = shown(data, 100).convert("L").tobytes()
    assert min(shades) < 10
    assert max(shades) > 245


GRAY_PROFILE = pictures.gray_profile(1.0)


@pytest.mark.parametrize("mode", ["L", "LA"])
def test_a_gray_profile_is_applied_to_grays(mode: str) -> None:
    """Grays that are linear in light become brighter, and transparency stays."""
    image = Image.linear_gradient("L").convert(mode)
    plain, found = (shown(pictures.encoded(image, "PNG", icc_profile=icc), 256) for icc in (None, GRAY_PROFILE))
    before, after = (made.convert("L").getpixel((128, 64)) for made in (plain, found))
    assert isinstance(before, int)
    assert isinstance(after, int)
    assert before == pytest.approx(64, abs=2)
    assert after == pytest.approx(137, abs=4)  # (64/255) ** (1/2.2) of 255, about


@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_a_gray_profile_does_not_apply_to_colors(format_name: str) -> None:
    """A color image with a gray profile keeps its colors."""
    found = shown(pictures.encoded(pictures.quadrants(), format_name, icc_profile=GRAY_PROFILE))
    assert pictures.is_upright(found)


@pytest.mark.parametrize("depth", [1, 2, 4, 8, 16])
def test_transparent_gray_of_a_png_is_transparent(depth: int) -> None:
    """For any number of bits, the transparent gray of the file is transparent, and no other."""
    levels = 2**depth
    values = [x * levels // 64 for x in range(64)]
    found = shown(pictures.gray_png(depth, levels - 1, side=64), 64).convert("RGBA").getchannel("A")
    alphas = found.crop((0, 8, 64, 9)).tobytes()
    assert [alpha == 0 for alpha in alphas] == [value == levels - 1 for value in values]


@pytest.mark.parametrize("clear", [(0x8000, 0x8000, 0x8000), (0xFFFF, 0, 0x1234)])
def test_transparent_color_of_a_deep_png_is_transparent(clear: tuple[int, int, int]) -> None:
    """The same with 16 bits a channel."""
    other = (0x2000, 0x4000, 0x6000)
    rows = (b"\0" + struct.pack(">6H", *clear, *other)) * 2
    found = shown(pictures.rgb_png((2, 2), rows, 16, struct.pack(">3H", *clear)))
    assert found.convert("RGBA").getchannel("A").tobytes() == bytes([0, 255] * 2)


@pytest.mark.parametrize(("bits", "white", "inverted"), [(12, 4095, False), (16, 65535, False), (16, 65535, True)])
def test_grays_of_a_tiff_have_their_brightness(bits: int, white: int, inverted: bool) -> None:
    """With 12 or 16 bits, and with black or white as zero."""
    values = [0, white // 4, white // 2, white]
    line = "".join(f"{value:0{bits}b}" for value in values)
    packed = int(line, 2).to_bytes(len(line) // 8) if bits < 16 else struct.pack("<4H", *values)
    pixels = packed * 4
    entries = [(256, 4, 4), (257, 4, 4), (258, 3, bits), (259, 3, 1), (262, 3, 0 if inverted else 1), (273, 4, 0)]
    entries += [(277, 3, 1), (278, 4, 4), (279, 4, len(pixels))]
    start = 8 + 2 + 12 * len(entries) + 4
    directory = b"".join(
        struct.pack("<HHII", tag, kind, 1, start if tag == 273 else value) for tag, kind, value in entries
    )
    data = b"II*\0" + struct.pack("<IH", 8, len(entries)) + directory + bytes(4) + pixels
    grays = shown(data, 4).convert("L").crop((0, 0, 4, 1)).tobytes()
    wanted = [255 * value // white for value in values]
    assert grays == pytest.approx([255 - gray if inverted else gray for gray in wanted], abs=3)


@pytest.mark.share(2)
@pytest.mark.parametrize(("size", "edge"), [((2305, 1537), 256), ((4801, 3201), 1600), ((1801, 1201), 200)])
@pytest.mark.parametrize("make", [resized, thumbnail])
def test_a_scaled_decode_is_not_stretched(make: Make, size: pictures.Size, edge: int) -> None:
    """The padding of a scaled JPEG to whole pixels does not move the image, for any size."""
    smooth = [Image.radial_gradient("L").resize(size), Image.linear_gradient("L").resize(size).rotate(180)]
    image = Image.merge("RGB", (*smooth, smooth[0].transpose(Image.Transpose.FLIP_LEFT_RIGHT)))
    data = pictures.encoded(image, "JPEG", quality=95)
    whole = pictures.encoded(pictures.decoded(data), "BMP")
    scaled, full = (pictures.decoded(make(each, edge).data) for each in (data, whole))
    right, bottom = (edge * 7 // 8, 0, scaled.width, scaled.height), (0, scaled.height * 7 // 8, *scaled.size)
    assert all(pictures.difference(scaled.crop(box), full.crop(box)) < 1 for box in (right, bottom))
