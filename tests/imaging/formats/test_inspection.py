"""The formats: recognized by content alone, and inspected before any decoder runs."""

import struct
import zlib
from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image
from PIL.ExifTags import Base

from imaging.decoding.decode import decode
from imaging.decoding.picture import open_picture
from imaging.errors import ImageRefusedError, Reason
from imaging.formats import FORMATS, sniff_format
from imaging.formats.inspection import Inspection
from imaging.formats.inspectors import INSPECTORS, inspect_file
from imaging.limits import MAX_METADATA, MAX_PARTS, MAX_SCANS
from tests import pictures
from tests.hostile import gifs, heif_files, jpegs, png_texts, pngs, tiffs, webps
from tests.imaging.limits import LIMITS

LIMITS = replace(LIMITS, max_frames=100)
ANIMATED = ("GIF", "PNG", "WEBP", "TIFF", "MPO", "AVIF", "HEIF")


def reason_of(data: bytes) -> Reason | None:
    """Return why the inspection refuses data, None if it does not."""
    try:
        inspect_file(data, LIMITS)
    except ImageRefusedError as rejected:
        return rejected.reason
    return None


@pytest.mark.parametrize("name", pictures.examples())
def test_content_decides_the_format(name: str) -> None:
    """Only the first bytes of a file decide its format."""
    assert sniff_format(pictures.examples()[name]) is FORMATS[name.split(maxsplit=1)[0]]


def test_every_format_has_an_inspector() -> None:
    """Every format is inspected before it is opened."""
    assert INSPECTORS.keys() == FORMATS.keys()


@pytest.mark.parametrize(
    ("brands", "name"),
    [
        (b"avifmif1", "AVIF"),
        (b"avisavif", "AVIF"),
        (b"mif1avif", "AVIF"),
        (b"mif1miafavif", "AVIF"),
        (b"heicmif1", "HEIF"),
        (b"heixheic", "HEIF"),
        (b"mif1heic", "HEIF"),
        (b"msf1hevc", "HEIF"),
        (b"miafavifmif1", "AVIF"),
        (b"MA1Bavif", "AVIF"),
        (b"mif1" + b"xxxx" * 14 + b"avif", "AVIF"),
        (b"heicavif", "HEIF"),
        (b"miafheicmif1", "HEIF"),
        (b"1picmif1", "HEIF"),
        (b"mif3", "HEIF"),
        (b"mif1" + b"xxxx" * 400 + b"avif", "AVIF"),
        (b"isommp42", None),
        (b"isomhvc1", None),
        (b"jpeg2000", None),
    ],
)
def test_brands_of_a_media_file_decide_its_format(brands: bytes, name: str | None) -> None:
    """Any of them may be the first; only where a file is both does the first one decide."""
    head = heif_files.box(b"ftyp", brands[:4], bytes(4), brands[4:])
    assert sniff_format(head) == (FORMATS[name] if name else None)


@pytest.mark.parametrize("frames", [1, 2, 3])
@pytest.mark.parametrize("name", ANIMATED)
def test_frames_are_those_that_pillow_finds(name: str, frames: int) -> None:
    """As many frames are counted as the decoder finds."""
    data = pictures.animation(name, frames)
    assert inspect_file(data, LIMITS).frames == getattr(Image.open(BytesIO(data)), "n_frames", 1) == frames


@pytest.mark.parametrize("name", pictures.examples())
def test_sizes_are_held_to_the_limits(name: str) -> None:
    """The inspection alone finds the size of the decoder: a limit of one pixel less refuses the file."""
    data = pictures.examples()[name]
    width, height = inspected_size(data)
    inspect_file(data, replace(LIMITS, max_pixels=width * height, max_edge=width))
    for limits in (replace(LIMITS, max_pixels=width * height - 1), replace(LIMITS, max_edge=width - 1)):
        with pytest.raises(ImageRefusedError):
            inspect_file(data, limits)


def inspected_size(data: bytes) -> tuple[int, int]:
    """Return the size that the decoder works with, which for a HEIF may be more than it shows."""
    if sniff_format(data) is FORMATS["HEIF"]:
        at = data.index(b"ispe") + 8
        width, height = struct.unpack_from(">II", data, at)
        return width, height
    return pictures.decoded(data).size


def test_a_default_image_is_a_frame_of_its_own() -> None:
    """An APNG may have a default image, for viewers without animation, that is not one of its frames."""
    data = pictures.animation("PNG", 3, default_image=True)
    assert inspect_file(data, LIMITS).frames == getattr(Image.open(BytesIO(data)), "n_frames", 1)


def test_control_chunks_alone_make_no_animation() -> None:
    """Without its header chunk, or with a late one, an animation is a still image."""
    frame, pixels = png_texts.control(0), pngs.pixels((40, 30))
    header = pngs.chunk(b"acTL", struct.pack(">II", 2, 0))
    for chunks in ((frame, pixels, frame), (frame, pixels, header, frame)):
        assert inspect_file(pngs.png(pngs.header((40, 30)), *chunks), LIMITS).frames == 1


def test_images_that_an_index_only_claims_are_not_counted() -> None:
    """Only those images of an MPO count that exist."""
    data = pictures.animation("MPO", 3)
    second = data.index(b"\xff\xd8", 1000)
    assert inspect_file(data[:second] + b"??" + data[second + 2 :], LIMITS).frames == 2


