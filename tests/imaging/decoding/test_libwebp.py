"""WebP pictures by libwebp itself: the same first frame as Pillow's, at the scale that is wanted."""

from io import BytesIO

import pytest
from PIL import Image

from imaging.decoding import libwebp
from imaging.decoding.decoder_errors import MalformedFileError
from tests import pictures

SIZE = (600, 400)


def opened(data: bytes) -> libwebp.FirstFrame:
    """Open data, which is of a still picture."""
    found = libwebp.open_first_frame(data)
    assert found is not None
    return found


def written(mode: str = "RGB", **options: object) -> bytes:
    """Encode the quadrants."""
    return pictures.encoded(pictures.quadrants(SIZE, mode), "WEBP", **options)


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
@pytest.mark.parametrize("lossless", [True, False])
def test_the_whole_picture_is_pillows(mode: str, *, lossless: bool) -> None:
    """Decoded at full scale, mode, size and every pixel are the same."""
    data = written(mode, lossless=lossless)
    found, wanted = opened(data), pictures.decoded(data)
    found.load()
    assert (found.mode, found.size) == (wanted.mode, wanted.size)
    assert found.tobytes() == wanted.tobytes()


@pytest.mark.parametrize("wanted", [(300, 200), (60, 40), (1, 1), (7, 300), (600, 400), (5000, 1)], ids=str)
def test_a_draft_is_large_enough_and_looks_the_same(wanted: pictures.Size) -> None:
    """A drafted picture is at least GAP times what is wanted, or whole, never larger, and shows the same."""
    found = opened(written())
    found.draft(None, wanted)
    found.load()
    assert all(
        min(side, libwebp.GAP * least) <= got <= side for got, least, side in zip(found.size, wanted, SIZE, strict=True)
    )
    assert pictures.is_upright(found) or min(found.size) < 4


def test_what_is_transparent_is_decoded_whole() -> None:
    """Scaling would mix hidden colours into visible ones, so that a draft changes nothing."""
    found = opened(written("RGBA"))
    found.draft(None, (60, 40))
    assert found.size == SIZE


def test_profile_and_exif_are_found() -> None:
    """What travels with the picture is where Pillow has it."""
    profile, exif = pictures.swapped_profile(), pictures.exif({0x0112: 6, 0x010F: "Maker"})
    data = written(icc_profile=profile, exif=exif, xmp=b"<x/>")
    found = opened(data)
    wanted = Image.open(BytesIO(data))
    assert {name: found.info[name] for name in ("icc_profile", "exif", "xmp")} == {
        name: wanted.info[name] for name in ("icc_profile", "exif", "xmp")
    }
    assert dict(found.getexif()) == dict(wanted.getexif())


def moving(first: Image.Image, **options: object) -> bytes:
    """Encode an animation that begins with first."""
    second = Image.new("RGB", first.size, (10, 20, 30))
    return pictures.encoded(first, "WEBP", save_all=True, append_images=[second], **options)


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
@pytest.mark.parametrize("lossless", [True, False])
def test_the_first_frame_of_an_animation_is_pillows(mode: str, *, lossless: bool) -> None:
    """Of an animation the first frame is decoded, as it would be alone."""
    data = moving(pictures.quadrants(SIZE, mode), lossless=lossless)
    found, wanted = opened(data), pictures.decoded(data)
    found.load()
    assert (found.mode, found.size) == (wanted.mode, wanted.size)
    assert pictures.difference(found, wanted) < 1


def test_a_first_frame_may_leave_the_canvas_bare() -> None:
    """Where the first frame does not reach, the canvas is as transparent as Pillow has it."""
    data = placed(moving(pictures.quadrants((60, 40), "RGBA"), lossless=True), canvas=(100, 90), place=(20, 30))
    found, wanted = opened(data), pictures.decoded(data)
    found.draft(None, (1, 1))
    found.load()
    assert found.size == wanted.size == (100, 90)
    assert found.tobytes() == wanted.tobytes()


def placed(data: bytes, canvas: pictures.Size, place: pictures.Size) -> bytes:
    """Return an animation with another canvas, on which its first frame lies at place."""
    moved = bytearray(data)
    sizes = b"".join((side - 1).to_bytes(3, "little") for side in canvas)
    moved[24:30] = sizes
    frame = data.index(b"ANMF") + 8
    moved[frame : frame + 6] = b"".join((side // 2).to_bytes(3, "little") for side in place)
    return bytes(moved)


def test_an_animation_without_a_frame_is_no_picture() -> None:
    """A file that promises an animation and holds none is refused."""
    data = moving(pictures.quadrants((60, 40)))
    with pytest.raises(MalformedFileError):
        libwebp.open_first_frame(data.replace(b"ANMF", b"XXXX"))


def test_without_the_library_all_is_left_to_pillow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where Pillow came without its own libwebp, nothing is opened here."""
    monkeypatch.setattr(libwebp, "_library", lambda: None)
    assert libwebp.open_first_frame(written()) is None


@pytest.mark.parametrize("kept", [0.3, 0.6, 0.95])
@pytest.mark.parametrize("lossless", [True, False])
def test_a_truncated_picture_is_no_picture(kept: float, *, lossless: bool) -> None:
    """A file that ends too early is unsound."""
    image = Image.effect_noise(SIZE, 80).convert("RGB")
    data = pictures.encoded(image, "WEBP", lossless=lossless)
    with pytest.raises(MalformedFileError):
        opened(data[: int(len(data) * kept)]).load()


@pytest.mark.parametrize("data", [b"", b"RIFF", b"RIFF\0\0\0\0WEBP", b"RIFF\x20\0\0\0WEBPVP8 \x10\0\0\0" + bytes(16)])
def test_what_is_no_webp_is_refused(data: bytes) -> None:
    """A header that says nothing sensible is unsound."""
    with pytest.raises(MalformedFileError):
        libwebp.open_first_frame(data)
