"""Pictures that the tests draw themselves, sound and unsound."""

from io import BytesIO

from PIL import Image

Size = tuple[int, int]

SIZE = (320, 240)  # pixels


def _picture(size: Size = SIZE) -> Image.Image:
    """Return a picture with something different everywhere."""
    across = Image.linear_gradient("L").rotate(90).resize(size)
    down = Image.linear_gradient("L").resize(size)
    return Image.merge("RGB", (across, down, Image.radial_gradient("L").resize(size)))


def _encoded(image: Image.Image, form: str) -> bytes:
    buffer = BytesIO()
    image.save(buffer, form)
    return buffer.getvalue()


def jpeg(size: Size = SIZE) -> bytes:
    """Return a sound JPEG."""
    return _encoded(_picture(size), "JPEG")


def transparent_png() -> bytes:
    """Return a PNG that fades out towards its corners."""
    image = _picture()
    image.putalpha(Image.radial_gradient("L").resize(SIZE))
    return _encoded(image, "PNG")


def truncated_jpeg() -> bytes:
    """Return the first half of a JPEG."""
    whole = jpeg()
    return whole[: len(whole) // 2]


def huge_png(pixels: int) -> bytes:
    """Return a small file of more than so many pixels."""
    edge = int(pixels**0.5) + 1
    return _encoded(Image.new("1", (edge, edge)), "PNG")
