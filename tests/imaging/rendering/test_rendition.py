"""Renditions: resized or cropped, upright, never enlarged, with their transparency."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from imaging.decoding.picture import open_picture
from imaging.rendering.rendition import Rendition, box_around, crop_thumbnail, fit_inside, resize_to_edges
from tests import pictures
from tests.effort import times
from tests.imaging.limits import LIMITS

QUALITY = 90
MIDDLE = (30, 180, 30)
SIZES = st.tuples(st.integers(1, 65_535), st.integers(1, 65_535))
EDGES = st.integers(1, 20_000)

Make = Callable[[bytes, int], Rendition]


def resize(data: bytes, edge: int) -> Rendition:
    """Fit data inside edge."""
    return resize_to_edges(open_picture(data, LIMITS), [edge], QUALITY)[edge]


def crop(data: bytes, edge: int) -> Rendition:
    """Crop data to a square of edge."""
    return crop_thumbnail(open_picture(data, LIMITS), edge, QUALITY)


both = pytest.mark.parametrize("make", [resize, crop])
every_example = pytest.mark.parametrize("name", pictures.examples())


def shown(rendition: Rendition) -> Image.Image:
    """Return the image of a rendition, whose format and size are those of its fields."""
    image = pictures.decoded(rendition.data)
    assert (image.format, image.size) == (rendition.format.name, (rendition.width, rendition.height))
    return pictures.without_palette(image)


@given(size=SIZES, edge=EDGES)
def test_fit_inside_never_exceeds_the_edge(size: pictures.Size, edge: int) -> None:
    """Both edges fit, none grows or vanishes, and a size that fits is not changed."""
    found = fit_inside(size, edge)
    assert max(found) == min(edge, max(size))
    assert all(1 <= new <= old for new, old in zip(found, size, strict=True))
    assert (found == size) == (max(size) <= edge)
    assert fit_inside(found, edge) == found


@given(size=SIZES, edge=EDGES)
def test_fit_inside_keeps_the_aspect_within_a_pixel(size: pictures.Size, edge: int) -> None:
    """Neither edge is a pixel or more off the aspect ratio."""
    scale = min(1, edge / max(size))
    assert all(abs(new - old * scale) <= 0.5 or new == 1 for new, old in zip(fit_inside(size, edge), size, strict=True))


@given(size=SIZES, edge=EDGES)
def test_fit_inside_is_the_same_for_both_orientations(size: pictures.Size, edge: int) -> None:
    """A turned size becomes the same turned size."""
    assert fit_inside(size[::-1], edge) == fit_inside(size, edge)[::-1]


@given(size=SIZES)
def test_the_square_around_the_middle_is_centered_and_largest(size: pictures.Size) -> None:
    """The square is as large as possible, with equal margins."""
    left, top, right, bottom = box_around((0.5, 0.5), size, (1, 1))
    assert right - left == bottom - top == min(size)
    assert (left, top) == (size[0] - right, size[1] - bottom)
    assert min(left, top) == 0


@given(size=SIZES, point=st.tuples(st.floats(0, 1), st.floats(0, 1)))
def test_the_square_around_a_point_is_inside_and_near(size: pictures.Size, point: tuple[float, float]) -> None:
    """It holds the point, which is in its middle unless an edge is in the way."""
    left, top, right, bottom = box_around(point, size, (1, 1))
    assert right - left == pytest.approx(min(size))
    assert min(left, top) >= 0
    assert right <= size[0] + 1e-6
    assert bottom <= size[1] + 1e-6
    for share, length, low, high in ((point[0], size[0], left, right), (point[1], size[1], top, bottom)):
        assert low - 1e-6 <= share * length <= high + 1e-6
        assert (
            low == pytest.approx(0, abs=1e-6)
            or high == pytest.approx(length)
            or (low + high) / 2 == pytest.approx(share * length)
        )


@pytest.mark.share(4)
@pytest.mark.parametrize("orientation", pictures.ORIENTATIONS)
@pytest.mark.parametrize("size", [(200, 40), (40, 200)], ids=["wide", "tall"])
def test_a_focal_point_is_one_of_the_upright_image(size: pictures.Size, orientation: int) -> None:
    """However a camera stored the image, the thumbnail shows the quadrant that the point is in."""
    data = pictures.turned("PNG", orientation, size)
    for point, shown_color in (((0.05, 0.05), 0), ((0.95, 0.05), 1), ((0.05, 0.95), 2), ((0.95, 0.95), 3)):
        thumbnail = crop_thumbnail(open_picture(data, LIMITS), 40, QUALITY, focus=point)
        corner = (int(point[0] > 0.5) * 39, int(point[1] > 0.5) * 39)
        assert (thumbnail.width, thumbnail.height) == (40, 40)
        color = pictures.decoded(thumbnail.data).convert("RGB").getpixel(corner)
        assert pictures.close(color, pictures.QUADRANTS[shown_color], 30)


@pytest.mark.share(16)
@pytest.mark.parametrize("orientation", pictures.ORIENTATIONS[:: times(3, 1)])
@pytest.mark.parametrize("format_name", pictures.CARRY_EXIF)
@both
def test_every_orientation_becomes_upright(make: Make, format_name: str, orientation: int) -> None:
    """All eight orientations in every format that has them give the same upright image."""
    upright = shown(make(pictures.turned(format_name, 1), 30))
    found = shown(make(pictures.turned(format_name, orientation), 30))
    assert found.size == upright.size
    assert pictures.is_upright(found)
    assert pictures.difference(found, upright) < 8


def banded(size: pictures.Size) -> Image.Image:
    """Draw an image whose center square has one color and its margins others."""
    side, (width, height) = min(size), size
    image = Image.new("RGB", size, (220, 30, 30))
    image.paste((30, 30, 220), (width // 2, height // 2, width, height))
    left, top = (width - side) // 2, (height - side) // 2
    image.paste(MIDDLE, (left, top, left + side, top + side))
    return image


@pytest.mark.share(16)
@pytest.mark.parametrize("orientation", pictures.ORIENTATIONS)
@pytest.mark.parametrize("size", [(200, 40), (40, 200)], ids=["wide", "tall"])
@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "TIFF"])
def test_a_thumbnail_is_the_center_square(format_name: str, size: pictures.Size, orientation: int) -> None:
    """The margins are cut off, for every orientation."""
    image = pictures.stored(banded(size), orientation)
    found = shown(crop(pictures.encoded(image, format_name, exif=pictures.exif({0x0112: orientation})), 20))
    inner = [found.getpixel((x, y)) for x in (1, 18) for y in (1, 18)]
    assert found.size == (20, 20)
    assert all(pictures.close(color, MIDDLE) for color in inner)


@pytest.mark.share(20)
@every_example
@both
def test_nothing_is_enlarged(make: Make, name: str) -> None:
    """An edge that is larger than the image does not change its size."""
    image = pictures.decoded(pictures.examples()[name])
    found = shown(make(pictures.examples()[name], 5000))
    assert found.size == (image.size if make is resize else (min(image.size),) * 2)


@pytest.mark.share(12)
@pytest.mark.parametrize("size", [(1, 1), (1, 5000), (5000, 1), (3, 4000)])
@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "GIF", "WEBP", "TIFF"])
@both
def test_thinnest_images_have_renditions(make: Make, format_name: str, size: pictures.Size) -> None:
    """No edge is ever less than one pixel."""
    found = shown(make(pictures.encoded(Image.new("RGB", size, MIDDLE), format_name), 100))
    assert min(found.size) >= 1
    assert max(found.size) <= 100
    assert pictures.close(found.convert("RGB").getpixel((0, 0)), MIDDLE)


@pytest.mark.share(20)
@every_example
@both
def test_format_is_one_that_browsers_show(make: Make, name: str) -> None:
    """JPEG, PNG and WebP stay, photographs become JPEG; transparency and drawings stay lossy or lossless."""
    source = name.split(maxsplit=1)[0]
    wanted = {"GIF": "PNG", "TIFF RGBA": "PNG", "AVIF RGBA": "WEBP", "HEIF RGBA": "WEBP"}
    expected = source if source in {"JPEG", "PNG", "WEBP"} else wanted.get(name, wanted.get(source, "JPEG"))
    assert make(pictures.examples()[name], 30).format.name == expected


@pytest.mark.parametrize(
    ("format_name", "expected"), [("TIFF", "JPEG"), ("AVIF", "JPEG"), ("PNG", "PNG"), ("WEBP", "WEBP")]
)
@both
def test_opaque_alpha_is_dropped(make: Make, format_name: str, expected: str) -> None:
    """An image with an alpha channel that is opaque everywhere becomes what one without would."""
    image = pictures.quadrants()
    image.putalpha(255)
    found = make(pictures.encoded(image, format_name), 30)
    assert found.format.name == expected
    assert not shown(found).has_transparency_data


@pytest.mark.share(6)
@every_example
def test_all_edges_come_from_one_decoding(name: str) -> None:
    """Each of several edges gives what it gives alone, largest first; an edge that repeats a size is left out."""
    data, edges = pictures.examples()[name], [10, 30, 100, 20, 90]
    found = resize_to_edges(open_picture(data, LIMITS), edges, QUALITY)
    assert list(found) in ([100, 30, 20, 10], [30, 20, 10])
    for edge, rendition in found.items():
        alone = resize(data, edge)
        assert (rendition.format, rendition.width, rendition.height) == (alone.format, alone.width, alone.height)
        assert pictures.difference(shown(rendition), shown(alone)) < 6


@pytest.mark.share(12)
@every_example
def test_transparency_is_kept(name: str) -> None:
    """Transparent pixels stay transparent, and opaque ones opaque."""
    found = shown(resize(pictures.examples()[name], 30)).convert("RGBA").getchannel("A")
    clear = name.endswith(("RGBA", "LA"))
    opaque, other = found.getpixel((found.width // 4, 5)), found.getpixel((found.width * 3 // 4, 5))
    assert (opaque, other) == (255, 0 if clear else 255)


def test_transparent_colors_do_not_bleed() -> None:
    """At the border of opaque and transparent pixels, no hidden color shows."""
    image = pictures.quadrants((400, 400), mode="RGBA")
    image.paste((0, 255, 0, 0), (200, 0, 400, 400))
    found = shown(resize(pictures.encoded(image, "PNG"), 10))
    bands = [found.crop((0, 0, 10, 4)).getchannel(band).tobytes() for band in ("G", "A")]
    assert all(green < 60 for green, alpha in zip(*bands, strict=True) if alpha)
