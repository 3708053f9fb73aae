"""The template for this machine, rendered once for the same sources: it takes half a second of processor time."""

import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]
ROOMS = ("asl", "imaging", "lambdas", "templates", "web", "workflow")  # all that the template is made of
FILE = ROOT / "build" / "local-template.json"


def cached_template() -> str:
    """Return the template; raises TemplateRefusedError."""
    sources = digest_of_sources()
    if (kept := _read(sources)) is not None:
        return kept
    from templates.stack import render

    text = render()
    if digest_of_sources() == sources:  # otherwise it may be of sources that were changed meanwhile
        _write(sources, text)
    return text


def digest_of_sources() -> str:
    """Return a digest of all that decides what the template is: files of the project, packages, and the interpreter."""
    digest = sha256(sys.version.encode())
    for part in _parts():
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def _parts() -> Iterator[bytes]:
    for path in source_files():
        yield os.fsencode(path.relative_to(ROOT))
        yield path.read_bytes()
    for package in sorted(found for place in sys.path for found in Path(place).glob("*.dist-info")):
        yield f"{package} {package.stat().st_mtime_ns}".encode(errors="surrogateescape")


def source_files() -> list[Path]:
    """Return the files of the project that the template may depend on."""
    files = (path for room in ROOMS for path in (ROOT / room).rglob("*") if path.is_file())
    return [ROOT / "pyproject.toml", *sorted(path for path in files if path.suffix != ".pyc")]


def _read(sources: str) -> str | None:
    """Return the template that was kept for these sources; None if there is none, or it is damaged."""
    with suppress(OSError, ValueError):
        head, text = FILE.read_text(encoding="utf-8").split("\n", 1)
        if head == _head(sources, text):
            return text
    return None


def _write(sources: str, text: str) -> None:
    """Keep the template, if that is possible; it replaces another one as a whole."""
    with suppress(OSError):
        FILE.parent.mkdir(exist_ok=True)
        with TemporaryDirectory(dir=FILE.parent) as folder:
            written = Path(folder, FILE.name)
            written.write_text(f"{_head(sources, text)}\n{text}", encoding="utf-8")
            written.replace(FILE)


def _head(sources: str, text: str) -> str:
    return f"{sources} {sha256(text.encode()).hexdigest()}"
