"""JPEG renditions of JPEGs that are not resized: not larger, and nearly the same pixels."""

import pytest
from PIL import Image, ImageOps

from imaging.decoding.picture import open_picture
from imaging.rendering.rendition import resize_to_edges
from tests import pictures
from tests.imaging.decoding.test_missing_pixels import noisy
from tests.imaging.limits import LIMITS

EXIF = 64  # bytes of a segment for artist and copyright, without both


def smooth(mode: str = "RGB") -> Image.Image:
    """Draw what a camera sees: soft edges and some noise."""
    rings = Image.radial_gradient("L").resize((320, 240)).convert("RGB")
    return Image.blend(rings, noisy(), 0.2).convert(mode)


@pytest.mark.parametrize("subsampling", ["4:4:4", "4:2:2", "4:2:0"])
@pytest.mark.parametrize("quality", [10, 40, 60, 75, 84])
@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_a_jpeg_that_is_not_resized_does_not_grow(mode: str, quality: int, subsampling: str) -> None:
    """It was compressed more than renditions are, and would only gain bytes."""
    options = {} if mode == "L" else {"subsampling": subsampling}
    data = pictures.encoded(smooth(mode), "JPEG", quality=quality, optimize=True, **options)
    found = resize_to_edges(open_picture(data, LIMITS), [1000], 85)[1000].data
    assert len(found) <= 1.01 * len(data) + EXIF
    if quality <= 60:  # above, the rendition itself is smaller, and has fewer colors
        assert pictures.difference(pictures.decoded(found), pictures.decoded(data)) < 1.5


@pytest.mark.parametrize("orientation", [3, 6, 8])
def test_an_image_that_is_turned_does_not_grow_either(orientation: int) -> None:
    """Its size is the same, with width and height exchanged."""
    image = pictures.stored(smooth(), orientation)
    data = pictures.encoded(image, "JPEG", quality=40, exif=pictures.exif({0x0112: orientation}))
    found = resize_to_edges(open_picture(data, LIMITS), [1000], 85)[1000].data
    assert len(found) <= 1.02 * len(data) + EXIF
    upright = ImageOps.exif_transpose(pictures.decoded(data))
    assert pictures.difference(pictures.decoded(found), upright) < 3


def test_a_smaller_image_has_the_quality_of_renditions() -> None:
    """The tables of the original are for its own size."""
    data = pictures.encoded(smooth(), "JPEG", quality=10)
    small = resize_to_edges(open_picture(data, LIMITS), [160], 85)[160].data
    plain = pictures.encoded(smooth().resize((160, 120)), "JPEG", quality=85)
    assert pictures.decoded(small).size == (160, 120)
    assert len(small) > len(plain) / 3
