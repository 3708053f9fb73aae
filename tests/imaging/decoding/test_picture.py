"""Opening and decoding images: all formats, orientation, and which files are refused."""

import struct
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL.ExifTags import Base

from imaging.decoding.decode import decode
from imaging.decoding.picture import has_alpha, open_picture, upright_size
from imaging.errors import ImageRefusedError, Reason
from imaging.formats import FORMATS
from tests import pictures
from tests.hostile import heif_files, pngs
from tests.imaging.limits import LIMITS

JPEG = pictures.encoded(pictures.quadrants((400, 300)), "JPEG")


def refusal(data: bytes) -> Reason:
    """Return why data is refused, when it is opened or decoded."""
    with pytest.raises(ImageRefusedError) as rejected:
        decode(open_picture(data, LIMITS))
    return rejected.value.reason


@pytest.mark.parametrize("name", pictures.examples())
def test_every_format_is_opened_and_decoded(name: str) -> None:
    """Each format is recognized by its content, in every mode."""
    picture = open_picture(pictures.examples()[name], LIMITS)
    assert picture.format is FORMATS[name.split(maxsplit=1)[0]]
    assert decode(picture).image.size == picture.size


@pytest.mark.parametrize("orientation", pictures.ORIENTATIONS)
@pytest.mark.parametrize("format_name", pictures.CARRY_EXIF)
def test_size_is_upright(format_name: str, orientation: int) -> None:
    """The width is the width that a viewer shows, for every orientation."""
    assert open_picture(pictures.turned(format_name, orientation), LIMITS).size == pictures.SIZE


@pytest.mark.parametrize("name", ["JPEG", "JPEG progressive", "JPEG CMYK", "PNG", "GIF", "TIFF", "BMP"])
@pytest.mark.parametrize("share", [0.4, 0.6, 0.8])
def test_a_file_that_ends_early_is_truncated(name: str, share: float) -> None:
    """Wherever the pixels end, the reason is that the file is truncated."""
    data = pictures.examples()[name]
    assert refusal(data[: int(len(data) * share)]) == Reason.TRUNCATED


@pytest.mark.parametrize("name", ["WEBP", "AVIF", "HEIF"])
@pytest.mark.parametrize("share", [0.3, 0.5, 0.9])
def test_a_video_frame_that_ends_early_is_refused(name: str, share: float) -> None:
    """AVIF and HEIF decoders do not say why, but never return a part of an image."""
    data = pictures.examples()[name]
    assert refusal(data[: int(len(data) * share)]) in {Reason.NOT_AN_IMAGE, Reason.CORRUPT, Reason.TRUNCATED}


def test_a_damaged_avif_is_corrupt() -> None:
    """A complete file without a valid frame is corrupt, though its decoder has one error for everything."""
    data = pictures.examples()["AVIF"]
    assert refusal(data[:-60] + b"\xff" * 60) == Reason.CORRUPT


@pytest.mark.parametrize("cut", [5, 10, 100, 1000])
def test_a_jpeg_is_read_to_its_last_byte(cut: int) -> None:
    """A JPEG without its last pixels is truncated, even when decoded at the smallest scale."""
    with pytest.raises(ImageRefusedError) as rejected:
        decode(open_picture(JPEG[:-cut], LIMITS), wanted=(1, 1))
    assert rejected.value.reason == Reason.TRUNCATED


@settings(max_examples=300, deadline=None)
@given(
    name=st.sampled_from(sorted(pictures.examples())),
    cut=st.floats(0, 1),
    flips=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(1, 255)), max_size=4),
)
def test_a_damaged_file_is_decoded_or_refused(name: str, cut: float, flips: list[tuple[float, int]]) -> None:
    """Missing or changed bytes cause no other error than a refusal."""
    data = bytearray(pictures.examples()[name])
    del data[len(data) - int(cut * cut * len(data)) :]
    for place, mask in flips if data else []:
        data[int(place * len(data))] ^= mask
    with suppress(ImageRefusedError):
        decode(open_picture(bytes(data), LIMITS))


@pytest.mark.parametrize("format_name", ["PPM", "PCX", "ICO", "SGI", "DDS", "EPS", "JPEG2000"])
def test_no_other_decoder_runs(format_name: str) -> None:
    """Formats that Pillow knows and we do not support are named, and their decoders do not run."""
    assert refusal(pictures.encoded(pictures.quadrants(), format_name)) == Reason.UNSUPPORTED


