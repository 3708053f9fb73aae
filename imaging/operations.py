"""The operations on an image, by name: bytes and JSON in, facts as JSON and encoded renditions out.

The process that runs them is not trusted, since decoders have faults. It cannot open files, so load imports everything first.
"""

from __future__ import annotations

from contextlib import suppress
from importlib import import_module
from io import BytesIO
from typing import TYPE_CHECKING, Any

from PIL import Image

from imaging import checksums, deflate
from imaging.decoding import codecs, libspng, libtiff, libwebp
from imaging.decoding.decode import decode
from imaging.decoding.decoders import load_decoder
from imaging.decoding.picture import Picture, open_picture
from imaging.features.appearance import SAMPLE, describe_appearance
from imaging.formats import FORMATS
from imaging.limits import MOST_PIXELS, Limits
from imaging.metadata.embedded import read_embedded
from imaging.metadata.properties import read_properties
from imaging.rendering.authorship import Authorship
from imaging.rendering.rendition import MIDDLE, Rendition, Wanted, crop_to_sizes, make_sample, resize_to_edges
from imaging.rendering.resampling import has_fast_resizer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from imaging.rendering.resampling import Size

# Modules that are imported when they are needed: below, in Pillow and in the standard library.
LATE = (
    *("PIL.BmpImagePlugin", "PIL.GifImagePlugin", "PIL.JpegImagePlugin", "PIL.PngImagePlugin"),
    *(
        "PIL.MpoImagePlugin",
        "PIL.TiffImagePlugin",
        "PIL.ImageSequence",
        "PIL.ImageOps",
    ),  # of several frames, and of EXIF
    *(
        "encodings.ascii",
        "encodings.cp1252",
        "encodings.latin_1",
        "encodings.utf_16_be",
        "encodings.utf_16_le",
        "xml.parsers.expat",
    ),
)
# Modules that do the same faster, and whether they are installed.
FAST: dict[str, Callable[[], bool]] = {
    "cykooz_resizer": has_fast_resizer,
    "isal.isal_zlib": deflate.is_available,
    "zlib_ng.zlib_ng": checksums.is_available,
}
WARM_UP_SIZE = (16, 16)  # pixels
WARM_UP: dict[str, dict[str, Any]] = {  # arguments of each operation
    "examine": {},
    "describe": {},
    "resize": {"edges": [8, 4], "quality": 80, "authorship": {}},
    "crop": {"sizes": [[4, 4]], "quality": 80, "authorship": {}},
}
WRITTEN = ("JPEG", "PNG", "WEBP")  # of renditions, whatever may be opened
Outcome = tuple["Mapping[str, Any]", "Sequence[bytes]"]  # facts, and the bytes of renditions


def examine(picture: Picture) -> Outcome:
    """Decode the image, and return the facts of its file; raises ImageRefusedError."""
    width, height = picture.size
    decode(picture, wanted=(1, 1), all_scans=True)  # all of the data, at the smallest scale
    facts = {
        "format": picture.format.name,
        "contentType": picture.format.content_type,
        "width": width,
        "height": height,
        "frames": picture.frames,
        "size": len(picture.data),
    }
    return facts, []


def describe(picture: Picture) -> Outcome:
    """Return properties, embedded metadata and appearance; raises ImageRefusedError."""
    # In this order: the sample is decoded at a small scale, after which Pillow reports another size.
    properties, embedded, size = read_properties(picture), read_embedded(picture), picture.size
    appearance = describe_appearance(make_sample(picture, SAMPLE), size)
    return {"properties": properties, **embedded, "appearance": appearance}, []


def resize(
    picture: Picture,
    edges: Sequence[int],
    quality: int,
    authorship: Mapping[str, str | None],
    variants: Sequence[str] = (),
) -> Outcome:
    """Return the image fitted inside each of edges, the largest first; raises ImageRefusedError."""
    found = resize_to_edges(picture, edges, quality, Authorship.from_json(authorship), variants)
    return _described({(edge, edge): rendition for edge, rendition in found.items()})


def crop(  # noqa: PLR0913 - each is a setting, by name
    picture: Picture,
    sizes: Sequence[Sequence[int]],
    *,
    quality: int,
    authorship: Mapping[str, str | None],
    focus: Sequence[float] | None = None,
    variants: Sequence[str] = (),
) -> Outcome:
    """Return the part of the image in each of these shapes around a focal point or its middle; raises ImageRefusedError."""
    point = MIDDLE if focus is None else (focus[0], focus[1])
    wanted = Wanted(quality, Authorship.from_json(authorship), variants)
    return _described(crop_to_sizes(picture, [(width, height) for width, height in sizes], wanted, point))


def _described(found: Mapping[Size, Rendition]) -> Outcome:
    """Return each image by the size into which it was to fit, with its formats; the bytes are in their order."""
    claims, contents = [], []
    for within, rendition in found.items():
        formats = [rendition, *rendition.variants]
        names = [one.format.name for one in formats]
        claims.append({"within": list(within), "width": rendition.width, "height": rendition.height, "formats": names})
        contents += [one.data for one in formats]
    return {"renditions": claims}, contents


OPERATIONS: dict[str, Callable[..., Outcome]] = {
    "examine": examine,
    "describe": describe,
    "resize": resize,
    "crop": crop,
}


def run(name: str, data: bytes, arguments: Mapping[str, Any]) -> Outcome:
    """Run an operation on the image in data, within the limits in arguments; raises ImageRefusedError."""
    options = dict(arguments)
    picture = open_picture(data, Limits.from_json(options.pop("limits")))
    return OPERATIONS[name](picture, **options)


def load(*formats: str) -> list[str]:
    """Import all that an operation on formats may need, by default on any, and return the optional libraries that are missing.

    The library of another format is not loaded: a format is switched off when its decoder has an advisory.
    """
    needed = {*formats, *WRITTEN} if formats else FORMATS.keys()
    for name in sorted(needed):
        with suppress(ImportError):  # a format whose decoder is not installed should be switched off
            load_decoder(FORMATS[name])
    for module in (*LATE, *(name for name, is_installed in FAST.items() if is_installed())):
        import_module(module)
    codecs.require()
    libspng.is_available()  # it is opened now, since nothing can be later
    if "TIFF" in needed:
        libtiff.load()
    _warm_up()
    return [] if libwebp.is_available() else ["libwebp"]


def _warm_up() -> None:
    """Run each operation on an image of our own.

    A process that is forked for an image has what Python keeps of code that has run, and need not make it: a millisecond each.
    """
    limits = Limits(frozenset(["JPEG"]), max_pixels=MOST_PIXELS, max_edge=max(WARM_UP_SIZE), max_frames=1).to_json()
    file = BytesIO()
    with suppress(Exception):  # it is the images' to report
        Image.new("RGB", WARM_UP_SIZE).save(file, "JPEG")
        for name, options in WARM_UP.items():
            run(name, file.getvalue(), {"limits": limits, **options})
    vars(Image)["core"].clear_cache()  # Pillow would zero its blocks again, which are zero in memory that is new
