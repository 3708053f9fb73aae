"""Colors that a file describes by numbers instead of a profile: code points, gamma and primaries, HDR."""

import struct
from dataclasses import replace
from itertools import pairwise

import pytest
from PIL import Image

from imaging.colorimetry import transfer
from imaging.colorimetry.described import described_profile
from imaging.colorimetry.spaces import BT709, PRIMARIES, from_code_points, from_gamma
from imaging.decoding.picture import open_picture
from imaging.errors import ImageRefusedError, Reason
from imaging.metadata.properties import read_properties
from imaging.rendering.rendition import make_sample, resize_to_edges
from tests import pictures
from tests.hostile.pngs import chunk
from tests.imaging.heif_writer import file_with, nclx
from tests.imaging.limits import LIMITS
from tests.imaging.png_writer import GRAY, PALETTE, RGB, Drawing

BT2020, P3 = 9, 12
LINEAR, SRGB, PQ, HLG = 8, 13, 16, 18
ROUNDING = 2

Color = tuple[int, int, int]


def cicp(primaries: int, curve: int) -> bytes:
    """Write a cICP chunk."""
    return chunk(b"cICP", bytes((primaries, curve, 0, 1)))


def gama(exponent: float) -> bytes:
    """Write a gAMA chunk for light that is a sample to that power."""
    return chunk(b"gAMA", struct.pack(">I", round(100_000 / exponent)))


def chrm(primaries: int) -> bytes:
    """Write a cHRM chunk: white comes first."""
    *rest, x, y = PRIMARIES[primaries][1]
    return chunk(b"cHRM", struct.pack(">8I", *(round(100_000 * value) for value in (x, y, *rest))))


def color(data: bytes) -> Color:
    """Return the color of the first pixel of the rendition."""
    found = pictures.decoded(resize_to_edges(open_picture(data, LIMITS), [1000], 95)[1000].data).convert("RGB")
    pixel = found.getpixel((0, 0))
    assert isinstance(pixel, tuple)
    return (int(pixel[0]), int(pixel[1]), int(pixel[2]))


def png(samples: tuple[int, ...], depth: int, *extra: bytes) -> bytes:
    """Write a PNG of one color."""
    return Drawing(RGB if len(samples) > 1 else GRAY, depth, [[samples] * 16] * 16).write(*extra)


def near(found: Color, wanted: tuple[float, ...], tolerance: float = ROUNDING) -> bool:
    """Whether two colors are alike."""
    return all(abs(one - other) <= tolerance for one, other in zip(found, wanted, strict=True))


@pytest.mark.share(2)
@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("gray", [0.1, 0.5, 0.9])
def test_a_gamma_is_applied(depth: int, gray: float) -> None:
    """A linear sample becomes the one of sRGB for the same light, with 16 bits also in the shadows."""
    sample = round(gray * (2**depth - 1))
    wanted = 255 * transfer.to_srgb(sample / (2**depth - 1))
    for samples in ((sample,) * 3, (sample,)):
        assert near(color(png(samples, depth, gama(1.0))), (wanted,) * 3)


def test_dark_linear_samples_of_16_bits_stay_apart() -> None:
    """In 8 bits the darkest linear samples would all be black."""
    shades = [color(png((value,) * 3, 16, gama(1.0)))[0] for value in (0, 20, 60, 120, 250)]
    assert all(one < other for one, other in pairwise(shades))


@pytest.mark.parametrize("extra", [[cicp(P3, SRGB)], [gama(2.19995), chrm(P3)]])
def test_primaries_are_applied(extra: list[bytes]) -> None:
    """The red of Display P3 is more than sRGB can show; a color inside of both is known from the standards."""
    data = png((200, 100, 100), 8, *extra)
    assert near(color(data), (213, 93, 98), 4)


