"""The file formats: the one list of what may be opened, with what each is called outside."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Format:
    """A file format: its name here and in Pillow, its media type, and the ending of its file names."""

    name: str
    content_type: str
    extension: str


# No decoder outside this list ever runs. Pillow's JPEG opener also answers for MPO.
FORMATS = {
    "JPEG": Format("JPEG", "image/jpeg", "jpg"),
    "PNG": Format("PNG", "image/png", "png"),
    "WEBP": Format("WEBP", "image/webp", "webp"),
    "GIF": Format("GIF", "image/gif", "gif"),
    "TIFF": Format("TIFF", "image/tiff", "tif"),
    "BMP": Format("BMP", "image/bmp", "bmp"),
    "AVIF": Format("AVIF", "image/avif", "avif"),
    "HEIF": Format("HEIF", "image/heic", "heic"),
}
