"""Formats that are switched off: refused by their first bytes, before anything else reads the file."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from imaging.decoding import picture
from imaging.errors import ImageRefusedError, Reason
from imaging.formats import CONTENT_TYPES, FORMATS, inspectors, parse_formats
from imaging.formats.inspectors import identify
from tests import pictures
from tests.imaging.limits import LIMITS
from workflow import contracts

REPOSITORY = Path(__file__).parents[3]
# The modules that decode a format, where one exists for nothing else.
OWN_MODULES = {
    "WEBP": ["PIL.WebPImagePlugin", "PIL._webp"],
    "TIFF": ["PIL.TiffImagePlugin"],
    "AVIF": ["PIL.AvifImagePlugin", "PIL._avif"],
    "HEIF": ["pillow_heif", "_pillow_heif"],
}
OPEN = """
import sys
from imaging.decoding.picture import open_picture
from imaging.errors import ImageRefusedError
from imaging.formats import FORMATS
from imaging.limits import Limits

try:
    open_picture(sys.stdin.buffer.read(), Limits(frozenset(FORMATS) - {sys.argv[1]}, 10**6, 1000, 1))
except ImageRefusedError as refused:
    print(refused.reason, *(name for name in sys.argv[2:] if name in sys.modules))
"""


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_that_is_off_is_neither_inspected_nor_opened(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of the format is refused before its inspector or its decoder gets it; the sentence names what is accepted."""

    def fail(*_: object) -> None:
        pytest.fail("the file was read")

    monkeypatch.setitem(inspectors.INSPECTORS, name, fail)
    monkeypatch.setattr(picture, "open_image", fail)
    with pytest.raises(ImageRefusedError) as refused:
        picture.open_picture(pictures.examples()[name], replace(LIMITS, enabled_formats=frozenset(FORMATS) - {name}))
    assert refused.value.reason == Reason.FORMAT_DISABLED
    named = refused.value.message.removeprefix(f"{name} images ").rstrip(".").partition(": ")[2].split(", ")
    assert named == [other for other in FORMATS if other != name]
    contracts.check("rejection", {"reason": refused.value.reason, "message": refused.value.message})


@pytest.mark.share(1)
@pytest.mark.parametrize("name", OWN_MODULES)
def test_the_decoder_of_a_format_that_is_off_is_not_loaded(name: str) -> None:
    """A process that opens a file of the format has none of its decoder's modules afterwards."""
    command = [sys.executable, "-c", OPEN, name, *OWN_MODULES[name]]
    ended = subprocess.run(
        command, input=pictures.examples()[name], capture_output=True, check=True, cwd=REPOSITORY, timeout=60
    )
    assert ended.stdout.decode().split() == [Reason.FORMAT_DISABLED]


@pytest.mark.parametrize("name", FORMATS)
def test_a_single_format_is_enough(name: str) -> None:
    """With one format on, its files are identified, and those of all others refused."""
    only = replace(LIMITS, enabled_formats=frozenset({name}))
    assert identify(pictures.examples()[name], only) is FORMATS[name]
    for other in FORMATS.keys() - {name}:
        with pytest.raises(ImageRefusedError, match="FORMAT_DISABLED"):
            identify(pictures.examples()[other], only)


def test_a_container_of_another_format_does_not_pass_for_it() -> None:
    """A file whose brands name only the container counts as HEIF, also if it holds an AVIF image."""
    avif = pictures.examples()["AVIF"]
    generic = b"\0\0\0\x14ftypmif1\0\0\0\0miaf" + avif[int.from_bytes(avif[:4], "big") :]
    with pytest.raises(ImageRefusedError, match="FORMAT_DISABLED: HEIF"):
        identify(generic, replace(LIMITS, enabled_formats=frozenset(FORMATS) - {"HEIF"}))


def test_contracts_and_formats_agree() -> None:
    """Every format and every media type of the contracts is one that imaging knows, and the other way round."""
    definitions = contracts.schema("common")["$defs"]
    assert set(definitions["format"]["enum"]) == FORMATS.keys()
    assert set(definitions["contentType"]["enum"]) == CONTENT_TYPES.keys()
    assert set(definitions["reason"]["enum"]) == set(Reason)


def test_names_are_trimmed() -> None:
    """Spaces around a name do not matter, nor does a name that is repeated."""
    assert parse_formats(["JPEG", " PNG ", "JPEG"]) == {"JPEG", "PNG"}


@pytest.mark.parametrize("names", [[], [""], ["jpeg"], ["JPEG", ""], ["JPG"], ["JPEG PNG"], ["HEIC"], ["*"], ["MPO"]])
def test_unknown_names_are_refused(names: list[str]) -> None:
    """A name that no format has is an error that lists the names, and so is an empty list."""
    with pytest.raises(ValueError, match="JPEG, PNG, WEBP"):
        parse_formats(names)
