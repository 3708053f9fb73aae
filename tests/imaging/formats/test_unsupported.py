"""Formats and features that are recognized but not decoded: UNSUPPORTED, and the message names them."""

import struct
from dataclasses import replace

import pytest
from PIL import Image

from imaging.decoding.decode import decode
from imaging.decoding.picture import open_picture
from imaging.errors import ImageRefusedError, Reason
from imaging.formats import FORMATS
from imaging.formats.unsupported import sniff_unsupported
from tests import pictures
from tests.effort import times
from tests.hostile import tiffs
from tests.hostile.heif_files import SIZE, File, Item, box, grid, overlay, tile
from tests.hostile.pngs import chunk
from tests.imaging.limits import LIMITS

HEADS = {
    "JPEG XL": [b"\xff\x0a\xfa\x7f", b"\0\0\0\x0cJXL \r\n\x87\n"],
    "JPEG 2000": [b"\0\0\0\x0cjP  \r\n\x87\n", b"\xff\x4f\xff\x51\0\x2f"],
    "JPEG XR": [b"II\xbc\1\x20\0\0\0"],
    "Photoshop": [b"8BPS\0\1", b"8BPS\0\2"],
    "CR2": [b"II*\0\x10\0\0\0CR\2\0"],
    "CR3": [b"\0\0\0\x18ftypcrx \0\0\0\1"],
    "Fujifilm": [b"FUJIFILMCCD-RAW 0201"],
    "Olympus": [b"IIRO\x08\0\0\0"],
    "Panasonic": [b"IIU\0\x18\0\0\0"],
    "OpenEXR": [b"v/1\1\2\0\0\0"],
    "Radiance": [b"#?RADIANCE\n"],
    "QOI": [b"qoif" + struct.pack(">II", 4, 4) + b"\3\0"],
    "SVG": [
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b'<?xml version="1.0"?>\n<svg>',
        b"<!-- drawn -->\n<svg width='9'>",
        b"\xef\xbb\xbf<?xml version='1.0'?><!-- " + b"x" * 500 + b" --> <!-- b --><svg>",
        b"<!DOCTYPE svg PUBLIC 'a' 'b' [\n<!ENTITY ns 'http://c'>\n]>\n<!-- d -->\n<s:svg>",
    ],
    "Windows icon": [b"\0\0\1\0\1\0\x10\x10\0\0\1\0"],
    "JNG": [b"\x8bJNG\r\n\x1a\n"],
    "AVC": [b"\0\0\0\x18ftypavci"],
    "EVC": [b"\0\0\0\x18ftypevbi\0\0\0\0mif1evbi"],
    "JPEG XS": [b"\0\0\0\x0cJXS \r\n\x87\n", b"\xff\x10\xff\x50\0\2"],
    "DICOM": [bytes(128) + b"DICM"],
    "PFM": [b"PF\n1 1\n-1.0\n", b"Pf\n1 1\n-1.0\n"],
    "EMF": [b"\1\0\0\0\x6c\0\0\0" + bytes(32) + b" EMF"],
    "farbfeld": [b"farbfeld" + struct.pack(">II", 4, 4)],
    "XPM": [b"/* XPM */\nstatic char"],
}


@pytest.mark.parametrize("name", HEADS)
def test_a_format_is_named(name: str) -> None:
    """The first bytes are enough."""
    for head in HEADS[name]:
        with pytest.raises(ImageRefusedError) as refused:
            open_picture(head + bytes(100), LIMITS)
        assert refused.value.reason == Reason.UNSUPPORTED
        assert name in refused.value.message


@pytest.mark.parametrize("name", pictures.examples())
def test_no_format_that_is_decoded_looks_like_another(name: str) -> None:
    """The signatures of other formats match no image of our own."""
    assert sniff_unsupported(pictures.examples()[name]) is None


@pytest.mark.parametrize(
    ("brand", "name", "content", "word"),
    [
        (b"mif3", b"mini", bytes(40), "mini"),
        (b"hevc", b"moov", b"", "sequence"),
        (b"avif", b"moov", b"", "sequence"),
    ],
)
def test_a_media_file_without_items_is_not_called_truncated(
    brand: bytes, name: bytes, content: bytes, word: str
) -> None:
    """The short form of HEIF, and sequences without a still image, are sound files."""
    data = box(b"ftyp", brand, bytes(4), b"avif" if brand == b"mif3" else b"msf1") + box(name, content)
    reason, message = reason_and_message(data)
    assert (reason, word in message) == (Reason.UNSUPPORTED, True)


def reason_and_message(data: bytes) -> tuple[Reason, str]:
    """Return why data is refused."""
    with pytest.raises(ImageRefusedError) as refused:
        decode(open_picture(data, LIMITS))
    return refused.value.reason, refused.value.message


@pytest.mark.parametrize(
    ("marker", "kind"),
    [(0xC3, "lossless"), (0xCB, "lossless"), (0xC5, "hierarchical"), (0xCE, "hierarchical"), (0xC9, "arithmetic")],
)
def test_a_process_of_jpeg_that_is_not_decoded_is_named(marker: int, kind: str) -> None:
    """The file may be sound, so it is not called corrupt."""
    data = pictures.examples()["JPEG"]
    at = data.index(b"\xff\xc0")
    reason, message = reason_and_message(data[:at] + bytes([0xFF, marker]) + data[at + 2 :])
    assert (reason, kind in message) == (Reason.UNSUPPORTED, True)


