"""Every layout of a TIFF: the pixels that the standard gives it, or UNSUPPORTED; never anything else."""

from collections.abc import Iterator
from itertools import product

import pytest
from PIL import Image, ImageChops, ImageStat

from imaging.decoding.decode import decode
from imaging.decoding.picture import open_picture
from imaging.errors import ImageRefusedError, Reason
from imaging.rendering.rendition import render
from imaging.rendering.resampling import make_raster
from tests.effort import times
from tests.imaging import tiff_writer
from tests.imaging.limits import LIMITS
from tests.imaging.tiff_writer import (
    ASSOCIATED,
    BLACK_IS_ZERO,
    CIELAB,
    CMYK,
    DEFLATE,
    FLOAT,
    LONG,
    NONE,
    PACKBITS,
    PALETTE,
    RGB,
    SHORT,
    SIGNED,
    UNASSOCIATED,
    UNSPECIFIED,
    WHITE_IS_ZERO,
    YCBCR,
    Layout,
)

ROUNDING = 2
SEEN = 200  # alpha from which on a color counts: under it, a premultiplied color has too few levels
PHOTOMETRICS = (WHITE_IS_ZERO, BLACK_IS_ZERO, RGB, PALETTE, CMYK)
# Combinations that are decoded, so that none of them becomes UNSUPPORTED by accident.
DECODED = {
    *product((WHITE_IS_ZERO, BLACK_IS_ZERO), (1, 2, 4, 8, 16), [False], [None]),
    *product([BLACK_IS_ZERO], [8], [False], [UNSPECIFIED, ASSOCIATED, UNASSOCIATED]),
    *product([PALETTE], (1, 2, 4, 8), [False], [None]),
    *product([RGB], [8, 16], [False, True], [None, UNSPECIFIED, ASSOCIATED, UNASSOCIATED]),
    *product([CMYK], [8, 16], [False, True], [None]),
}


def shown(data: bytes) -> Image.Image:
    """Return data as a rendition shows it, at full size and not encoded."""
    picture = open_picture(data, LIMITS)
    return render(make_raster(decode(picture), picture.size), picture.size).convert("RGBA")


def refusal(data: bytes) -> ImageRefusedError | None:
    """Return the error that refuses data, None if it is decoded."""
    try:
        shown(data)
    except ImageRefusedError as refused:
        return refused
    return None


def worst(found: Image.Image, expected: Image.Image) -> float:
    """Return the largest difference of alpha, and of colors where they can be seen."""
    visible = expected.getchannel("A").point([0] * SEEN + [255] * (256 - SEEN))
    ground = Image.new("RGB", expected.size)
    colors = (Image.composite(image.convert("RGB"), ground, visible) for image in (found, expected))
    alphas = ImageChops.difference(found.getchannel("A"), expected.getchannel("A"))
    return max(
        float(max(ImageStat.Stat(band).extrema[0])) for band in (*ImageChops.difference(*colors).split(), alphas)
    )


def layouts() -> Iterator[tuple[int, int, bool, int | None]]:
    """Yield every combination of photometric, bits, planes and extra samples."""
    for photometric, bits, planar, extra in product(
        PHOTOMETRICS, (1, 2, 4, 8, 16, 32), (False, True), (None, UNSPECIFIED, ASSOCIATED, UNASSOCIATED)
    ):
        is_palette = photometric == PALETTE and (bits > 8 or (extra is not None and bits < 8))
        is_single = planar and extra is None and tiff_writer.COLORS[photometric] == 1
        if not is_palette and not is_single:
            yield photometric, bits, planar, extra


@pytest.mark.share(14)
@pytest.mark.parametrize(("photometric", "bits", "planar", "extra"), list(layouts())[:: times(4, 1)])
def test_a_layout_is_right_or_unsupported(photometric: int, bits: int, *, planar: bool, extra: int | None) -> None:
    """In both byte orders, as strip and as tile, in three compressions."""
    for order, compression, tiled in product("<>", (NONE, PACKBITS, DEFLATE), (False, True)):
        layout = Layout(photometric, bits, planar, order, compression, tiled, extra)
        rows = layout.rows()
        if extra == ASSOCIATED:  # no sample exceeds its alpha
            rows = [[tuple(min(sample, pixel[-1]) for sample in pixel) for pixel in row] for row in rows]
        refused = refusal(layout.write(rows))
        if (photometric, bits, planar, extra) in DECODED:
            assert refused is None
        if refused is None:
            assert worst(shown(layout.write(rows)), layout.pixels(rows)) <= ROUNDING, layout
        else:
            assert refused.reason == Reason.UNSUPPORTED, layout


@pytest.mark.parametrize("compression", [NONE, DEFLATE])
def test_lab_is_right(compression: int) -> None:
    """L* goes from 0 to 255; a* and b* are signed, so that 0 is neutral."""
    layout = Layout(CIELAB, 8, compression=compression)
    found = shown(layout.write([[(136, a, b) for a in (0, 40, 216)] for b in (0, 40, 216)]))
    gray, red = found.getpixel((0, 0)), found.getpixel((1, 0))
    assert isinstance(gray, tuple)
    assert isinstance(red, tuple)
    assert max(gray[:3]) - min(gray[:3]) <= ROUNDING
    assert red[0] > red[1] + 50


