"""The operations under test, as the benchmark runs them; the one file that follows their signatures."""

from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.job import Job, Operation
from imaging.decoding.picture import has_alpha, open_picture
from imaging.features.appearance import SAMPLE, describe_appearance
from imaging.limits import Limits
from imaging.metadata.bit_depth import bit_depth
from imaging.metadata.embedded import read_embedded
from imaging.metadata.properties import dots_per_inch, read_properties
from imaging.rendering.rendition import Rendition, crop_thumbnail, make_sample, resize_to_edges


@dataclass(frozen=True)
class Made:
    """The result of an operation: the size, content and format of a rendition, or only the size of the picture."""

    width: int
    height: int
    data: bytes = b""
    format: str = ""


def _of(rendition: Rendition) -> Made:
    return Made(rendition.width, rendition.height, rendition.data, rendition.format.name)


def _resize(data: bytes, job: Job, limits: Limits) -> Made:
    return _of(resize_to_edges(open_picture(data, limits), [job.edge], job.quality)[job.edge])


def _thumbnail(data: bytes, job: Job, limits: Limits) -> Made:
    return _of(crop_thumbnail(open_picture(data, limits), job.edge, job.quality))


def _header(data: bytes, _: Job, limits: Limits) -> Made:
    """Read the same properties as sharp's metadata(); EXIF, ICC and XMP stay unparsed bytes in both."""
    picture = open_picture(data, limits)
    bit_depth(picture)
    dots_per_inch(picture)
    has_alpha(picture.image)
    return Made(*picture.size)


def _metadata(data: bytes, _: Job, limits: Limits) -> Made:
    """Read all that the step ExtractMetadata returns."""
    picture = open_picture(data, limits)
    size = picture.size
    read_properties(picture)
    read_embedded(picture)
    describe_appearance(make_sample(picture, SAMPLE), size)
    return Made(*size)


OPERATIONS: dict[Operation, Callable[[bytes, Job, Limits], Made]] = {
    "resize": _resize,
    "thumbnail": _thumbnail,
    "header": _header,
    "metadata": _metadata,
}
