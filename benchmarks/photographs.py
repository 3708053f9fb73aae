"""The photographs that are measured: a few are files of cameras, the others are made from such files and never enlarged."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from PIL import Image

from benchmarks.packages import Package, extracted
from benchmarks.settings import BUILD, ROOT
from imaging.formats import FORMATS

EXIF_READER = Package("npm", "exif", "0.6.0", "MIT")
PILLOW_HEIF = Package("PyPI", "pillow-heif", "1.8.1", "BSD 3-Clause")
HEIF_IMAGES = "tests/images"

PHONE, CAMERA = "4:2:0", "4:2:2"  # chroma subsampling of each in a JPEG
KEPT = {"exif": 65_000, "icc_profile": 65_000}  # bytes of each: more than that has no place in one segment of a JPEG
# How a photograph is encoded again, by the extension of its name; JPEG at the quality of the camera files above
SAVED: dict[str, dict[str, Any]] = {
    ".jpg": {"quality": 96},
    ".png": {"compress_level": 6},
    ".webp": {"quality": 85},
    ".avif": {"quality": 65, "speed": 6},
}


@dataclass(frozen=True)
class Original:
    """A photograph as it was published: in a package, or among this repository's samples if there is none."""

    path: str
    package: Package | None = None
    sha256: str = ""

    def file(self) -> Path:
        """Return its path; fetch it if it does not exist."""
        return ROOT / self.path if self.package is None else extracted(self.package, self.path, self.sha256)

    def __str__(self) -> str:
        """Return its source as text."""
        return f"`{self.path}`" + (f" of {self.package}" if self.package else "")


@dataclass(frozen=True)
class Photograph:
    """A photograph to measure: the original itself, or one made from it."""

    name: str
    original: Original
    megapixels: float | None = None  # scaled to so many, None: as large as the original
    subsampling: str = PHONE

    def file(self) -> Path:
        """Return its path; make it if it does not exist."""
        source = self.original.file()
        if self.is_original():
            return source
        target = BUILD / "photographs" / self.name
        if not target.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            self._make(source, target)
        return target

    def is_original(self) -> bool:
        """Return whether the original is used unchanged: the photograph has its name then."""
        return self.name == Path(self.original.path).name

    def origin(self) -> str:
        """Return its source and what was done to it."""
        done = "" if self.is_original() else "encoded again, from " if self.megapixels is None else "scaled down, from "
        return f"{done}{self.original}"

    def _make(self, source: Path, target: Path) -> None:
        image = _opened(source)
        kept = {name: image.info[name] for name, most in KEPT.items() if 0 < len(image.info.get(name) or b"") <= most}
        options = SAVED[target.suffix] | ({"subsampling": self.subsampling} if target.suffix == ".jpg" else {})
        partial = target.with_suffix(f".partial{target.suffix}")
        self._scaled(image).save(partial, **options, **kept)
        partial.rename(target)

    def _scaled(self, image: Image.Image) -> Image.Image:
        factor = 1.0 if self.megapixels is None else (self.megapixels * 1e6 / (image.width * image.height)) ** 0.5
        if factor > 1:
            raise ValueError(f"{self.name} would be larger than its original")
        size = (round(image.width * factor), round(image.height * factor))
        return image if size == image.size else image.resize(size, Image.Resampling.LANCZOS)


def _opened(file: Path) -> Image.Image:
    """Open a photograph of any size: Pillow's own opener refuses the largest."""
    from pillow_heif import is_supported, open_heif

    with file.open("rb") as content:
        if is_supported(content):
            image: Image.Image = open_heif(file).to_pillow()
            return image
    with Image.open(file) as opened:
        opened.load()
        return opened


DOGS = Original("local/photographs/dogs.jpg")
WINE = Original("local/photographs/wine.jpg")
HAND = Original(
    "test/short-ascii-II.jpg", EXIF_READER, "fdf1b294459b8ef63aa2f3865143dffb5f766c8ae10de3d5df1bc5dd3d01e705"
)
PARIS = Original(
    "test/sony-alpha-6000.jpg", EXIF_READER, "46cdfa450f33ed8c4769c639c969f96b19f6474f14a64cb021dda0279090bcad"
)
PEN = Original(
    f"{HEIF_IMAGES}/heif_special/xiaomi.heic",
    PILLOW_HEIF,
    "cb5c7d9131931df4abd9bfe1c3de47617b68d1fae54a1c367fc5981ffea6aeed",
)
PLANT = Original(
    f"{HEIF_IMAGES}/heif_other/spatial_photo.heic",
    PILLOW_HEIF,
    "ef941d328072a2df034adb3c3b46f41117606bfc8fcc100dff975d31f55ec028",
)
CAT = Original(
    f"{HEIF_IMAGES}/heif_other/cat.hif",
    PILLOW_HEIF,
    "3a396202a8bb50c5cccbfd89d3cf6ef0a0fa47794afd785693d882edc2eb30b7",
)
PUG = Original(
    f"{HEIF_IMAGES}/heif_other/pug.heic",
    PILLOW_HEIF,
    "1ddce96766efbfa0f6bdf634bdab26bdeff831393df8d67f4cdc7b7a7afebc67",
)
GUITAR = Original(
    f"{HEIF_IMAGES}/heif_special/guitar_cw90.hif",
    PILLOW_HEIF,
    "f0d5e88be07b9d70a3715218ca612ccf45b126e5b4b42172dce14a62d2099932",
)
DESK = Original(
    f"{HEIF_IMAGES}/heif_special/200MP.heic",
    PILLOW_HEIF,
    "4dd7209010986a50b1049e54de47ae2188faef6d548213a9799e11fae1a317c6",
)


def _jpegs() -> list[Photograph]:
    return [
        Photograph("cat-3.jpg", CAT, megapixels=3, subsampling=CAMERA),
        Photograph("pen.jpg", PEN),
        Photograph("dogs.jpg", DOGS),
        Photograph("plant.jpg", PLANT),
        Photograph("wine.jpg", WINE),
        Photograph("pug.jpg", PUG),
        Photograph("short-ascii-II.jpg", HAND),
        Photograph("desk-16.jpg", DESK, megapixels=16),
        Photograph("sony-alpha-6000.jpg", PARIS),
        Photograph("guitar.jpg", GUITAR, subsampling=CAMERA),
        Photograph("desk-48.jpg", DESK, megapixels=48),
    ]


def _three_sizes(extension: str) -> list[Photograph]:
    return [
        Photograph(f"cat-3.{extension}", CAT, megapixels=3),
        Photograph(f"pug.{extension}", PUG),
        Photograph(f"guitar-24.{extension}", GUITAR, megapixels=24),
    ]


def _heics() -> list[Photograph]:
    return [Photograph("pug.heic", PUG), Photograph("guitar_cw90.hif", GUITAR)]


# By the format's name in imaging.formats.
CHOSEN: dict[str, Callable[[], list[Photograph]]] = {
    "JPEG": _jpegs,
    **{name: partial(_three_sizes, FORMATS[name].extension) for name in ("PNG", "WEBP", "AVIF")},
    "HEIF": _heics,
}
