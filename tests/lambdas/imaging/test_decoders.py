"""The decoders: one for each format, on one thread."""

from io import BytesIO

import pytest
from PIL import AvifImagePlugin, Image, ImageChops

from lambdas.formats import FORMATS
from lambdas.imaging.decoders import opened
from tests import pictures


@pytest.mark.parametrize("name", FORMATS)
def test_no_decoder_but_the_formats_own_is_asked(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever else Pillow knows is not even loaded, and a file of another format is not opened."""
    monkeypatch.setattr(Image, "init", pytest.fail)  # by which Pillow loads all that it has
    data = pictures.examples()[name]
    assert opened(data, FORMATS[name]).size == pictures.SIZE
    for other in FORMATS.keys() - {name}:
        with pytest.raises((OSError, SyntaxError)):
            opened(data, FORMATS[other])


def test_an_avif_is_decoded_on_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many cores there are, so that the memory it takes is the same everywhere."""
    monkeypatch.setattr(AvifImagePlugin, "DEFAULT_MAX_THREADS", 0)
    opened(pictures.examples()["AVIF"], FORMATS["AVIF"])
    assert AvifImagePlugin._get_default_max_threads() == 1  # noqa: SLF001 - what the decoder is told, it tells nobody else


@pytest.mark.parametrize("name", ["AVIF", "AVIF RGBA"])
def test_an_avif_is_decoded_as_pillow_does(name: str) -> None:
    """That planes are let go of early changes no pixel."""
    image = opened(pictures.examples()[name], FORMATS["AVIF"])
    image.load()
    plain = Image.open(BytesIO(pictures.examples()[name]))
    assert image.mode == plain.mode
    assert ImageChops.difference(image, plain).getbbox() is None
