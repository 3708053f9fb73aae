"""Zips of functions are unpacked once, whoever asks for them, and however many do at once."""

import zipfile
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import pytest

from local.emulator.unpack import FOLDER, unpacked


def archive(text: str) -> bytes:
    """Return a zip with a file that holds text."""
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as writing:
        writing.writestr("folder/file.py", text)
    return made.getvalue()


def test_a_zip_is_unpacked_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The second one who asks gets what the first one got, with what was compiled since; another zip has another folder."""
    monkeypatch.setenv(FOLDER, str(tmp_path / "unpacked"))
    first = Path(unpacked(archive("one")))
    (first / "compiled").touch()
    assert Path(unpacked(archive("one"))) == first
    assert sorted(path.name for path in first.rglob("*") if path.is_file()) == ["compiled", "file.py"]
    assert Path(unpacked(archive("two")), "folder", "file.py").read_text(encoding="utf-8") == "two"


def test_many_may_ask_at_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nobody sees a folder that is not yet whole."""
    monkeypatch.setenv(FOLDER, str(tmp_path))
    data = archive("one")

    def read(_: int) -> str:
        return Path(unpacked(data), "folder", "file.py").read_text(encoding="utf-8")

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(read, range(64))) == {"one"}
