"""AVIFs and HEICs that are cropped and turned, of any color space, with transparency: the pixels that their boxes ask for."""

import struct
from itertools import permutations, product

import pytest
from PIL import Image

from imaging.decoding.picture import open_picture
from imaging.errors import ImageRefusedError, Reason
from imaging.formats.inspectors import inspect_file
from imaging.rendering.rendition import crop_thumbnail, resize_to_edges
from tests import pictures
from tests.effort import repetition
from tests.hostile.heif_files import box, full
from tests.imaging.comparison import shown, worst
from tests.imaging.heif_writer import SIZE, after, clap, draw, encoded, file_with, imir, irot, nclx
from tests.imaging.limits import LIMITS

FORMATS = ("AVIF", "HEIF")
AREAS = [(0, 0, 40, 30), (48, 20, 80, 44), (43, 23, 76, 48)]
# In the order of their formats; decoders that are right turn and flip in the order in which a file lists them.
TURNS = [(), *[(irot(turns),) for turns in (1, 2, 3)], (imir(0),), (imir(1),)]
TURNS += [order for turns, axis in product((1, 2, 3), (0, 1)) for order in permutations((irot(turns), imir(axis)))]
ROUNDING = 2


@pytest.mark.parametrize("transparent", [False, True])
@pytest.mark.parametrize("format_name", FORMATS)
def test_an_image_is_cropped_then_turned(format_name: str, *, transparent: bool) -> None:
    """A flip before a turn is not the same as one behind it."""
    for properties in ((clap(AREAS[2]), irot(1), imir(0)), (imir(0), irot(1))):
        data = file_with(format_name, *properties, transparent=transparent)
        expected = after(encoded(format_name, transparent=transparent)[1], *properties)
        assert worst(shown(data), expected) <= ROUNDING


@repetition
@pytest.mark.parametrize("transparent", [False, True])
@pytest.mark.parametrize("format_name", FORMATS)
def test_every_combination_is_right(format_name: str, *, transparent: bool) -> None:
    """Every crop with every turn and flip, in both orders."""
    source, wrong = encoded(format_name, transparent=transparent)[1], []
    for crop, turns in product([(), *[(clap(area),) for area in AREAS]], TURNS):
        data = file_with(format_name, *crop, *turns, transparent=transparent)
        if worst(shown(data), after(source, *crop, *turns)) > ROUNDING:
            wrong.append((crop, turns))
    assert not wrong


def test_size_thumbnail_and_renditions_are_of_the_part_that_is_seen() -> None:
    """The part outside of the clean aperture is not shown anywhere."""
    properties = (clap(AREAS[0]), irot(1))
    picture = open_picture(file_with("AVIF", *properties), LIMITS)
    assert picture.size == (30, 40)
    expected = after(draw().convert("RGBA"), *properties)
    whole = pictures.decoded(resize_to_edges(picture, [64], 95)[64].data)
    assert pictures.difference(whole, expected) < 6
    square = pictures.decoded(crop_thumbnail(open_picture(file_with("AVIF", *properties), LIMITS), 30, 95).data)
    assert pictures.difference(square, expected.crop((0, 5, 30, 35))) < 6


def test_transparency_of_a_heic_that_is_turned_in_another_way_is_unsupported() -> None:
    """Its decoder would not turn it, and the image would show through at the wrong place."""
    with pytest.raises(ImageRefusedError) as refused:
        open_picture(file_with("HEIF", irot(1), transparent=True, alpha=()), LIMITS)
    assert refused.value.reason == Reason.UNSUPPORTED


def test_transparency_of_an_avif_turns_with_its_image() -> None:
    """Browsers turn both, whatever the file says of the transparency."""
    data = file_with("AVIF", irot(1), transparent=True, alpha=())
    assert worst(shown(data), after(encoded("AVIF", transparent=True)[1], irot(1))) <= ROUNDING