@pytest.mark.parametrize("format_name", ["TGA", "PDF"])
def test_what_is_not_recognized_is_no_image(format_name: str) -> None:
    """A file that is recognized by its name only, or is a document, is no image."""
    assert refusal(pictures.encoded(pictures.quadrants(), format_name)) == Reason.NOT_AN_IMAGE


@pytest.mark.parametrize(
    "block", [b"no TIFF at all", b"II*\0\xff\xff\xff\xff", b"II+\0\x08\0\0\0", b"MM\0*\0\0\0\x08\0\x01"], ids=range(4)
)
@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_a_broken_exif_block_is_ignored(format_name: str, block: bytes) -> None:
    """An image with an invalid EXIF block counts as upright."""
    header = b"Exif\0\0" if format_name in {"JPEG", "HEIF"} else b""
    # Without a resolution, Pillow would look for one in the block when it opens a JPEG, and ignore the error.
    options = {"dpi": (72, 72)} if format_name == "JPEG" else {}
    data = pictures.encoded(pictures.quadrants(), format_name, exif=header + block, **options)
    assert open_picture(data, LIMITS).size == pictures.SIZE


def test_a_tag_beyond_the_end_of_a_tiff_is_ignored() -> None:
    """Pillow warns of it whenever it reads the directory, also as EXIF; the picture and the tags before it are there."""
    data = pictures.encoded(
        pictures.quadrants(), "TIFF", tiffinfo={Base.Software: "s" * 40, Base.ImageDescription: "Ada"}
    )
    at = data.index(struct.pack("<HHI", Base.Software, 2, 41)) + 8
    picture = open_picture(data[:at] + struct.pack("<I", len(data)) + data[at + 4 :], LIMITS)
    assert picture.size == pictures.SIZE
    assert (picture.exif.get(Base.Software), picture.exif.get(Base.ImageDescription)) == (None, "Ada")


@pytest.mark.parametrize("behind", [False, True])
@pytest.mark.parametrize("word", ["exif", "icc_profile", "transparency", "dpi", "xmp"])
def test_a_text_does_not_count_as_a_value_of_pillow(word: str, *, behind: bool) -> None:
    """A text of a PNG may have any keyword, and Pillow stores it beside its own values."""
    text = pngs.chunk(b"tEXt", word.encode() + b"\0text")
    chunks = [pngs.pixels((4, 3)), text] if behind else [text, pngs.pixels((4, 3))]
    image = decode(open_picture(pngs.png(pngs.header((4, 3)), *chunks), LIMITS)).image
    assert not isinstance(image.info.get(word), str)
    assert not has_alpha(image)


def test_transparency_of_missing_palette_colors_is_ignored() -> None:
    """A PNG with more alpha values than colors is opaque, as browsers show it."""
    chunks = (pngs.chunk(b"PLTE", bytes(6)), pngs.chunk(b"tRNS", bytes(9)), pngs.pixels((4, 3), 1))
    image = decode(open_picture(pngs.png(pngs.header((4, 3), colors=3), *chunks), LIMITS)).image
    assert not has_alpha(image)
    assert image.convert("RGBA").getchannel("A").getextrema() == (255, 255)


def test_an_avif_is_turned_whatever_is_in_its_exif() -> None:
    """The container says how it is turned. Pillow would write that into EXIF, and fail if a text has the type of a fraction."""
    data = pictures.encoded(
        pictures.quadrants(), "AVIF", exif=pictures.exif({Base.Orientation: 6, Base.Artist: "x" * 7})
    )
    text, fraction = (struct.pack(">HHI", Base.Artist, *kind) for kind in ((2, 8), (5, 1)))
    picture = open_picture(data.replace(text, fraction), LIMITS)
    assert picture.orientation == 6
    picture.image.load()


@pytest.mark.parametrize("brand", [b"miaf", b"MiHB", b"isom", b"mif1", b"avci", b"jpeg"])
@pytest.mark.parametrize("format_name", ["AVIF", "HEIF"])
def test_any_brand_of_a_media_file_may_be_the_first(format_name: str, brand: bytes) -> None:
    """It is the same image, although libheif and Pillow ask for some brands."""
    plain, other = (heif_files.File([heif_files.tile(format_name)], format_name, brand=first) for first in (b"", brand))
    image = decode(open_picture(other.written(), LIMITS)).image
    assert image.tobytes() == decode(open_picture(plain.written(), LIMITS)).image.tobytes()


