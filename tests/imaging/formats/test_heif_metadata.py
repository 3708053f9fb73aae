"""Metadata of AVIF and HEIF that are cut, or EXIF whose offset is wrong: no decoder refuses the image for them."""

import struct

import pytest

from imaging.decoding.picture import open_picture
from imaging.errors import ImageRefusedError, Reason
from tests import pictures
from tests.hostile.heif_files import File, Item, tile
from tests.imaging.limits import LIMITS

MAKE = 0x010F  # EXIF tag
TIFF = pictures.exif({MAKE: "Maker"}).tobytes().removeprefix(b"Exif\0\0")


def offset(count: int) -> bytes:
    """Write the offset of the TIFF header."""
    return struct.pack(">I", count)


def written(format_name: str, *contents: bytes, inside: bool = False) -> bytes:
    """Write an image that each of contents describes as EXIF."""
    references: list[tuple[bytes, int, tuple[int, ...]]] = [(b"cdsc", at, (1,)) for at in range(2, len(contents) + 2)]
    items = [tile(format_name), *(Item(b"Exif", content) for content in contents)]
    return File(items, format_name, references, inside=inside).written()


RIGHT = {"plain": offset(0) + TIFF, "JPEG's header": offset(6) + b"Exif\0\0" + TIFF, "empty": b""}
WRONG = {
    "no offset": TIFF,
    "JPEG's header alone": b"Exif\0\0" + TIFF,
    "offset of nothing": offset(0) + b"Exif\0\0" + TIFF,
    "offset beyond": offset(4_000_000_000) + TIFF,
}
WITHOUT = {"no header": offset(0) + bytes(100), "cut header": offset(0) + b"MM\0", "header alone": offset(0) + b"MM\0*"}


@pytest.mark.parametrize("inside", [False, True], ids=["behind", "inside"])
@pytest.mark.parametrize("format_name", ["AVIF", "HEIF"])
@pytest.mark.parametrize("content", [*WRONG.values(), *WITHOUT.values()], ids=[*WRONG, *WITHOUT])
def test_an_image_is_not_refused_for_its_exif(format_name: str, content: bytes, *, inside: bool) -> None:
    """Such an image shows what it shows without EXIF; what EXIF it has is read."""
    picture = open_picture(written(format_name, content, inside=inside), LIMITS)
    assert picture.exif.get(MAKE) == ("Maker" if content in WRONG.values() else None)
    picture.image.load()
    assert picture.image.tobytes() == pictures.decoded(written(format_name)).tobytes()


@pytest.mark.parametrize("format_name", ["AVIF", "HEIF"])
@pytest.mark.parametrize("content", RIGHT.values(), ids=RIGHT)
def test_a_file_with_right_offsets_is_left_alone(format_name: str, content: bytes) -> None:
    """The decoder gets the file itself."""
    picture = open_picture(written(format_name, content), LIMITS)
    assert picture.decodable is picture.data
    assert picture.exif.get(MAKE) == ("Maker" if content else None)


def test_the_first_exif_that_can_be_read_counts() -> None:
    """All items with a wrong offset are hidden from the decoder, in one copy of the file."""
    other = TIFF.replace(b"Maker", b"Other")
    picture = open_picture(written("AVIF", offset(0) + bytes(100), TIFF, other), LIMITS)
    assert picture.exif[MAKE] == "Maker"
    assert picture.decodable.count(b"Exif") == 0


BESIDE = {"Exif": Item(b"Exif", RIGHT["plain"]), "XMP": Item(b"mime", bytes(400)), "unknown": Item(b"note", bytes(40))}


@pytest.mark.parametrize("format_name", ["AVIF", "HEIF"])
@pytest.mark.parametrize("kind", [*BESIDE, "thumbnail"])
def test_a_file_that_ends_behind_its_image_is_whole(kind: str, format_name: str) -> None:
    """What is cut is no part of the image: metadata, of which nothing is read, a thumbnail, or an item that nobody knows."""
    beside = BESIDE.get(kind, tile(format_name))
    reference = (b"thmb" if kind == "thumbnail" else b"cdsc", 2, (1,))
    whole = File([tile(format_name), beside], format_name, [reference]).written()
    for cut in (1, len(beside.data)):
        picture = open_picture(whole[:-cut], LIMITS)
        picture.image.load()
        assert picture.image.tobytes() == pictures.decoded(written(format_name)).tobytes()
        assert not picture.exif
    with pytest.raises(ImageRefusedError) as refused:
        open_picture(whole[: -len(beside.data) - 1], LIMITS)
    assert refused.value.reason is Reason.TRUNCATED
