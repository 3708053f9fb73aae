"""The sandbox has the bounds that the documents state, and they leave its function alive."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from imaging.errors import ImageRefusedError, Reason
from lambdas.runtime.sandbox import client
from lambdas.runtime.sandbox.bounds import BOUNDS, BOUNDS_WITH_VARIANTS, MAX_ANSWER
from lambdas.runtime.sandbox.confinement import PROCESS_STATUS
from tests.lambdas.runtime.sandbox import works
from tests.patience import PATIENCE
from tests.templates.emitted import FUNCTIONS, properties, template

PAGE = Path(__file__).parents[4] / "docs" / "images.md"
MEGABYTE = 2**20
PATIENT = replace(BOUNDS, time=PATIENCE)  # no test depends on the speed of the machine
INTERPRETERS = 2 * 128 * MEGABYTE  # bytes: the handler's and the server's, with what they have imported
SANDBOXED = [name for name in FUNCTIONS if {"Ref": "ImagingLayer"} in properties(name)["Layers"]]

pytestmark = pytest.mark.skipif(not PROCESS_STATUS.exists(), reason="only Linux bounds the memory of a process")


@pytest.fixture(autouse=True)
def _works(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the server do the work of these tests."""
    monkeypatch.setattr(client, "OPERATIONS", works.__name__)
    yield
    client.stop()


def stated() -> tuple[int, int]:
    """Return the seconds of processor time and the bytes that an image may take, by the page on images."""
    found = re.search(r"needs more than (\d+) seconds or (\d+) MB", PAGE.read_text(encoding="utf-8"))
    assert found, "the sentence has changed: change it here too"
    return int(found[1]), int(found[2]) * MEGABYTE


def done(work: str, **arguments: Any) -> dict[str, Any]:
    """Return the facts that the work returns."""
    return client.run(work, b"image", lambda answer: answer.facts, PATIENT, **arguments)


def test_an_image_that_takes_more_memory_than_stated_is_too_complex() -> None:
    """Work that takes three quarters of the stated memory is done, and work that takes all of it is refused."""
    _, memory = stated()
    assert done("allocate", size=memory * 3 // 4) == {"size": memory * 3 // 4}
    with pytest.raises(ImageRefusedError) as refused:
        done("allocate", size=memory)
    assert refused.value.reason == Reason.TOO_COMPLEX


def test_an_image_has_the_stated_processor_time() -> None:
    """The process of an image is ended by the system after the stated seconds, and after more where variants are made."""
    seconds, _ = stated()
    assert done("state")["limits"]["CPU"] == seconds
    more = re.search(r"have (\d+) more seconds of processor time", PAGE.read_text(encoding="utf-8"))
    assert more
    assert BOUNDS_WITH_VARIANTS.processor_time == seconds + int(more[1])


@pytest.mark.share(1)
@pytest.mark.parametrize("function", SANDBOXED)
def test_a_function_outlives_an_image_that_takes_all_it_may(function: str) -> None:
    """Lambda gives the function the memory and time for the largest upload and for what the sandbox lets it take.

    Otherwise Lambda would end the function instead of the sandbox the child: an error that is retried, and no rejection.
    """
    upload = template()["Parameters"]["MaxBytes"]["MaxValue"]
    needed = INTERPRETERS + BOUNDS.memory + MAX_ANSWER + 2 * upload  # the server gets the upload in a file in memory
    assert needed < properties(function)["MemorySize"] * MEGABYTE
    encodes = "RENDITION_FORMATS" in properties(function)["Environment"]["Variables"]
    bounds = BOUNDS_WITH_VARIANTS if encodes else BOUNDS
    assert bounds.processor_time <= bounds.time < properties(function)["Timeout"]
    assert bounds.memory == BOUNDS.memory
