"""Progressive JPEGs at an eighth of their scale: the same pixels from a fraction of the bytes."""

from functools import cache
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from imaging.decoding.decode import decode
from imaging.decoding.decoder_errors import MalformedFileError
from imaging.decoding.picture import open_picture
from imaging.decoding.progressive import drop_detail_scans
from imaging.errors import ImageRefusedError, Reason
from imaging.formats.jpeg import MARKER
from imaging.operations import examine
from tests import pictures
from tests.imaging.limits import LIMITS

SUBSAMPLINGS = ["4:4:4", "4:2:2", "4:2:0"]


def drawn(size: pictures.Size, mode: str = "RGB") -> Image.Image:
    """Draw an image with detail in every block and channel."""
    noise, rings = Image.effect_noise(size, 90), Image.radial_gradient("L").resize(size)
    return Image.merge("RGB", (noise, rings, noise.rotate(180))).convert(mode)


@cache
def written(size: pictures.Size, mode: str = "RGB", subsampling: str = "4:2:0", **options: object) -> bytes:
    """Encode such an image as a progressive JPEG."""
    more = {} if mode == "L" else {"subsampling": subsampling}
    return pictures.encoded(drawn(size, mode), "JPEG", progressive=True, **more, **options)


def eighth(data: bytes) -> Image.Image:
    """Decode data at an eighth of its scale."""
    image = Image.open(BytesIO(data))
    image.draft(None, (max(1, image.width // 8), max(1, image.height // 8)))
    image.load()
    return image


def scans(data: bytes) -> int:
    """Count the scans."""
    return sum(found[0] == b"\xff\xda" for found in MARKER.finditer(data))


@settings(deadline=None)
@given(
    width=st.integers(64, 400),
    height=st.integers(64, 400),
    mode=st.sampled_from(["RGB", "L", "CMYK"]),
    subsampling=st.sampled_from(SUBSAMPLINGS),
)
def test_every_pixel_is_the_same(width: int, height: int, mode: str, subsampling: str) -> None:
    """For every size, color mode and subsampling, the pixels are those of the whole file."""
    data = written((width, height), mode, subsampling)
    small = drop_detail_scans(data)
    assert small is not None
    found, wanted = eighth(small), eighth(data)
    assert (found.mode, found.size) == (wanted.mode, wanted.size)
    assert found.tobytes() == wanted.tobytes()


@pytest.mark.parametrize("subsampling", SUBSAMPLINGS)
def test_most_bytes_are_left_out(subsampling: str) -> None:
    """Less than a third of a detailed image is left, without profile, comment and EXIF."""
    data = written(
        (800, 600), subsampling=subsampling, comment="comment", exif=pictures.exif({0x013B: "Ann"}).tobytes()
    )
    small = drop_detail_scans(data)
    assert small is not None
    assert len(small) < len(data) / 3
    assert b"comment" not in small
    assert b"Exif" not in small


@pytest.mark.parametrize("size", [(8, 8), (16, 8), (40000, 8), (8, 40000), (2500, 2000)], ids=str)
def test_empty_scans_have_as_many_blocks_as_the_image(size: pictures.Size) -> None:
    """The empty scans encode any number of blocks, from one to more than a run can hold."""
    data = pictures.encoded(Image.linear_gradient("L").resize(size), "JPEG", progressive=True)
    small = drop_detail_scans(data)
    assert small is not None
    assert eighth(small).tobytes() == eighth(data).tobytes()


def test_restart_intervals_end_before_the_empty_scans() -> None:
    """An image with restart markers is decoded, though the empty scans have none."""
    data = written((400, 300), restart_marker_blocks=4)
    small = drop_detail_scans(data)
    assert small is not None
    assert b"\xff\xd0" in small
    assert eighth(small).tobytes() == eighth(data).tobytes()


def test_a_sequential_jpeg_is_not_changed() -> None:
    """A JPEG that is not progressive has no scans to leave out."""
    assert drop_detail_scans(pictures.examples()["JPEG"]) is None


def test_decoding_small_uses_it_and_decoding_all_does_not() -> None:
    """A damaged AC scan does not matter for a thumbnail; with all_scans the file is truncated."""
    data = written((800, 600))
    cut = data[: int(len(data) * 0.9)] + b"\xff\xd9"
    whole = decode(open_picture(data, LIMITS), wanted=(32, 32), all_scans=True).image
    for file in (data, cut):
        found = decode(open_picture(file, LIMITS), wanted=(32, 32)).image
        assert found.tobytes() == whole.tobytes()
    assert scans(data) > 2


def test_a_marker_without_a_length_is_no_segment() -> None:
    """Markers that decoders skip, even between scans, are skipped."""
    data = written((800, 600))
    last = data.rindex(b"\xff\xda")
    odd = data[:last] + b"\xff\x01" + data[last:]
    assert decode(open_picture(odd, LIMITS), wanted=(32, 32)).image.tobytes() == eighth(data).tobytes()


def test_only_all_scans_finds_a_broken_scan() -> None:
    """An invalid scan of coefficients is found by ValidateImage, which decodes all scans."""
    data = bytearray(written((800, 600)))
    data[data.rindex(b"\xff\xda") + 8] = 64  # the last coefficient of the scan; there are 64, from 0
    assert decode(open_picture(bytes(data), LIMITS), wanted=(32, 32)).image.size == (100, 75)
    with pytest.raises(ImageRefusedError):
        decode(open_picture(bytes(data), LIMITS), wanted=(32, 32), all_scans=True)
    with pytest.raises(ImageRefusedError):
        examine(open_picture(bytes(data), LIMITS))


@pytest.mark.parametrize("kept", [0.2, 0.5, 0.9])
def test_a_truncated_file_is_refused(kept: float) -> None:
    """A file that ends too early is not taken for one that was reduced on purpose."""
    data = written((800, 600))
    picture = open_picture(data[: int(len(data) * kept)], LIMITS)
    with pytest.raises(ImageRefusedError) as rejected:
        decode(picture, wanted=(32, 32))
    assert rejected.value.reason == Reason.TRUNCATED


def test_a_component_without_samples_is_malformed() -> None:
    """Sampling factors of zero are refused before they are divided by."""
    data = bytearray(written((800, 600)))
    frame = data.index(b"\xff\xc2")
    data[frame + 11] = 0
    with pytest.raises(MalformedFileError):
        drop_detail_scans(bytes(data))


@settings(deadline=None)
@given(st.data())
def test_a_changed_byte_does_no_harm(data: st.DataObject) -> None:
    """With any byte changed, the result is a JPEG, None, or MalformedFileError."""
    changed = bytearray(written((64, 64)))
    changed[data.draw(st.integers(2, len(changed) - 1))] = data.draw(st.integers(0, 255))
    try:
        small = drop_detail_scans(bytes(changed))
    except MalformedFileError:
        return
    assert small is None or small.startswith(b"\xff\xd8")