@pytest.mark.parametrize("orientation", pictures.ORIENTATIONS)
def test_a_pngs_orientation_is_found_behind_its_pixels(orientation: int) -> None:
    """EXIF may follow the pixels, and is read without decoding them."""
    block = pictures.exif({Base.Orientation: orientation}).tobytes()[6:]
    data = pngs.png(pngs.header((40, 30)), pngs.chunk(b"IDAT", b"?"), pngs.chunk(b"eXIf", block))
    assert open_picture(data, LIMITS).orientation == orientation


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("behind", [False, True])
def test_a_pngs_orientation_is_found_in_its_text(*, packed: bool, behind: bool) -> None:
    """Older programs wrote EXIF in hexadecimal."""
    block = pictures.exif({Base.Orientation: 6}).tobytes()
    text = b"\nexif\n%8d\n" % len(block) + block.hex().encode() + b"\n"
    keyword = b"Raw profile type exif\0"
    content = (
        pngs.chunk(b"zTXt", keyword + b"\0" + zlib.compress(text)) if packed else pngs.chunk(b"tEXt", keyword + text)
    )
    chunks = [pngs.pixels((40, 30)), content] if behind else [content, pngs.pixels((40, 30))]
    picture = open_picture(pngs.png(pngs.header((40, 30)), *chunks), LIMITS)
    assert (picture.orientation, picture.size) == (6, (30, 40))


def test_a_png_without_exif_is_not_decoded_for_it() -> None:
    """Opening a PNG without EXIF does not decode its pixels, which may even be corrupt."""
    data = pngs.png(pngs.header((40, 30)), pngs.chunk(b"IDAT", b"nonsense"))
    assert dict(open_picture(data, LIMITS).image.getexif()) == {}


@pytest.mark.parametrize("scans", [10, MAX_SCANS, MAX_SCANS + 1])
def test_scans_are_counted_before_a_jpeg_is_decoded(scans: int) -> None:
    """The largest allowed number of scans passes, and one more does not."""
    picture = open_picture(jpegs.repeated(scans - 9), LIMITS)
    if scans <= MAX_SCANS:
        assert decode(picture).image.size == picture.size
    else:
        with pytest.raises(ImageRefusedError) as rejected:
            decode(picture)
        assert rejected.value.reason == Reason.TOO_MANY_SCANS


def test_scan_markers_in_metadata_do_not_count() -> None:
    """The bytes of the marker of a scan may be anywhere."""
    behind = jpegs.repeated(40)[:-2] + jpegs.segment(0xFE, jpegs.SCAN * 1000) + jpegs.END
    picture = open_picture(behind + jpegs.SCAN * 1000, LIMITS)
    assert decode(picture).image.size == decode(picture).image.size == (96, 64)


MOST_EXIF, MOST_PROFILE, MOST_TEXT = (MAX_METADATA[kind] for kind in ("EXIF", "profile", "text"))
WITH_METADATA = {
    "JPEG's comments": lambda size: jpegs.put(*[jpegs.segment(0xFE, bytes(2**15))] * (size // 2**15)),
    "PNG's EXIF": lambda size: pngs.with_chunks(pngs.chunk(b"eXIf", bytes(size))),
    "PNG's text": lambda size: pngs.with_chunks(pngs.chunk(b"tEXt", bytes(size))),
    "WebP's EXIF": lambda size: webps.riff(webps.canvas(), webps.bitstream(), webps.chunk(b"EXIF", bytes(size))),
    "WebP's profile": lambda size: webps.riff(webps.canvas(), webps.bitstream(), webps.chunk(b"ICCP", bytes(size))),
    "TIFF's profile": lambda size: tiffs.tiff(tiffs.tags() | {tiffs.PROFILE: bytes(size)}),
    "HEIF's EXIF": lambda size: heif_files.File([heif_files.tile(), heif_files.Item(b"Exif", bytes(size))]).written(),
    "GIF's comment": lambda size: gifs.head() + b"!\xfe" + gifs.chain(bytes(size - size // 256)) + gifs.frame(),
}


@pytest.mark.share(2)
@pytest.mark.parametrize("name", WITH_METADATA)
def test_each_kind_of_metadata_has_a_limit(name: str) -> None:
    """Each kind passes up to its limit, wherever it is, and not beyond."""
    most = {"EXIF": MOST_EXIF, "profile": MOST_PROFILE}.get(name.rsplit(maxsplit=1)[-1], MOST_TEXT)
    inspect_file(WITH_METADATA[name](most - 2**15), LIMITS)
    assert reason_of(WITH_METADATA[name](most + 2**15)) == Reason.TOO_MUCH_METADATA


def test_parts_have_a_limit() -> None:
    """Parts are counted, so that a file with nothing but small parts is refused early."""
    inspection = Inspection(FORMATS["PNG"], LIMITS)
    inspection.add_parts(MAX_PARTS)
    with pytest.raises(ImageRefusedError) as rejected:
        inspection.add_parts()
    assert rejected.value.reason == Reason.TOO_COMPLEX


@pytest.mark.parametrize("name", pictures.examples())
def test_an_inspection_ends_wherever_a_file_is_cut(name: str) -> None:
    """A file cut at any length passes or is refused, without another error."""
    data = pictures.examples()[name]
    reasons = {reason_of(data[:end]) for end in range(0, len(data), 1 + len(data) // 400)}
    assert reasons <= {None, Reason.TRUNCATED, Reason.NOT_AN_IMAGE, Reason.CORRUPT}