@pytest.mark.parametrize("compression", [NONE, DEFLATE])
def test_ycbcr_is_right(compression: int) -> None:
    """Also uncompressed, for which Pillow's own reader has no subsampling."""
    rows = [[(16 * x, 16 * y, 255 - 16 * x) for x in range(16)] for y in range(16)]
    data = Layout(YCBCR, 8, compression=compression, more={530: (SHORT, [1, 1])}).write(rows)
    samples = bytes(sample for row in rows for pixel in row for sample in pixel)
    assert worst(shown(data), Image.frombytes("YCbCr", (16, 16), samples).convert("RGBA")) <= ROUNDING


@pytest.mark.parametrize(("bits", "sample_format"), [(8, SIGNED), (32, 1)])
def test_numbers_that_wrap_are_unsupported(bits: int, sample_format: int) -> None:
    """Pillow reads signed bytes as unsigned, and unsigned numbers of 32 bits as signed."""
    for order in "<>":
        layout = Layout(BLACK_IS_ZERO, bits, order=order, sample_format=sample_format)
        refused = refusal(layout.write([[(x,) for x in range(16)]] * 16))
        assert refused
        assert refused.reason == Reason.UNSUPPORTED


@pytest.mark.parametrize(("bits", "sample_format"), [(16, SIGNED), (32, SIGNED), (32, FLOAT)])
def test_numbers_of_no_range_are_stretched(bits: int, sample_format: int) -> None:
    """Nothing says which number is white: the darkest becomes black, the brightest white."""
    for order in "<>":
        layout = Layout(BLACK_IS_ZERO, bits, order=order, sample_format=sample_format)
        found = shown(layout.write([[(100 * x,) for x in range(16)]] * 16)).convert("L")
        assert [found.getpixel((x, 3)) for x in (0, 15)] == [0, 255]


@pytest.mark.parametrize(
    ("layout", "words"),
    [
        (Layout(BLACK_IS_ZERO, 16, extra=UNASSOCIATED), ("TIFF", "16-bit", "gray", "1 more")),
        (Layout(CIELAB, 16), ("16-bit", "L*a*b*")),
        (Layout(RGB, 32), ("32-bit", "RGB")),
        (Layout(CMYK, 8, extra=UNASSOCIATED, planar=True), ("8-bit", "CMYK", "planes")),
        (Layout(RGB, 8, compression=50001), ("TIFF", "WebP")),
        (Layout(RGB, 8, compression=34712), ("JPEG 2000",)),
        (Layout(RGB, 8, compression=65000), ("65000",)),
        (Layout(BLACK_IS_ZERO, 8, more={50706: (1, [])}), ("DNG",)),
    ],
)
def test_the_message_names_what_is_not_supported(layout: Layout, words: tuple[str, ...]) -> None:
    """The person who uploaded the image reads which feature of the format is missing."""
    if 50706 in layout.more:
        layout.more[50706] = (SHORT, [1, 4])
    refused = refusal(layout.write(layout.rows()))
    assert refused
    assert refused.reason == Reason.UNSUPPORTED
    assert all(word in refused.message for word in words)


def test_no_samples_at_all_are_no_bug() -> None:
    """A TIFF that says that a pixel has no samples is refused as any other."""
    layout = Layout(BLACK_IS_ZERO, 16)
    data = layout.write(layout.rows())
    place = data.index((277).to_bytes(2, "little") + b"\3\0\1\0\0\0") + 8
    refused = refusal(data[:place] + b"\0\0" + data[place + 2 :])
    assert refused
    assert refused.reason in {Reason.UNSUPPORTED, Reason.CORRUPT}


def directory_behind(data: bytes, more: dict[int, list[int]]) -> bytes:
    """Return data with another directory at its end, to which no page leads."""
    entries = b"".join(
        tag.to_bytes(2, "little") + b"\4\0\1\0\0\0" + value.to_bytes(4, "little") for tag, (value,) in more.items()
    )
    return data + len(more).to_bytes(2, "little") + entries + bytes(4)


@pytest.mark.parametrize(("edge", "is_accepted"), [(4000, False), (8, True)])
def test_a_larger_version_in_the_file_is_not_ignored(edge: int, *, is_accepted: bool) -> None:
    """A camera RAW has a preview as its first page; a pyramid has the whole image there, and smaller ones below it."""
    layout = Layout(RGB, 8, more={330: (LONG, [0])})
    end = len(layout.write(layout.rows()))
    data = Layout(RGB, 8, more={330: (LONG, [end])}).write(layout.rows())
    refused = refusal(directory_behind(data, {256: [edge], 257: [edge]}))
    assert (refused is None) == is_accepted
    assert refused is None or refused.reason == Reason.UNSUPPORTED


@pytest.mark.parametrize("photometric", [32803, 34892])
def test_values_of_a_sensor_are_no_image(photometric: int) -> None:
    """The values of a color filter array are not accepted as grays."""
    data = Layout(BLACK_IS_ZERO, 16).write(Layout(BLACK_IS_ZERO, 16).rows())
    place = data.index(b"\x06\1\3\0\1\0\0\0") + 8
    refused = refusal(data[:place] + photometric.to_bytes(2, "little") + data[place + 2 :])
    assert refused
    assert refused.reason == Reason.UNSUPPORTED
    assert "RAW" in refused.message


def test_a_preview_before_another_page_is_not_accepted() -> None:
    """The bit of NewSubfileType says that the first page is a smaller version; alone in its file it is the image."""
    layout = Layout(RGB, 8, more={254: (LONG, [1])})
    assert refusal(layout.write(layout.rows())) is None
    both = Layout(RGB, 8, more={254: (LONG, [1]), 330: (LONG, [8])})
    refused = refusal(both.write(both.rows()))
    assert refused
    assert refused.reason == Reason.UNSUPPORTED
