"""The bounded process: it reports each kind of harm that an image could do to a function, and continues."""

import faulthandler
import os
import signal
from collections.abc import Callable

import pytest

from tests.hostile import worker


def _loop(_: bytes) -> str:
    while True:
        pass


def _crash(_: bytes) -> str:
    faulthandler.disable()  # pytest's, which would print where it was
    os.kill(os.getpid(), signal.SIGSEGV)
    return "not reached"


def _allocate(_: bytes) -> str:
    return str(len(bytes(worker.MEMORY)))


@pytest.mark.parametrize(
    ("work", "reported"),
    [
        (_loop, f"its process ended with {-signal.SIGKILL}"),
        (_crash, f"its process ended with {-signal.SIGSEGV}"),
        (_allocate, "MemoryError"),
        (lambda data: data.decode(), "the answer"),
    ],
    ids=["too long", "a crash", "too much memory", "an answer"],
)
def test_each_end_is_reported(monkeypatch: pytest.MonkeyPatch, work: Callable[[bytes], str], reported: str) -> None:
    """A loop, a crash and too much memory end the child only, and are no valid ends of an image."""
    monkeypatch.setattr(worker, "PROCESSOR_TIME", 1)
    monkeypatch.setattr(worker, "passed", work)
    assert reported in worker.run_bounded(b"the answer")
