"""Pictures as large as accepted, here drawn small."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import largest
from benchmarks.largest import BLOCK, DEEP, KINDS, Kind, deepened, largest_size, noise, peak
from benchmarks.worker_process import JobError
from imaging.decoding.picture import open_picture
from imaging.formats import FORMATS
from lambdas.runtime.settings import ImageStepSettings
from tests import pictures

SMALL = ImageStepSettings(
    metadata_table="-",
    enabled_formats=frozenset(FORMATS),
    max_bytes=1_000_000,
    max_pixels=128 * 192,
    max_edge=1000,
    max_frames=2,
    hdr="TONE_MAP",
)


@pytest.fixture(autouse=True)
def build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Draw small pictures, in a folder of this test."""
    monkeypatch.setattr(largest, "BUILD", tmp_path)
    monkeypatch.setattr(largest, "limits", lambda: SMALL)
    return tmp_path


@given(st.integers(30_000, 100_000_000))
def test_largest_size_is_within_the_limit_and_within_one_block_of_it(pixels: int) -> None:
    """The size is within the limit and in whole blocks; with one more block in each direction it would exceed the limit."""
    width, height = largest_size(pixels)
    assert width * height <= pixels < (width + BLOCK) * (height + BLOCK)
    assert (width % BLOCK, height % BLOCK) == (0, 0)


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_a_drawn_picture_is_accepted(kind: Kind) -> None:
    """Each kind is opened as its format, at the largest size."""
    picture = open_picture(kind.file().read_bytes(), SMALL.limits)
    assert (picture.format.name, picture.size) == (kind.format, largest_size(SMALL.max_pixels))


def test_every_format_is_drawn() -> None:
    """The largest memory of any accepted picture is searched in all formats."""
    assert {kind.format for kind in KINDS} == set(FORMATS)


def test_kinds_are_kept_apart() -> None:
    """Each kind has its own file."""
    assert len({re.sub(r"\W+", "-", str(kind)) for kind in KINDS}) == len(KINDS)


def test_a_picture_is_drawn_once(build: Path) -> None:
    """A file that exists already is used."""
    file = Kind("PNG").file()
    file.write_bytes(b"drawn before")
    assert Kind("PNG").file().read_bytes() == b"drawn before"
    assert not list(build.rglob("*.partial"))


def test_deep_pixels_are_as_bright() -> None:
    """The high byte of each 16-bit value is the original brightness."""
    assert deepened(b"\x01\xff") == b"\x00\x01\x00\xff"
    assert Kind("HEIF", DEEP).file().stat().st_size > 0


def test_noise_is_not_one_color() -> None:
    """A picture that compresses to almost no bytes would not take as much memory as a real one."""
    assert pictures.difference(noise((64, 64), "RGB"), noise((64, 64), "RGB").rotate(180)) > 3


def test_a_peak_is_of_one_operation() -> None:
    """A peak has the file's size and the memory that was taken, which is larger than the file."""
    found = peak(Kind("PNG"), "thumbnail")
    assert (found.kind, found.operation, found.file) == ("PNG RGB", "thumbnail", Kind("PNG").file().stat().st_size)
    assert found.peak is not None
    assert found.peak > found.file


def test_a_rejected_picture_has_no_peak(monkeypatch: pytest.MonkeyPatch) -> None:
    """A picture that ValidateImage rejects is not measured."""
    file = Kind("PNG").file()
    broken = file.with_suffix(".broken")
    broken.write_bytes(file.read_bytes()[:-100])
    monkeypatch.setattr(Kind, "file", lambda _: broken)
    assert peak(Kind("PNG"), "resize").peak is None


def test_a_file_above_the_size_limit_is_not_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file with more bytes than the limit raises an error."""
    Kind("PNG").file()
    monkeypatch.setattr(
        largest, "limits", lambda: ImageStepSettings("-", frozenset(FORMATS), 1, 1_000_000, 1000, 2, "TONE_MAP")
    )
    with pytest.raises(JobError, match="bytes"):
        peak(Kind("PNG"), "resize")