@pytest.mark.parametrize("bits", [2, 7, 12, 16])
def test_a_depth_of_jpeg_that_is_not_decoded_is_named(bits: int) -> None:
    """Cameras for medicine write 12 bits."""
    data = pictures.examples()["JPEG"]
    at = data.index(b"\xff\xc0") + 4
    reason, message = reason_and_message(data[:at] + bytes([bits]) + data[at + 1 :])
    assert (reason, f"{bits} bits" in message) == (Reason.UNSUPPORTED, True)


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (b"avc1", "AVC"),
        (b"jpeg", "JPEG"),
        (b"vvc1", "VVC"),
        (b"unci", "uncompressed"),
        (b"evc1", "EVC"),
        (b"av02", "another"),
    ],
)
def test_a_coding_of_heif_that_is_not_decoded_is_named(kind: bytes, name: str) -> None:
    """A HEIF may hold images in any coding."""
    data = pictures.examples()["HEIF"].replace(b"hvc1", kind)
    reason, message = reason_and_message(data)
    assert (reason, name in message) == (Reason.UNSUPPORTED, True)


@pytest.mark.share(2)
@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
@pytest.mark.parametrize("name", ["AVIF", "HEIF"])
def test_zeros_in_place_of_coded_data_are_corrupt(name: str, share: float) -> None:
    """Its decoder takes them for data and returns noise."""
    image = pictures.quadrants((400, 300)).rotate(30)
    data = pictures.encoded(image, name, quality=95)
    start = data.index(b"mdat") + 4
    kept = start + int((len(data) - start) * share)
    assert reason_and_message(data[:kept] + bytes(len(data) - kept))[0] == Reason.CORRUPT


@pytest.mark.share(1)
@pytest.mark.parametrize("name", ["AVIF", "HEIF"])
def test_only_lost_data_of_what_is_shown_are_corrupt(name: str) -> None:
    """Wherever the data are in the file; those of a thumbnail, say, are not decoded."""
    sound = tile(name)
    lost = replace(sound, data=sound.data[:8] + bytes(64))
    for inside in (False, True):
        assert "zeros" in reason_and_message(File([lost], name, inside=inside).written())[1]
    whole = grid(1, 2, (128, 64), (2, 3))
    assert "zeros" in reason_and_message(File([whole, sound, lost], name).written())[1]
    decode(open_picture(File([sound, lost], name, references=[(b"thmb", 2, (1,))]).written(), LIMITS))


@pytest.mark.parametrize(
    ("name", "made"),
    [("AVIF", overlay(SIZE, 2)), ("AVIF", Item(b"iden", made_of=(2,))), ("HEIF", grid(1, 1, SIZE, (2,)))],
)
def test_what_an_image_is_made_of_is_named_if_it_is_not_decoded(name: str, made: Item) -> None:
    """The decoder of AVIF has no layers and no copies; a tile may have another coding than its brand says."""
    file = File([made, tile(name)], name).written()
    data = file.replace(b"hvc1", b"jpeg") if name == "HEIF" else file
    assert reason_and_message(data)[0] == Reason.UNSUPPORTED


@pytest.mark.share(1)
@pytest.mark.parametrize("color", ["white", "black", "red"][:: times(3, 1)])
@pytest.mark.parametrize("name", ["AVIF", "HEIF"])
def test_an_image_of_one_color_is_not_corrupt(name: str, color: str) -> None:
    """Its data are few, but have no zeros that their coding does not allow."""
    data = pictures.encoded(Image.new("RGB", (1200, 800), color), name)
    assert decode(open_picture(data, LIMITS)).format is FORMATS[name]


def test_a_jpeg_with_its_height_behind_its_scan_is_named() -> None:
    """No decoder at hand has it (T.81, B.2.5); without that segment, a JPEG of no height is corrupt."""
    data = pictures.encoded(Image.new("L", (40, 30)), "JPEG")
    size = data.index(b"\xff\xc0") + 5
    flat = data[:size] + bytes(2) + data[size + 2 : -2]
    assert reason_and_message(flat + b"\xff\xd9")[0] == Reason.CORRUPT
    reason, message = reason_and_message(flat + b"\xff\xdc\0\4\0\x1e\xff\xd9")
    assert reason == Reason.UNSUPPORTED
    assert "DNL" in message


def test_a_jpeg_ls_is_named() -> None:
    """It has the markers of a JPEG, and starts as one may."""
    reason, message = reason_and_message(
        b"\xff\xd8\xff\xf7\0\x0b\x08\0\1\0\1\1\1\x11\0\xff\xda\0\x08\1\1\0\0\0\0\xff\xd9"
    )
    assert (reason, "JPEG-LS" in message) == (Reason.UNSUPPORTED, True)


def test_a_bigtiff_in_the_order_that_is_not_decoded_is_named() -> None:
    """Pillow reads its header as that of another kind of TIFF."""
    fields = [struct.pack(">HHQI4x", tag, tiffs.LONG, 1, value) for tag, value in sorted(tiffs.tags().items())]
    directory = struct.pack(">Q", len(fields)) + b"".join(fields) + bytes(8)
    file = struct.pack(">2sHHHQ", b"MM", 43, 8, 0, 16 + len(tiffs.GRAY)) + tiffs.GRAY + directory
    reason, message = reason_and_message(file)
    assert (reason, "BigTIFF" in message) == (Reason.UNSUPPORTED, True)


def test_a_png_for_ios_is_named() -> None:
    """Its pixels have no header of zlib, and other channels."""
    data = pictures.encoded(Image.new("L", (40, 30)), "PNG")
    made = data[: len(pictures.PNG)] + chunk(b"CgBI", b"\x50\0\x20\6") + data[len(pictures.PNG) :]
    reason, message = reason_and_message(made)
    assert reason == Reason.UNSUPPORTED
    assert "CgBI" in message
