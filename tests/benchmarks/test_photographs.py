"""The photographs that are measured: their sources and how they are made."""

from pathlib import Path

import pytest
from PIL import Image

from benchmarks import photographs
from benchmarks.photographs import CHOSEN, DOGS, Original, Photograph
from imaging.formats import FORMATS
from tests import pictures

EVERY = [(name, photograph) for name, chosen in CHOSEN.items() for photograph in chosen()]


@pytest.fixture
def original(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Original:
    """Draw an original of 600 by 400 pixels, with a camera's name and a profile."""
    monkeypatch.setattr(photographs, "BUILD", tmp_path / "build")
    file = tmp_path / "drawn.png"
    exif = pictures.exif({0x0110: "Camera"})
    image = pictures.quadrants((600, 400))
    file.write_bytes(pictures.encoded(image, "PNG", exif=exif, icc_profile=pictures.swapped_profile()))
    return Original(str(file))


def test_every_photograph_has_a_name_of_its_own() -> None:
    """No two photographs share a file name."""
    names = [photograph.name for _, photograph in EVERY]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(("name", "photograph"), EVERY, ids=lambda value: str(getattr(value, "name", "")))
def test_a_photograph_is_of_its_format(name: str, photograph: Photograph) -> None:
    """The file's extension is that of the format that it is measured for."""
    assert Path(photograph.name).suffix in {f".{FORMATS[name].extension}", ".hif"}
    assert photograph.is_original() or Path(photograph.name).suffix in photographs.SAVED


def test_every_download_has_a_digest() -> None:
    """A file from a package has a SHA-256 digest, and a sample is in this repository."""
    for _, photograph in EVERY:
        original = photograph.original
        assert len(original.sha256) == 64 if original.package else original.file().is_file()


def test_a_sample_is_measured_unchanged() -> None:
    """The sample file itself is used."""
    assert Photograph("dogs.jpg", DOGS).file() == DOGS.file()


def test_a_photograph_is_scaled_down_and_keeps_what_a_camera_writes(original: Original) -> None:
    """The file has the requested number of pixels, and keeps its EXIF block and its profile."""
    file = Photograph("small.jpg", original, megapixels=0.06, subsampling="4:2:2").file()
    with Image.open(file) as image:
        assert (image.format, image.size) == ("JPEG", (300, 200))
        assert image.getexif()[0x0110] == "Camera"
        assert _undated(image.info["icc_profile"]) == _undated(pictures.swapped_profile())
    assert Photograph("small.jpg", original, megapixels=0.06).file() == file


def _undated(profile: bytes) -> bytes:
    """Return a profile without the time at which it was made: ICC.1, 7.2.8."""
    return profile[:24] + profile[36:]


def test_a_photograph_is_never_enlarged(original: Original) -> None:
    """A size above the original's is refused."""
    with pytest.raises(ValueError, match="larger"):
        Photograph("large.jpg", original, megapixels=1).file()


@pytest.mark.parametrize(
    ("photograph", "expected"),
    [
        (Photograph("dogs.jpg", DOGS), f"{DOGS}"),
        (Photograph("again.jpg", DOGS), f"encoded again, from {DOGS}"),
        (Photograph("small.jpg", DOGS, megapixels=3), f"scaled down, from {DOGS}"),
    ],
)
def test_origin_names_source_and_processing(photograph: Photograph, expected: str) -> None:
    """The origin distinguishes an encoded or scaled picture from one that a camera wrote."""
    assert photograph.origin() == expected