@pytest.mark.parametrize("area", [(0, 0, 0, 0), (-90, 0, -40, 30)])
def test_a_clean_aperture_without_pixels_is_corrupt(area: tuple[int, int, int, int]) -> None:
    """It leaves nothing to show."""
    with pytest.raises(ImageRefusedError) as refused:
        open_picture(file_with("AVIF", clap(area)), LIMITS)
    assert refused.value.reason == Reason.CORRUPT


def test_a_clean_aperture_ends_at_the_image() -> None:
    """What is outside of the image has no pixels."""
    data = file_with("AVIF", clap((100, 0, 160, 64)))
    assert worst(shown(data), encoded("AVIF", transparent=False)[1].crop((100, 0, 128, 64))) <= ROUNDING


def test_an_avif_that_is_cropped_after_it_is_turned_is_unsupported() -> None:
    """The standard wants the crop first."""
    with pytest.raises(ImageRefusedError) as refused:
        open_picture(file_with("AVIF", irot(1), clap(AREAS[0])), LIMITS)
    assert refused.value.reason == Reason.UNSUPPORTED


@pytest.mark.parametrize("format_name", FORMATS)
@pytest.mark.parametrize("content", [box(b"must"), full(b"iscl", struct.pack(">HHHH", 1, 2, 1, 2))])
def test_an_essential_property_that_is_not_known_is_unsupported(content: bytes, format_name: str) -> None:
    """An image, or transparency, that only a reader of some property may show is not shown; neither is one to be scaled."""
    for data in (file_with(format_name, content), file_with(format_name, transparent=True, alpha=(content,))):
        with pytest.raises(ImageRefusedError, match="essential") as refused:
            inspect_file(data, LIMITS)
        assert refused.value.reason is Reason.UNSUPPORTED
    other = file_with(format_name, box(b"may "))
    assert worst(shown(other), encoded(format_name, transparent=False)[1]) <= ROUNDING


def test_colors_that_a_decoder_cannot_read() -> None:
    """Libheif refuses a HEIC whose colors are of an unknown kind; libavif takes those of the coded image."""
    colors = box(b"colr", b"cube", bytes(4))
    with pytest.raises(ImageRefusedError, match="colors") as refused:
        inspect_file(file_with("HEIF", colors), LIMITS)
    assert refused.value.reason is Reason.UNSUPPORTED
    assert worst(shown(file_with("AVIF", colors)), encoded("AVIF", transparent=False)[1]) <= ROUNDING


@pytest.mark.parametrize("format_name", FORMATS)
def test_colors_are_those_of_the_image_not_of_its_transparency(format_name: str) -> None:
    """Each item has a color description of its own."""
    data = file_with(format_name, nclx(12, 13), transparent=True, alpha=(nclx(9, 16),))
    assert getattr(inspect_file(data, LIMITS).space, "primaries", None) == "Display P3"
    data = file_with(format_name, transparent=True, alpha=(nclx(9, 16),))
    space = inspect_file(data, LIMITS).space
    assert space is None or space.is_srgb


@pytest.mark.parametrize(("primaries", "transfer"), [(10, 13), (1, 9), (1, 10)])
def test_colors_that_are_not_converted_are_unsupported(primaries: int, transfer: int) -> None:
    """They would come out wrong: XYZ, and logarithmic curves."""
    with pytest.raises(ImageRefusedError) as refused:
        open_picture(file_with("AVIF", nclx(primaries, transfer)), LIMITS)
    assert refused.value.reason == Reason.UNSUPPORTED


def test_colors_of_television_and_cinema_are_converted() -> None:
    """The curves of SMPTE 240M and ST 428 are darker and brighter than that of sRGB in the middle."""
    gray = [
        pictures.decoded(
            resize_to_edges(open_picture(file_with("AVIF", nclx(1, transfer)), LIMITS), [128], 95)[128].data
        )
        for transfer in (17, 13, 7)
    ]
    means = [sum(image.convert("L").resize((1, 1), Image.Resampling.BOX).tobytes()) for image in gray]
    assert means == sorted(means)
    assert means[1] - means[0] > 5
    assert means[2] - means[1] > 5
    assert gray[0].size == SIZE
