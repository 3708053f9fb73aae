"""The decoders: one for each format, on one thread."""

from collections.abc import Iterator
from typing import NoReturn

import pytest
from PIL import AvifImagePlugin, Image

from imaging.decoding import decoders
from imaging.decoding.decoder_errors import MalformedFileError
from imaging.decoding.decoders import DecoderBrokenError, decoder_guard, load_decoder, open_image
from imaging.decoding.samples import sample_file
from imaging.errors import ImageRefusedError, Reason
from imaging.formats import FORMATS, sniff_format
from tests import pictures


@pytest.mark.parametrize("name", FORMATS)
def test_no_other_decoder_is_loaded(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pillow loads no other plugin, and opens no file of another format."""
    data = pictures.examples()[name]
    monkeypatch.setattr(Image, "init", pytest.fail)  # loads all plugins of Pillow
    assert open_image(data, FORMATS[name]).size == pictures.SIZE
    for other in FORMATS.keys() - {name}:
        with pytest.raises(ImageRefusedError):
            open_image(data, FORMATS[other])


def test_an_avif_is_encoded_on_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """The number of threads, and so the memory, does not depend on the number of cores."""
    monkeypatch.setattr(AvifImagePlugin, "DEFAULT_MAX_THREADS", 0)
    load_decoder(FORMATS["AVIF"])
    assert AvifImagePlugin._get_default_max_threads() == 1  # noqa: SLF001 - the encoder itself does not report it


@pytest.fixture
def _unchecked() -> Iterator[None]:
    """Forget which decoders were checked, before and after the test."""
    decoders._check_decoder.cache_clear()  # noqa: SLF001 - what a process keeps
    yield
    decoders._check_decoder.cache_clear()  # noqa: SLF001 - what a process keeps


@pytest.mark.parametrize("name", FORMATS)
def test_a_sample_is_a_small_image_of_its_format(name: str) -> None:
    """Each sample has its format and a few pixels."""
    assert sniff_format(sample_file(name)) is FORMATS[name]
    assert len(sample_file(name)) < 500
    image = open_image(sample_file(name), FORMATS[name])
    image.load()
    assert max(image.size) <= 8


def unknown(*_: object, **__: object) -> NoReturn:
    """Raise what a missing plugin, or one without such an argument, raises."""
    raise SyntaxError("support not installed")


@pytest.mark.usefixtures("_unchecked")
@pytest.mark.parametrize("name", sorted(FORMATS.keys() - {"WEBP", "AVIF"}))
def test_a_missing_decoder_refuses_no_file(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """If Pillow has no decoder of a format, its files are not reported as corrupt."""
    load_decoder(FORMATS[name])
    monkeypatch.setattr(decoders, "load_decoder", lambda _: None)
    monkeypatch.setitem(Image.OPEN, name, (unknown, Image.OPEN[name][1]))
    with pytest.raises(DecoderBrokenError):
        open_image(pictures.examples()[name], FORMATS[name])


@pytest.mark.usefixtures("_unchecked")
@pytest.mark.parametrize("name", FORMATS)
def test_a_decoder_that_fails_at_the_sample_refuses_no_file(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """If a decoder fails at every image, DecoderBrokenError is raised for the first one."""
    image = open_image(pictures.examples()[name], FORMATS[name])
    monkeypatch.setattr(decoders, "sample_file", lambda _: pictures.examples()[name][:-40])
    with pytest.raises(DecoderBrokenError), decoder_guard(FORMATS[name]):
        raise MalformedFileError(repr(image))


@pytest.mark.usefixtures("_unchecked")
def test_lack_of_memory_does_not_mean_a_broken_decoder(monkeypatch: pytest.MonkeyPatch) -> None:
    """If the image left no memory for the sample, the decoder does not count as broken."""
    monkeypatch.setattr(decoders, "_open", pytest.fail)
    with pytest.raises(ImageRefusedError) as rejected, decoder_guard(FORMATS["PNG"]):
        raise MalformedFileError("out of memory")
    assert rejected.value.reason == Reason.TOO_COMPLEX


@pytest.mark.usefixtures("_unchecked")
def test_a_decoder_is_checked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A decoder that decoded its sample is not checked again in this process."""
    for _ in range(2):
        with pytest.raises(ImageRefusedError), decoder_guard(FORMATS["PNG"]):
            raise MalformedFileError("no sound file")
        monkeypatch.setattr(decoders, "sample_file", pytest.fail)
