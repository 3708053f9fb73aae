"""The most memory that an accepted picture takes: the largest accepted number of pixels, in each kind of file."""

import math
import re
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from PIL import Image

from benchmarks.job import Operation, Size
from benchmarks.measure import job
from benchmarks.settings import BUILD, limits
from benchmarks.worker_process import JobError, our_worker
from imaging.errors import ImageRefusedError
from lambdas.runtime.sandbox import client as sandbox

OPERATIONS: tuple[Operation, ...] = ("resize", "thumbnail", "metadata")
# Noise in squares of so many pixels and of so many levels' deviation, or no file would keep to the limit on bytes.
COARSE, DEVIATION = 8, 16
BLOCK = 64  # pixels; a size in whole blocks is coded as it is, without a margin that counts too


@dataclass(frozen=True)
class Kind:
    """A kind of file: Pillow's name of the format, the mode that is drawn, and how it is saved, in words and options."""

    format: str
    mode: str = "RGB"
    words: str = ""
    options: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        """Name it."""
        return ", ".join(filter(None, (f"{self.format} {self.mode}", self.words)))

    def file(self) -> Path:
        """Return the path of the picture; draw it if it does not exist."""
        target = BUILD / "largest" / re.sub(r"\W+", "-", str(self))
        if not target.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            partial = target.with_suffix(".partial")
            self._draw(partial)
            partial.rename(target)
        return target

    def _draw(self, target: Path) -> None:
        import pillow_heif

        pillow_heif.register_heif_opener()
        size, options = largest_size(limits().max_pixels), deepcopy(self.options)  # its encoder writes into them
        if self.mode == DEEP:
            pillow_heif.from_bytes(DEEP, size, deepened(noise(size, "RGB").tobytes())).save(target, **options)
        else:
            image = noise(size, self.mode)
            image.save(target, self.format, **options, **(_second(image) if self.words == TWO_FRAMES else {}))


def _second(image: Image.Image) -> dict[str, Any]:
    """Return the options that save image with another one after it."""
    return {"save_all": True, "append_images": [image.transpose(Image.Transpose.ROTATE_180)]}


TWO_FRAMES = "2 frames"
DEEP = "RGB;16"  # pillow_heif's: saved with 10 bits a channel
WHOLE = {"quality": 60, "progressive": True, "subsampling": 0}  # its coefficients are all kept, even if less is decoded
DEFLATED = {"compression": "tiff_adobe_deflate"}
QUICK_HEIF = {"quality": 50, "enc_params": {"preset": "ultrafast"}}
KINDS = [
    Kind("JPEG"),
    Kind("JPEG", "RGB", "progressive 4:4:4", WHOLE),
    Kind("JPEG", "CMYK", "progressive 4:4:4", WHOLE),
    Kind("PNG"),
    Kind("PNG", "RGBA"),
    Kind("PNG", "P"),
    Kind("PNG", "I;16"),
    Kind("PNG", "RGBA", TWO_FRAMES),
    Kind("WEBP"),
    Kind("WEBP", "RGBA"),
    Kind("WEBP", "RGB", "lossless", {"lossless": True, "method": 0}),
    Kind("WEBP", "RGBA", TWO_FRAMES),
    Kind("GIF", "P"),
    Kind("GIF", "P", TWO_FRAMES),
    Kind("TIFF", "RGB", "deflated", DEFLATED),
    Kind("TIFF", "RGBA", "deflated", DEFLATED),
    Kind("TIFF", "CMYK", "deflated", DEFLATED),
    Kind("TIFF", "F", "deflated", DEFLATED),
    Kind("BMP", "1"),
    Kind("AVIF", "RGB", "", {"speed": 10}),
    Kind("AVIF", "RGB", "4:4:4", {"speed": 10, "subsampling": "4:4:4"}),
    Kind("AVIF", "RGBA", "", {"speed": 10}),
    Kind("HEIF", "RGB", "", QUICK_HEIF),
    Kind("HEIF", "RGBA", "", QUICK_HEIF),
    Kind("HEIF", DEEP, "10 bits 4:2:2", {**QUICK_HEIF, "chroma": "422"}),
]


@dataclass(frozen=True)
class Peak:
    """The peak memory of one operation on a picture of the largest accepted size, bytes."""

    kind: str
    operation: Operation
    file: int  # its size
    peak: int | None  # where the picture is accepted


def peak(kind: Kind, operation: Operation) -> Peak:
    """Measure operation on kind in a process of its own, if the picture is accepted; raises JobError if it fails."""
    file = kind.file()
    size = file.stat().st_size
    if size > limits().max_bytes:
        raise JobError(f"{size} bytes are more than what is accepted")
    return Peak(str(kind), operation, size, _peak(file, operation) if _is_accepted(file) else None)


def _peak(file: Path, operation: Operation) -> int:
    with our_worker() as worker:
        return worker.do(job(operation, file)).peak


@cache
def _is_accepted(file: Path) -> bool:
    """Return whether the step ValidateImage accepts a file, in its sandbox."""
    try:
        return sandbox.run("examine", file.read_bytes(), bool, limits=limits().limits.to_json())
    except ImageRefusedError:
        return False


def largest_size(pixels: int) -> Size:
    """Return the largest size of about 3 by 2 with no more than pixels, in whole BLOCKs."""
    height = math.isqrt(pixels * 2 // 3) // BLOCK * BLOCK
    return pixels // height // BLOCK * BLOCK, height


def deepened(pixels: bytes) -> bytes:
    """Return numbers of 8 bits as numbers of 16 bits, low byte first, of the same brightness up to 1/256."""
    deep = bytearray(2 * len(pixels))
    deep[1::2] = pixels
    return bytes(deep)


def noise(size: Size, mode: str) -> Image.Image:
    """Draw noise of that size and mode, in squares of COARSE pixels."""
    coarse = (math.ceil(size[0] / COARSE), math.ceil(size[1] / COARSE))
    bands = "RGBA" if mode == "RGBA" else "RGB"
    drawn = Image.merge(bands, [Image.effect_noise(coarse, DEVIATION) for _ in bands])
    return drawn.convert("L" if mode == "I;16" else mode).resize(size, Image.Resampling.NEAREST).convert(mode)