def test_sections_are_applied_in_the_order_of_the_standard() -> None:
    """CICP before sRGB before gAMA and cHRM."""
    other = (90, 60, 30)
    plain = color(png(other, 8))
    assert color(png(other, 8, gama(1.0), chunk(b"sRGB", b"\0"))) == plain
    assert color(png(other, 8, gama(1.0), chunk(b"sRGB", b"\0"), cicp(1, LINEAR))) != plain
    assert color(png(other, 8, gama(1.0), cicp(1, SRGB))) == plain


def test_code_points_count_before_a_profile_of_a_png() -> None:
    """A profile of the same file is for programs that do not know cICP."""
    image = pictures.quadrants()
    data = pictures.encoded(image, "PNG", icc_profile=pictures.swapped_profile())
    end_of_header = 8 + 12 + 13
    with_numbers = data[:end_of_header] + cicp(1, SRGB) + data[end_of_header:]
    assert color(with_numbers) == pictures.QUADRANTS[0]
    assert color(data) != pictures.QUADRANTS[0]


@pytest.mark.parametrize("extra", [gama(2.2), gama(100), chunk(b"gAMA", bytes(4)), cicp(2, 2), cicp(99, 99)])
def test_what_describes_no_other_color_changes_none(extra: bytes) -> None:
    """The usual gamma is that of sRGB; an impossible one, and unknown numbers, are ignored."""
    assert color(png((90, 160, 30), 8, extra)) == (90, 160, 30)


@pytest.mark.share(3)
@pytest.mark.parametrize("primaries", PRIMARIES)
def test_gray_stays_gray_under_all_primaries(primaries: int) -> None:
    """The white of each color space becomes the white of sRGB."""
    found = color(png((128, 128, 128), 8, cicp(primaries, SRGB)))
    assert near(found, (128, 128, 128), 3)


def test_a_palette_has_its_colors_described_too() -> None:
    """The numbers apply to the colors of the palette."""
    data = Drawing(PALETTE, 8, [[(0,)] * 16] * 16, ((64, 64, 64),)).write(gama(1.0))
    assert near(color(data), (255 * transfer.to_srgb(64 / 255),) * 3)


def encode_pq(light: float) -> int:
    """Return the 16-bit sample of PQ."""
    return round(65535 * transfer.to_pq(light))


@pytest.mark.share(1)
@pytest.mark.parametrize("light", [0.02, 0.2, 0.6, 1.0])
def test_pq_within_the_range_of_sdr_looks_the_same(light: float) -> None:
    """Where no pixel is brighter than white, nothing is compressed."""
    wanted = 255 * transfer.to_srgb(light)
    assert near(color(png((encode_pq(light),) * 3, 16, cicp(BT2020, PQ))), (wanted,) * 3)


def test_highlights_are_compressed_and_not_cut() -> None:
    """Brighter samples stay brighter, up to white; shadows keep their light."""
    lights = (0.1, 0.5, 1, 1.7, 4)
    row = [(encode_pq(light),) * 3 for light in lights]
    data = Drawing(RGB, 16, [row * 8] * 16).write(cicp(BT2020, PQ))
    image = pictures.decoded(resize_to_edges(open_picture(data, LIMITS), [1000], 95)[1000].data).convert("L")
    shades = list(image.tobytes()[: len(lights)])
    assert shades == sorted(set(shades))
    assert abs(shades[0] - 255 * transfer.to_srgb(0.1)) <= ROUNDING
    assert shades[-1] >= 250


@pytest.mark.parametrize(("value", "light"), [(0.0, 0.0), (0.5, 0.25), (0.75, 1.0), (1.0, 4.93)])
def test_hlg_has_the_light_of_its_display(value: float, light: float) -> None:
    """BT.2408: 75 % is the white of graphics, 203 cd/m2 on a display of 1000."""
    assert abs(transfer.hlg(value) - light) < 0.02


@pytest.mark.parametrize(("value", "nits"), [(0.0, 0), (0.508, 100), (0.581, 203), (0.752, 1000), (1.0, 10_000)])
def test_pq_has_its_light(value: float, nits: float) -> None:
    """BT.2100, and the levels that BT.2408 names."""
    assert abs(transfer.pq(value) * 203 - nits) <= 0.01 * nits + 0.1
    assert abs(transfer.to_pq(transfer.pq(value)) - value) < 1e-6


