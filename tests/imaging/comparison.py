"""How the tests of what formats may combine compare an image with the pixels that it should have."""

from PIL import Image, ImageChops

from imaging.decoding.decode import decode
from imaging.decoding.picture import open_picture
from imaging.rendering.rendition import render
from imaging.rendering.resampling import make_raster
from tests.imaging.limits import LIMITS

GROUNDS = ((0, 0, 0, 255), (255, 255, 255, 255))


def shown(data: bytes) -> Image.Image:
    """Return data as a rendition shows it, in RGBA, at full size and not encoded."""
    picture = open_picture(data, LIMITS)
    return render(make_raster(decode(picture), picture.stored), picture.stored).convert("RGBA")


def worst(found: Image.Image, expected: Image.Image) -> int:
    """Return the largest difference of a channel on a black and on a white ground; 256 for images of different sizes."""
    if found.size != expected.size:
        return 256
    return max(_worst(found, expected, ground) for ground in GROUNDS)


def _worst(found: Image.Image, expected: Image.Image, ground: tuple[int, int, int, int]) -> int:
    canvas = Image.new("RGBA", found.size, ground)
    seen = (Image.alpha_composite(canvas, image).convert("RGB") for image in (found, expected))
    return max(int(band[1]) for band in ImageChops.difference(*seen).getextrema() if isinstance(band, tuple))
