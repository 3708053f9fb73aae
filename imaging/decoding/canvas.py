"""What is transparent, as browsers show it: of a GIF what its first frame does not cover; of a BMP never all of it."""

from PIL import Image

Box = tuple[int, int, int, int]  # left, top, right, bottom; pixels


def frame_box(image: Image.Image) -> Box:
    """Return the box of the first frame on the canvas; of other formats, the whole image."""
    box: Box = getattr(image, "dispose_extent", None) or (0, 0, *image.size)
    return box


def clear_uncovered(image: Image.Image) -> Image.Image:
    """Return a decoded image in RGBA, transparent where no frame covers it; as it is if all of it is covered.

    Pillow fills the rest with the first color of the palette.
    """
    box = frame_box(image)
    if box == (0, 0, *image.size):
        return image
    canvas = Image.new("RGBA", image.size)
    canvas.paste(image.crop(box).convert("RGBA"), box)
    return canvas


def drop_empty_alpha(image: Image.Image) -> Image.Image:
    """Return a decoded BMP without an alpha channel that is zero everywhere: programs wrote it without a meaning."""
    if image.mode == "RGBA" and image.getchannel("A").getextrema() == (0, 0):
        return image.convert("RGB")
    return image
