"""Rows of PNGs with the filter Average: a decoder undoes it."""

import struct
import zlib

import pytest
from PIL import Image
from PIL.ExifTags import Base

from imaging.decoding.picture import open_picture
from imaging.formats.png_chunks import END, write_chunk
from imaging.rendering.authorship import Authorship
from imaging.rendering.png import COLOR_TYPES, LEAST, SIGNATURE
from imaging.rendering.png_filters import average_rows
from imaging.rendering.rendition import resize_to_edges
from tests import pictures
from tests.imaging.limits import LIMITS


def noise(mode: str, size: pictures.Size, deviation: int = 90) -> Image.Image:
    """Draw other noise in each band."""
    return Image.merge(mode, [Image.effect_noise(size, deviation) for _ in mode])


@pytest.mark.parametrize("size", [(1, 1), (1, 7), (9, 1), (40, 30)], ids=str)
@pytest.mark.parametrize("mode", COLOR_TYPES)
def test_filtered_rows_have_the_pixels(mode: str, size: pictures.Size) -> None:
    """Pillow decodes them to the same pixels, whatever values wrap around."""
    image = noise(mode, size)
    header = write_chunk(b"IHDR", struct.pack(">IIBBBBB", *size, 8, COLOR_TYPES[mode], 0, 0, 0))
    data = SIGNATURE + header + write_chunk(b"IDAT", zlib.compress(average_rows(image))) + END
    assert pictures.decoded(data).tobytes() == image.tobytes()


def test_a_photograph_keeps_every_pixel_and_its_authorship() -> None:
    """Its rows are filtered as a whole where the image is large enough."""
    image = noise("RGB", (300, 250), deviation=10)
    assert image.width * image.height > LEAST
    data = pictures.encoded(image, "PNG", compress_level=0)
    about = Authorship(artist="Ann", copyright="Ann's", credit="An agency")
    rendition = resize_to_edges(open_picture(data, LIMITS), [300], 85, about)[300].data
    found = pictures.decoded(rendition)
    assert (found.mode, found.tobytes()) == ("RGB", image.tobytes())
    assert len(rendition) < 0.8 * len(data)
    assert found.getexif()[Base.Artist] == "Ann"
    assert "An agency" in found.info["xmp"].decode()
