"""AVIF by libavif itself: the same first frame as Pillow's, on one thread."""

import sys
from io import BytesIO
from typing import Any

import PIL
import pytest
from PIL import Image, _avif

from imaging.decoding import libavif
from imaging.decoding.decoder_errors import MalformedFileError
from imaging.decoding.picture import open_picture
from tests import pictures
from tests.imaging.limits import LIMITS

EXAMPLES = {name: data for name, data in pictures.examples().items() if name.startswith("AVIF")} | {
    "an animation": pictures.animation("AVIF", 3)
}


@pytest.mark.parametrize("data", EXAMPLES.values(), ids=EXAMPLES)
def test_it_is_the_same_as_pillows(data: bytes) -> None:
    """Mode, size and every pixel are the same."""
    found, wanted = libavif.open_first_frame(data), Image.open(BytesIO(data))
    found.load()
    assert (found.format, found.mode, found.size) == ("AVIF", wanted.mode, wanted.size)
    assert found.tobytes() == wanted.tobytes()


def test_profile_and_metadata_are_found() -> None:
    """Profile, EXIF and XMP are in `info` as they are in the file, whatever the orientation of the container is."""
    profile, exif = pictures.swapped_profile(), pictures.exif({0x0112: 6, 0x010F: "Maker"})
    data = pictures.encoded(pictures.quadrants(), "AVIF", icc_profile=profile, exif=exif, xmp=b"<x/>")
    info = libavif.open_first_frame(data).info
    assert (info["icc_profile"], info["xmp"]) == (profile, b"<x/>")
    assert info["exif"] in data
    assert open_picture(data, LIMITS).exif[0x0112] == 6


def test_one_thread_decodes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The number of threads, and so the memory, does not depend on the number of cores."""
    threads, make = [], _avif.AvifDecoder

    def noted(data: bytes, codec: str, count: int) -> Any:
        threads.append(count)
        return make(data, codec, count)

    monkeypatch.setattr(_avif, "AvifDecoder", noted)
    libavif.open_first_frame(EXAMPLES["AVIF"])
    assert threads == [1]


@pytest.mark.parametrize("cut", [12, 100, 200])
def test_a_malformed_file_is_told(cut: int) -> None:
    """An error of libavif is one of the file, although it is raised in C."""
    with pytest.raises(MalformedFileError):
        libavif.open_first_frame(EXAMPLES["AVIF"][:cut])


@pytest.mark.parametrize("name", ["AvifDecoder", "get_info"])
def test_an_avif_of_another_pillow_is_not_corrupt(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """If Pillow's libavif has other names, the error passes unchanged."""
    if name == "AvifDecoder":
        monkeypatch.delattr(_avif, name)
    else:
        monkeypatch.setattr(_avif, "AvifDecoder", lambda *_: object())
    with pytest.raises(AttributeError):
        open_picture(EXAMPLES["AVIF"], LIMITS)


def test_a_pillow_without_libavif_refuses_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is not reported as corrupt."""
    monkeypatch.setitem(sys.modules, "PIL._avif", None)
    monkeypatch.delattr(PIL, "_avif")
    with pytest.raises(ImportError):
        open_picture(EXAMPLES["AVIF"], LIMITS)