@pytest.mark.parametrize("peak", [1.5, 4.9, 49])
def test_the_tone_curve_is_monotonic_and_ends_at_white(peak: float) -> None:
    """No step and no reversal, so that no edge appears that was not there."""
    curve = [transfer.tone_map(peak, peak * step / 500) for step in range(501)]
    assert all(one <= other + 1e-9 for one, other in pairwise(curve))
    assert abs(curve[-1] - 1) < 0.01


@pytest.mark.parametrize("name", ["AVIF", "HEIF"])
def test_code_points_of_avif_and_heif_are_applied(name: str) -> None:
    """The numbers are those of the `colr` box."""
    data = pictures.encoded(Image.new("RGB", (64, 64), (200, 100, 100)), name, quality=95)
    at = data.index(b"nclx") + 4
    p3 = data[:at] + struct.pack(">HH", P3, SRGB) + data[at + 4 :]
    assert near(color(p3), (213, 93, 98), 8)
    hlg = data[:at] + struct.pack(">HH", BT2020, HLG) + data[at + 4 :]
    found = read_properties(open_picture(hlg, LIMITS))
    assert (found["colorPrimaries"], found["transferFunction"]) == ("BT.2020", "HLG")
    assert color(hlg) != color(data)


def test_a_profile_of_an_avif_counts_before_its_code_points() -> None:
    """The standard has the numbers for the conversion from YCbCr then."""
    data = pictures.encoded(pictures.quadrants(), "AVIF", icc_profile=pictures.swapped_profile())
    assert "transferFunction" not in read_properties(open_picture(data, LIMITS))


def test_the_metadata_name_hdr() -> None:
    """PQ and its primaries are in the properties, and the appearance is that of the rendition."""
    data = png((encode_pq(0.5),) * 3, 16, cicp(BT2020, PQ))
    found = read_properties(open_picture(data, LIMITS))
    assert (found["colorPrimaries"], found["transferFunction"]) == ("BT.2020", "PQ")
    sample = make_sample(open_picture(data, LIMITS), (8, 8)).getpixel((3, 3))
    assert isinstance(sample, tuple)
    assert abs(sample[0] - 255 * transfer.to_srgb(0.5)) <= ROUNDING


@pytest.mark.parametrize("curve", [PQ, HLG])
def test_hdr_can_be_refused(curve: int) -> None:
    """Whoever wants no tone-mapping rejects PQ and HLG; other images are accepted."""
    limits = replace(LIMITS, accepts_hdr=False)
    with pytest.raises(ImageRefusedError, match="HDR") as refused:
        open_picture(file_with("AVIF", nclx(BT2020, curve, 9)), limits)
    assert refused.value.reason == Reason.UNSUPPORTED
    open_picture(file_with("AVIF", nclx(P3, SRGB)), limits)


def test_the_first_of_several_color_chunks_counts() -> None:
    """Decoders ignore the others."""
    linear, plain = gama(1), gama(2.2)
    gray = (100, 100, 100)
    assert color(png(gray, 8, linear, plain)) == color(png(gray, 8, linear))
    assert color(png(gray, 8, plain, linear)) == color(png(gray, 8, plain))
    assert color(png(gray, 8, linear)) != color(png(gray, 8, plain))


def test_no_profile_is_made_for_srgb_or_for_nonsense() -> None:
    """Primaries on one line, or without a white, are no color space."""
    assert described_profile(from_code_points(1, SRGB), "RGB", 1.0) is None
    assert described_profile(from_gamma(1.0), "CMYK", 1.0) is None
    for numbers in ((0.3,) * 8, (0.0,) * 8, (*BT709[:6], 0.3, 0.0)):
        assert described_profile(from_gamma(1.0, numbers), "RGB", 1.0) is None
