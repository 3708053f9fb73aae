"""WebP by libwebp itself: the same first frame as Pillow's, at the wanted scale."""

from io import BytesIO

import pytest
from PIL import Image

from imaging.decoding import libwebp
from imaging.decoding.decoder_errors import MalformedFileError
from tests import pictures

SIZE = (600, 400)


def opened(data: bytes) -> libwebp.FirstFrame:
    """Open data of a still image."""
    found = libwebp.open_first_frame(data)
    assert found is not None
    return found


def written(mode: str = "RGB", **options: object) -> bytes:
    """Encode the quadrants."""
    return pictures.encoded(pictures.quadrants(SIZE, mode), "WEBP", **options)


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
@pytest.mark.parametrize("lossless", [True, False])
def test_at_full_scale_it_is_the_same_as_pillows(mode: str, *, lossless: bool) -> None:
    """Mode, size and every pixel are the same."""
    data = written(mode, lossless=lossless)
    found, wanted = opened(data), pictures.decoded(data)
    found.load()
    assert (found.mode, found.size) == (wanted.mode, wanted.size)
    assert found.tobytes() == wanted.tobytes()


@pytest.mark.parametrize("wanted", [(300, 200), (60, 40), (1, 1), (7, 300), (600, 400), (5000, 1)], ids=str)
def test_a_draft_is_large_enough_and_looks_the_same(wanted: pictures.Size) -> None:
    """A draft is at least GAP times the wanted size, or the full size, never larger, and looks the same."""
    found = opened(written())
    found.draft(None, wanted)
    found.load()
    assert all(
        min(side, libwebp.GAP * least) <= got <= side for got, least, side in zip(found.size, wanted, SIZE, strict=True)
    )
    assert pictures.is_upright(found) or min(found.size) < 4


def test_transparency_is_decoded_at_full_scale() -> None:
    """Scaling would mix hidden colors into visible ones, so draft changes nothing."""
    found = opened(written("RGBA"))
    found.draft(None, (60, 40))
    assert found.size == SIZE


def test_profile_and_exif_are_found() -> None:
    """Profile and EXIF are in `info`, as with Pillow."""
    profile, exif = pictures.swapped_profile(), pictures.exif({0x0112: 6, 0x010F: "Maker"})
    data = written(icc_profile=profile, exif=exif, xmp=b"<x/>")
    found = opened(data)
    wanted = Image.open(BytesIO(data))
    assert {name: found.info[name] for name in ("icc_profile", "exif", "xmp")} == {
        name: wanted.info[name] for name in ("icc_profile", "exif", "xmp")
    }
    assert dict(found.getexif()) == dict(wanted.getexif())


def moving(first: Image.Image, **options: object) -> bytes:
    """Encode an animation that starts with first."""
    second = Image.new("RGB", first.size, (10, 20, 30))
    return pictures.encoded(first, "WEBP", save_all=True, append_images=[second], **options)


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
@pytest.mark.parametrize("lossless", [True, False])
def test_first_frame_of_an_animation_is_decoded_as_a_still(mode: str, *, lossless: bool) -> None:
    """Pillow itself loses alpha that the header does not announce, and writes such headers."""
    frame = pictures.quadrants(SIZE, mode)
    found = opened(moving(frame, lossless=lossless))
    wanted = pictures.decoded(pictures.encoded(frame, "WEBP", lossless=lossless))
    found.load()
    assert (found.mode, found.size) == (wanted.mode, wanted.size)
    assert pictures.difference(found, wanted) < 1


def test_canvas_around_a_first_frame_is_transparent() -> None:
    """Pixels outside of the first frame are transparent."""
    frame = pictures.quadrants((60, 40), "RGBA")
    found = opened(placed(moving(frame, lossless=True), canvas=(100, 90), place=(20, 30)))
    wanted = Image.new("RGBA", (100, 90))
    wanted.paste(frame, (20, 30))
    found.draft(None, (1, 1))
    found.load()
    assert found.size == wanted.size
    assert found.getchannel("A").tobytes() == wanted.getchannel("A").tobytes()
    assert pictures.difference(found, wanted) == 0


def placed(data: bytes, canvas: pictures.Size, place: pictures.Size) -> bytes:
    """Return an animation with another canvas, whose first frame is at place."""
    moved = bytearray(data)
    sizes = b"".join((side - 1).to_bytes(3, "little") for side in canvas)
    moved[24:30] = sizes
    frame = data.index(b"ANMF") + 8
    moved[frame : frame + 6] = b"".join((side // 2).to_bytes(3, "little") for side in place)
    return bytes(moved)


def test_an_animation_without_a_frame_is_malformed() -> None:
    """A file that announces an animation and has no frame is refused."""
    data = moving(pictures.quadrants((60, 40)))
    with pytest.raises(MalformedFileError):
        libwebp.open_first_frame(data.replace(b"ANMF", b"XXXX"))


def test_without_the_library_nothing_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    """If Pillow has no libwebp of its own, the image is left to Pillow."""
    monkeypatch.setattr(libwebp, "_library", lambda: None)
    assert libwebp.open_first_frame(written()) is None


@pytest.mark.share(2)
@pytest.mark.parametrize("kept", [0.3, 0.6, 0.95])
@pytest.mark.parametrize("lossless", [True, False])
def test_a_truncated_file_is_malformed(kept: float, *, lossless: bool) -> None:
    """A file that ends too early is refused."""
    image = Image.effect_noise(SIZE, 80).convert("RGB")
    data = pictures.encoded(image, "WEBP", lossless=lossless)
    with pytest.raises(MalformedFileError):
        opened(data[: int(len(data) * kept)]).load()


@pytest.mark.parametrize("lossless", [True, False])
@pytest.mark.parametrize("is_moving", [True, False])
def test_what_follows_the_pixels_is_not_taken_for_pixels(*, lossless: bool, is_moving: bool) -> None:
    """A file whose chunk of pixels is too short is refused, also where enough bytes of another chunk follow."""
    image = Image.effect_noise(SIZE, 80).convert("RGB")
    data = bytearray(
        (moving(image, lossless=lossless)) if is_moving else pictures.encoded(image, "WEBP", lossless=lossless)
    )
    at = data.index(b"VP8L" if lossless else b"VP8 ") + 4
    shorter = int.from_bytes(data[at : at + 4], "little") // 4 * 2
    data[at : at + 4] = shorter.to_bytes(4, "little")
    rest = at + 4 + shorter
    data[rest : rest + 8] = b"XXXX" + (500).to_bytes(4, "little")
    with pytest.raises(MalformedFileError):
        opened(bytes(data)).load()


@pytest.mark.parametrize("data", [b"", b"RIFF", b"RIFF\0\0\0\0WEBP", b"RIFF\x20\0\0\0WEBPVP8 \x10\0\0\0" + bytes(16)])
def test_an_invalid_header_is_malformed(data: bytes) -> None:
    """A file with an invalid header is refused."""
    with pytest.raises(MalformedFileError):
        libwebp.open_first_frame(data)
