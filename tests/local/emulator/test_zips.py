"""Zips of functions are extracted once, however many workers ask for them at the same time."""

import zipfile
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import pytest

from local.emulator.zips import FOLDER, extract_once


def archive(text: str) -> bytes:
    """Return a zip with a file that holds text."""
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as writing:
        writing.writestr("folder/file.py", text)
    return made.getvalue()


def test_a_zip_is_extracted_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A second request for a zip returns the same folder, with files that were added since; another zip has another folder."""
    monkeypatch.setenv(FOLDER, str(tmp_path / "unpacked"))
    one = archive("one")
    first = Path(extract_once(one))
    (first / "compiled").touch()
    assert Path(extract_once(bytes(bytearray(one)))) == first  # another object with the same bytes
    assert sorted(path.name for path in first.rglob("*") if path.is_file()) == ["compiled", "file.py"]
    assert Path(extract_once(archive("two")), "folder", "file.py").read_text(encoding="utf-8") == "two"


def test_many_may_extract_at_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No thread sees a folder before all files are in it."""
    monkeypatch.setenv(FOLDER, str(tmp_path))
    data = archive("one")

    def read(_: int) -> str:
        return Path(extract_once(data), "folder", "file.py").read_text(encoding="utf-8")

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(read, range(64))) == {"one"}