@pytest.mark.parametrize("format_name", ["AVIF", "HEIF"])
def test_a_media_file_may_end_early_behind_its_pixels(format_name: str) -> None:
    """The box of the data says that it is longer, but no item lies there."""
    data = heif_files.File([heif_files.tile(format_name)], format_name).written()
    at = data.index(b"mdat") - 4
    longer = data[:at] + struct.pack(">I", len(data) - at + 100) + data[at + 4 :]
    image = decode(open_picture(longer, LIMITS)).image
    assert image.tobytes() == decode(open_picture(data, LIMITS)).image.tobytes()


@pytest.mark.parametrize("cut", [1, 30, 150])
def test_an_animated_avif_that_is_cut_is_truncated(cut: int) -> None:
    """Where its samples are is not looked at."""
    assert refusal(pictures.animation("AVIF", 3)[:-cut]) == Reason.TRUNCATED


def test_a_jpeg_is_decoded_no_larger_than_wanted() -> None:
    """A JPEG is decoded at the smallest scale that is not smaller than wanted; other formats are not scaled."""
    sizes = {
        wanted: decode(open_picture(JPEG, LIMITS), wanted=(wanted, wanted)).image.size
        for wanted in (1, 40, 80, 160, 310)
    }
    assert sizes == {1: (50, 38), 40: (100, 75), 80: (200, 150), 160: (400, 300), 310: (400, 300)}
    assert decode(open_picture(pictures.examples()["GIF"], LIMITS), wanted=(1, 1)).image.size == pictures.SIZE


def test_an_embedded_thumbnail_is_never_decoded() -> None:
    """A thumbnail in a HEIF may show anything, and may be valid where the image is not."""
    data = pictures.encoded(pictures.quadrants((400, 300)), "HEIF", thumbnails=[128])
    assert decode(open_picture(data, LIMITS), wanted=(1, 1)).image.size == (400, 300)


@given(size=st.tuples(st.integers(1, 9999), st.integers(1, 9999)), orientation=st.sampled_from(pictures.ORIENTATIONS))
def test_upright_size_is_its_own_inverse(size: tuple[int, int], orientation: int) -> None:
    """Applied twice, the function returns the size that it was given."""
    turned = upright_size(size, orientation)
    assert upright_size(turned, orientation) == size
    assert sorted(turned) == sorted(size)


@pytest.mark.parametrize("name", pictures.examples())
def test_transparency_is_found(name: str) -> None:
    """Transparency is known from a channel and from a transparent color."""
    image = decode(open_picture(pictures.examples()[name], LIMITS)).image
    assert has_alpha(image) == name.endswith(("RGBA", "LA"))


@pytest.mark.parametrize(
    ("ratio", "scale"), [(1, 1), (2, 1), (2.9, 1), (3, 2), (4.9, 2), (5, 4), (8.9, 4), (9, 8), (30, 8)], ids=str
)
def test_a_jpeg_is_scaled_only_with_a_margin(ratio: float, scale: int) -> None:
    """A half, a quarter and an eighth are used from 3, 5 and 9 times the wanted size on, and not below."""
    size = (1440, 720)
    picture = open_picture(pictures.encoded(pictures.quadrants(size), "JPEG"), LIMITS)
    image = decode(picture, wanted=(round(size[0] / ratio), round(size[1] / ratio))).image
    assert image.size == (size[0] // scale, size[1] // scale)
    assert picture.size == size


@pytest.mark.parametrize("content", [b"Adobe", b"Adobe\0"])
def test_a_segment_of_adobe_that_is_too_short_is_ignored(content: bytes) -> None:
    """The decoder takes 12 bytes of it or nothing; Pillow fails without the first 7."""
    data = pictures.encoded(pictures.quadrants(), "JPEG")
    segment = b"\xff\xee" + struct.pack(">H", 2 + len(content)) + content
    found, expected = (decode(open_picture(one, LIMITS)).image for one in (data[:2] + segment + data[2:], data))
    assert found.tobytes() == expected.tobytes()
