"""Images that tests draw: four colored quadrants in every format and orientation, and comparisons of images."""

import struct
import zlib
from functools import cache
from io import BytesIO
from typing import Any

import pillow_heif
from PIL import Image, ImageChops, ImageCms, ImageStat
from PIL.ExifTags import IFD, Base

from tests.effort import is_thorough

Size = tuple[int, int]
Color = tuple[int, int, int]

# Top left, top right, bottom left, bottom right: no turn and no mirror of these looks like another.
QUADRANTS: tuple[Color, ...] = ((220, 30, 30), (30, 180, 30), (30, 30, 220), (240, 240, 240))
SIZE = (60, 40)
ORIENTATIONS = range(1, 9)  # EXIF's
CONTENT_TYPES = {
    "JPEG": "image/jpeg",
    "PNG": "image/png",
    "WEBP": "image/webp",
    "GIF": "image/gif",
    "TIFF": "image/tiff",
    "BMP": "image/bmp",
    "AVIF": "image/avif",
    "HEIF": "image/heic",
}
PNG = b"\x89PNG\r\n\x1a\n"
CARRY_EXIF = ("JPEG", "PNG", "WEBP", "TIFF", "AVIF", "HEIF")

# How a camera that is held so stores an upright scene: the inverse of what a viewer does.
_STORED = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def quadrants(size: Size = SIZE, mode: str = "RGB") -> Image.Image:
    """Draw the four quadrants; where mode has transparency, the right half is transparent."""
    width, height = size
    image = Image.new("RGB", size)
    for number, color in enumerate(QUADRANTS):
        left, top = (number % 2) * width // 2, (number // 2) * height // 2
        image.paste(color, (left, top, left + width - width // 2, top + height - height // 2))
    if mode in {"RGBA", "LA"}:
        image.putalpha(Image.new("L", size, 255))
        image.paste((0, 0, 0, 0), (width // 2, 0, width, height))
    return image.convert(mode)


def encoded(image: Image.Image, format_name: str, **options: Any) -> bytes:
    """Encode image; the options are those of Pillow's save."""
    pillow_heif.register_heif_opener()
    if format_name == "HEIF" and isinstance(options.get("exif"), Image.Exif):
        options["exif"] = options["exif"].tobytes()
    buffer = BytesIO()
    image.save(buffer, format_name, **options)
    return buffer.getvalue()


def decoded(data: bytes) -> Image.Image:
    """Decode data."""
    pillow_heif.register_heif_opener()
    image = Image.open(BytesIO(data))
    image.load()
    return image


def without_palette(image: Image.Image) -> Image.Image:
    """Return an image with a palette in RGB, or in RGBA if it is transparent, and any other as it is."""
    return image.convert("RGBA" if image.has_transparency_data else "RGB") if image.mode == "P" else image


def exif(tags: dict[int, Any], detail: dict[int, Any] | None = None, gps: dict[int, Any] | None = None) -> Image.Exif:
    """Make an EXIF block from the tags of its three directories."""
    block = Image.Exif()
    block.update(tags)
    for directory, entries in ((IFD.Exif, detail), (IFD.GPSInfo, gps)):
        if entries:
            block.get_ifd(directory).update(entries)
            block[directory] = entries
    return block


def tiff_block(entries: list[tuple[int, int, int, bytes]]) -> bytes:
    """Make a TIFF directory byte by byte from tag, type, count and data, valid or not; an EXIF block is one."""
    start = 8 + 2 + 12 * len(entries) + 4
    directory, beyond = b"", b""
    for tag, kind, count, data in entries:
        directory += struct.pack("<HHI", tag, kind, count)
        directory += data.ljust(4, b"\0") if len(data) <= 4 else struct.pack("<I", start + len(beyond))
        beyond += data if len(data) > 4 else b""
    return b"II*\0" + struct.pack("<IH", 8, len(entries)) + directory + bytes(4) + beyond


def stored(image: Image.Image, orientation: int) -> Image.Image:
    """Return the upright image as a camera stores it with an orientation."""
    return image.transpose(_STORED[orientation]) if orientation in _STORED else image


def turned(format_name: str, orientation: int, size: Size = SIZE) -> bytes:
    """Encode the quadrants, of an upright size, as a camera stores them with an orientation."""
    image = stored(quadrants(size), orientation)
    return encoded(image, format_name, exif=exif({Base.Orientation: orientation}))


def animation(format_name: str, frames: int, **options: Any) -> bytes:
    """Encode that many frames of different brightness."""
    first, *rest = (quadrants().point(lambda value, dim=20 * number: value - dim) for number in range(frames))
    return encoded(first, format_name, save_all=True, append_images=rest, **options)


def gray_png(depth: int, transparent: int | None = None, side: int = 32) -> bytes:
    """Write a gray PNG of 1, 8 or 16 bits, from black on the left to nearly white; one value may be transparent."""
    values = [x * 2**depth // side for x in range(side)]
    row = "".join(f"{value:0{depth}b}" for value in values)
    line = b"\0" + int(row, 2).to_bytes(len(row) // 8)
    extra = b"" if transparent is None else _chunk(b"tRNS", struct.pack(">H", transparent))
    return png((side, side), zlib.compress(line * side), depth, extra)


def png(size: Size, data: bytes, depth: int = 8, extra: bytes = b"") -> bytes:
    """Write a gray PNG whose header has a size, and any compressed data."""
    header = _chunk(b"IHDR", struct.pack(">IIBBBBB", *size, depth, 0, 0, 0, 0))
    return PNG + header + extra + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def rgb_png(size: Size, rows: bytes, depth: int, transparent: bytes) -> bytes:
    """Write a PNG of colors, one of which is transparent; each of rows starts with its filter."""
    header = _chunk(b"IHDR", struct.pack(">IIBBBBB", *size, depth, 2, 0, 0, 0))
    return PNG + header + _chunk(b"tRNS", transparent) + _chunk(b"IDAT", zlib.compress(rows)) + _chunk(b"IEND", b"")


def webp_canvas(edge: int) -> bytes:
    """Write a WebP whose canvas is a square of that edge, with the quadrants."""
    canvas = b"VP8X" + struct.pack("<II", 10, 0) + (edge - 1).to_bytes(3, "little") * 2
    content = b"WEBP" + canvas + encoded(quadrants(), "WEBP")[12:]
    return b"RIFF" + struct.pack("<I", len(content)) + content


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def swapped_profile() -> bytes:
    """Make a color profile that swaps red and green: sRGB with the names of two primaries exchanged."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for old, new in ((b"rXYZ", b"????"), (b"gXYZ", b"rXYZ"), (b"????", b"gXYZ")):
        profile = profile.replace(old, new, 1)
    return profile


def gray_profile(gamma: float) -> bytes:
    """Make a color profile of grays with that gamma: ICC.1, 7.2 and 10.6."""
    curve = b"curv" + bytes(4) + struct.pack(">IH", 1, round(gamma * 256)) + bytes(2)
    white = b"XYZ " + bytes(4) + struct.pack(">3i", 0xF6D6, 0x10000, 0xD32D)
    name = b"desc" + bytes(4) + struct.pack(">I", 5) + b"Grey\0" + bytes(78)
    tags, data = b"", b""
    for tag, content in ((b"kTRC", curve), (b"wtpt", white), (b"desc", name)):
        tags += tag + struct.pack(">II", 128 + 4 + 36 + len(data), len(content))
        data += content + bytes(-len(content) % 4)
    size = 128 + 4 + len(tags) + len(data)
    head = (
        struct.pack(">I4sI4s4s4s", size, b"lcms", 0x02400000, b"mntr", b"GRAY", b"XYZ ")
        + bytes(12)
        + b"acsp"
        + bytes(28)
    )
    head += struct.pack(">3i", 0xF6D6, 0x10000, 0xD32D)
    return head.ljust(128, b"\0") + struct.pack(">I", 3) + tags + data


@cache
def examples() -> dict[str, bytes]:
    """Return the quadrants in every format, in all modes that have decoder code of their own."""
    plain = {name: encoded(quadrants(), name) for name in CONTENT_TYPES}
    clear = {f"{name} RGBA": encoded(quadrants(mode="RGBA"), name) for name in ("PNG", "WEBP", "GIF", "TIFF", "AVIF")}
    return {
        **plain,
        **clear,
        "JPEG progressive": encoded(quadrants(), "JPEG", progressive=True),
        "JPEG CMYK": encoded(quadrants(mode="CMYK"), "JPEG"),
        "JPEG gray": encoded(quadrants(mode="L"), "JPEG"),
        "PNG palette": encoded(quadrants(mode="P"), "PNG"),
        "PNG palette RGBA": encoded(quadrants(mode="RGBA").quantize(8), "PNG"),
        "PNG LA": encoded(quadrants(mode="LA"), "PNG"),
        "PNG 16 bits": gray_png(16),
        "PNG 1 bit": gray_png(1),
        "GIF animated": animation("GIF", 3),
        "TIFF LZW": encoded(quadrants(), "TIFF", compression="tiff_lzw"),
        "TIFF pages": animation("TIFF", 2),
        "HEIF RGBA": encoded(quadrants(mode="RGBA"), "HEIF"),
    }


def examples_of_formats() -> list[str]:
    """Return the names of examples: one of each format in `make test`, all in `make test-all`."""
    return list(examples() if is_thorough() else CONTENT_TYPES)


def difference(first: Image.Image, second: Image.Image) -> float:
    """Return the difference of two images of one size on gray: the mean of the worst channel, 0 to 255."""
    return max(ImageStat.Stat(ImageChops.difference(on_gray(first), on_gray(second))).mean)


def on_gray(image: Image.Image) -> Image.Image:
    """Return image in RGB, on gray where it is transparent."""
    ground = Image.new("RGBA", image.size, (128, 128, 128))
    return Image.alpha_composite(ground, image.convert("RGBA")).convert("RGB")


def is_upright(image: Image.Image) -> bool:
    """Whether the quadrants of image have the right places and colors."""
    width, height = image.size
    centres = [(width * (1 + 2 * (n % 2)) // 4, height * (1 + 2 * (n // 2)) // 4) for n in range(4)]
    found = [image.convert("RGBA").convert("RGB").getpixel(centre) for centre in centres]
    return all(close(color, wanted) for color, wanted in zip(found, QUADRANTS, strict=True))


def close(found: object, wanted: Color, tolerance: int = 40) -> bool:
    """Whether a pixel has the wanted color, up to tolerance in each channel."""
    assert isinstance(found, tuple)
    return all(abs(one - other) <= tolerance for one, other in zip(found, wanted, strict=True))
