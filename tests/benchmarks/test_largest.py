"""Pictures as large as accepted, here drawn small."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import largest
from benchmarks.largest import BLOCK, DEEP, KINDS, Kind, deepened, largest_size, noise, peak
from benchmarks.workers import JobError
from imaging.decoding.picture import open_picture
from imaging.formats import FORMATS
from lambdas.runtime.settings import ImageStepSettings
from tests import pictures

SMALL = ImageStepSettings(metadata_table="-", max_bytes=1_000_000, max_pixels=128 * 192, max_edge=1000, max_frames=2)


@pytest.fixture(autouse=True)
def build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Draw small pictures, into a folder of the test's own."""
    monkeypatch.setattr(largest, "BUILD", tmp_path)
    monkeypatch.setattr(largest, "limits", lambda: SMALL)
    return tmp_path


@given(st.integers(30_000, 100_000_000))
def test_the_largest_size_is_accepted_and_hardly_smaller(pixels: int) -> None:
    """It keeps to the limit, in whole blocks, and one block more each way would not."""
    width, height = largest_size(pixels)
    assert width * height <= pixels < (width + BLOCK) * (height + BLOCK)
    assert (width % BLOCK, height % BLOCK) == (0, 0)


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_a_drawn_picture_is_accepted(kind: Kind) -> None:
    """Each kind is opened as its format, at the largest size."""
    picture = open_picture(kind.file().read_bytes(), SMALL.limits)
    assert (picture.format.name, picture.size) == (kind.format, largest_size(SMALL.max_pixels))


def test_every_format_is_drawn() -> None:
    """The most memory that any accepted picture takes is looked for among all that are accepted."""
    assert {kind.format for kind in KINDS} == set(FORMATS)


def test_kinds_are_kept_apart() -> None:
    """Each has a file of its own."""
    assert len({re.sub(r"\W+", "-", str(kind)) for kind in KINDS}) == len(KINDS)


def test_a_picture_is_drawn_once(build: Path) -> None:
    """What lies there already is taken."""
    file = Kind("PNG").file()
    file.write_bytes(b"drawn before")
    assert Kind("PNG").file().read_bytes() == b"drawn before"
    assert not list(build.rglob("*.partial"))


def test_deep_pixels_are_as_bright() -> None:
    """The high byte of each number is the brightness that it had."""
    assert deepened(b"\x01\xff") == b"\x00\x01\x00\xff"
    assert Kind("HEIF", DEEP).file().stat().st_size > 0


def test_noise_is_no_even_colour() -> None:
    """A picture that compresses to nothing would not take what a real one takes."""
    assert pictures.difference(noise((64, 64), "RGB"), noise((64, 64), "RGB").rotate(180)) > 3


def test_a_peak_is_of_one_operation() -> None:
    """It tells the file's size, and how much memory was taken, which is more than the file."""
    found = peak(Kind("PNG"), "thumbnail")
    assert (found.kind, found.operation, found.file) == ("PNG RGB", "thumbnail", Kind("PNG").file().stat().st_size)
    assert found.peak is not None
    assert found.peak > found.file


def test_a_picture_that_is_turned_away_has_no_peak(monkeypatch: pytest.MonkeyPatch) -> None:
    """What ValidateImage rejects is no accepted picture, and is not measured."""
    file = Kind("PNG").file()
    broken = file.with_suffix(".broken")
    broken.write_bytes(file.read_bytes()[:-100])
    monkeypatch.setattr(Kind, "file", lambda _: broken)
    assert peak(Kind("PNG"), "resize").peak is None


def test_what_is_too_long_is_not_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of more bytes than are accepted says nothing about accepted ones."""
    Kind("PNG").file()
    monkeypatch.setattr(largest, "limits", lambda: ImageStepSettings("-", 1, 1_000_000, 1000, 2))
    with pytest.raises(JobError, match="bytes"):
        peak(Kind("PNG"), "resize")
