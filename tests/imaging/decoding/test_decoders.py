"""The decoders: one for each format, on one thread."""

from collections.abc import Iterator
from io import BytesIO
from typing import NoReturn

import pytest
from PIL import AvifImagePlugin, Image, ImageChops

from imaging.decoding import decoders
from imaging.decoding.decoder_errors import MalformedFileError
from imaging.decoding.decoders import DecoderBrokenError, decoder_guard, load_decoder, open_image
from imaging.decoding.samples import sample_file
from imaging.errors import ImageRefusedError, Reason
from imaging.formats import FORMATS, sniff_format
from tests import pictures


@pytest.mark.parametrize("name", FORMATS)
def test_no_decoder_but_the_formats_own_is_asked(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever else Pillow knows is not even loaded, and a file of another format is not opened."""
    data = pictures.examples()[name]
    monkeypatch.setattr(Image, "init", pytest.fail)  # by which Pillow loads all that it has
    assert open_image(data, FORMATS[name]).size == pictures.SIZE
    for other in FORMATS.keys() - {name}:
        with pytest.raises(ImageRefusedError):
            open_image(data, FORMATS[other])


def test_an_avif_is_decoded_on_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many cores there are, so that the memory it takes is the same everywhere."""
    monkeypatch.setattr(AvifImagePlugin, "DEFAULT_MAX_THREADS", 0)
    open_image(pictures.examples()["AVIF"], FORMATS["AVIF"])
    assert AvifImagePlugin._get_default_max_threads() == 1  # noqa: SLF001 - what the decoder is told, it tells nobody else


@pytest.mark.parametrize("name", ["AVIF", "AVIF RGBA"])
def test_an_avif_is_decoded_as_pillow_does(name: str) -> None:
    """That planes are let go of early changes no pixel."""
    image = open_image(pictures.examples()[name], FORMATS["AVIF"])
    image.load()
    plain = Image.open(BytesIO(pictures.examples()[name]))
    assert image.mode == plain.mode
    assert ImageChops.difference(image, plain).getbbox() is None


@pytest.fixture
def _unproved() -> Iterator[None]:
    """Let no decoder have shown yet that it works, before and after."""
    decoders._check_decoder.cache_clear()  # noqa: SLF001 - what a process keeps
    yield
    decoders._check_decoder.cache_clear()  # noqa: SLF001 - what a process keeps


@pytest.mark.parametrize("name", FORMATS)
def test_a_sample_is_a_small_picture_of_its_format(name: str) -> None:
    """What a decoder is tried with has the format that it stands for, and takes no time."""
    assert sniff_format(sample_file(name)) is FORMATS[name]
    assert len(sample_file(name)) < 500
    image = open_image(sample_file(name), FORMATS[name])
    image.load()
    assert max(image.size) <= 8


def unknown(*_: object, **__: object) -> NoReturn:
    """Be what Pillow or an opener is that is not there, or that knows no such argument."""
    raise SyntaxError("support not installed")


@pytest.mark.usefixtures("_unproved")
@pytest.mark.parametrize("name", sorted(FORMATS.keys() - {"WEBP"}))
def test_a_decoder_that_is_missing_is_our_fault(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where Pillow came without the decoder of a format, no picture of it is corrupt."""
    load_decoder(FORMATS[name])
    monkeypatch.setattr(decoders, "load_decoder", lambda _: None)
    monkeypatch.setitem(Image.OPEN, name, (unknown, Image.OPEN[name][1]))
    with pytest.raises(DecoderBrokenError):
        open_image(pictures.examples()[name], FORMATS[name])


@pytest.mark.usefixtures("_unproved")
@pytest.mark.parametrize("name", FORMATS)
def test_a_decoder_that_decodes_nothing_is_our_fault(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a decoder fails at every picture, the first one is not rejected for it."""
    image = open_image(pictures.examples()[name], FORMATS[name])
    monkeypatch.setattr(decoders, "sample_file", lambda _: pictures.examples()[name][:-40])
    with pytest.raises(DecoderBrokenError), decoder_guard(FORMATS[name]):
        raise MalformedFileError(repr(image))


@pytest.mark.usefixtures("_unproved")
def test_a_decoder_that_lacks_memory_is_not_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a picture has left of its sandbox is too little for any other, and says nothing of the decoder."""
    monkeypatch.setattr(decoders, "_open", pytest.fail)
    with pytest.raises(ImageRefusedError) as rejected, decoder_guard(FORMATS["PNG"]):
        raise MalformedFileError("out of memory")
    assert rejected.value.reason == Reason.TOO_COMPLEX


@pytest.mark.usefixtures("_unproved")
def test_a_decoder_is_tried_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A decoder that has shown that it works is believed from then on."""
    for _ in range(2):
        with pytest.raises(ImageRefusedError), decoder_guard(FORMATS["PNG"]):
            raise MalformedFileError("no sound file")
        monkeypatch.setattr(decoders, "sample_file", pytest.fail)
