"""The files of the web page: their size, their types, and what they are made of."""

import gzip
import re
import subprocess
from pathlib import Path

import pytest

from lambdas.web_page import FOLDER, TYPES
from tests.needed import program, web_tool

MOST_BYTES = 30_000  # of all files together, compressed
ROOT = FOLDER.parent


def test_page_is_small() -> None:
    """All files together are under 30 kB as a browser gets them: API Gateway compresses each by itself."""
    assert sum(len(gzip.compress(path.read_bytes())) for path in FOLDER.iterdir()) < MOST_BYTES


def test_every_file_can_be_served() -> None:
    """Each file has a known media type, and is text."""
    assert {path.suffix for path in FOLDER.iterdir()} <= TYPES.keys()
    assert all(path.read_text(encoding="utf-8") for path in FOLDER.iterdir())


def test_types_are_checked() -> None:
    """TypeScript's compiler finds nothing in the modules, whose types are in their comments, in its strict mode."""
    compiler = web_tool(".bin/tsc")
    program("node")
    ran = subprocess.run([compiler, "-p", ROOT / ".ci/web"], capture_output=True, text=True, check=False)
    assert (ran.stdout, ran.returncode) == ("", 0)


def test_page_loads_every_module_at_once() -> None:
    """The page names each module, so that a browser does not find them one after the other."""
    page = (FOLDER / "index.html").read_text(encoding="utf-8")
    assert set(re.findall(r'"web/(\w+\.js)"', page)) == {path.name for path in FOLDER.glob("*.js")}


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.js")), ids=lambda path: path.name)
def test_modules_are_of_this_page_only(path: Path) -> None:
    """A module imports its neighbours and nothing else, makes no markup of texts, and keeps nothing for other visitors."""
    text = path.read_text(encoding="utf-8")
    assert all(name.startswith("./") for name in re.findall(r'from "(.+?)"', text))
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|localStorage", text
    )


def test_texts_are_in_one_place() -> None:
    """Elements of the page are empty: texts.js fills them, and every name in the page is one of its texts."""
    page = (FOLDER / "index.html").read_text(encoding="utf-8")
    body = page.partition("<body>")[2]
    assert not re.sub(r"<[^>]*>", "", body).strip()
    texts = (FOLDER / "texts.js").read_text(encoding="utf-8")
    assert all(f"  {name}:" in texts for name in re.findall(r'data-(?:text|label)="(\w+)"', body))
