"""The sandbox: the function continues and returns a result, also if the work crashes its process."""

import ctypes
import os
import resource
import signal
import struct
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

import pytest

from imaging.errors import ImageRefusedError, Reason
from lambdas.runtime.sandbox import BOUNDS, PROCESS_STATUS, Bounds, SandboxError, run_sandboxed
from tests.patience import PATIENCE

BOUNDED = pytest.mark.skipif(not PROCESS_STATUS.exists(), reason="only Linux bounds the memory of a process")


def crash() -> dict[str, Any]:
    """Read memory that does not exist."""
    return {"text": str(ctypes.string_at(0))}


def spin() -> NoReturn:
    """Use the processor for ever."""
    while True:
        pass


def wait() -> dict[str, Any]:
    """Wait for a signal that never comes."""
    signal.pause()
    return {}


def overflow() -> dict[str, Any]:
    """Allocate more memory than the limit."""
    return {"size": len(bytearray(2 * BOUNDS.memory))}


def exit_silently() -> NoReturn:
    """End the process with exit code 0."""
    os._exit(0)


def leave() -> NoReturn:
    """End the process as a program does."""
    raise SystemExit


def reject() -> NoReturn:
    """Refuse the image."""
    raise ImageRefusedError(Reason.CORRUPT, "It is broken: \u201cä\u201d.")


def fail() -> NoReturn:
    """Raise an internal error."""
    raise LookupError("a fault of ours")


def descriptors() -> set[Path]:
    """Return the open files of this process."""
    return set(Path("/dev/fd").iterdir())


def attempted(work: Any) -> object:
    """Return the result or the error of the sandboxed work; work that waits for ever has a short timeout."""
    bounds = replace(BOUNDS, time=0.2 if work is wait else PATIENCE)
    try:
        return run_sandboxed(work, bounds)
    except (ImageRefusedError, SandboxError) as error:
        return error


def test_result_of_the_work_is_returned() -> None:
    """A result of any length is returned unchanged."""
    found = {"number": 1, "text": "ä" * 300_000, "list": [None, True, 0.5]}
    assert run_sandboxed(lambda: found) == found


def test_work_leaves_nothing_behind() -> None:
    """The work changes only its own process."""
    changed = {"times": 0}

    def change() -> dict[str, int]:
        changed["times"] += 1
        return changed

    assert run_sandboxed(change) == {"times": 1}
    assert changed == {"times": 0}


@pytest.mark.parametrize(
    ("work", "bounds"),
    [
        (crash, BOUNDS),
        (spin, replace(BOUNDS, processor_time=1)),
        (spin, replace(BOUNDS, time=0.2)),
        (wait, replace(BOUNDS, time=0.2)),
        pytest.param(overflow, BOUNDS, marks=BOUNDED),
        (exit_silently, BOUNDS),
        (leave, BOUNDS),
    ],
)
def test_work_that_ends_its_process_is_too_complex(work: Any, bounds: Bounds) -> None:
    """A crash, a hang, and too much memory or time all give the same reason."""
    with pytest.raises(ImageRefusedError) as rejected:
        run_sandboxed(work, bounds)
    assert rejected.value.reason == Reason.TOO_COMPLEX


@BOUNDED
def test_memory_is_bounded_beyond_what_the_function_has() -> None:
    """The work may use as much memory as the bound states, on top of the function's own, and no more."""
    mine = bytearray(BOUNDS.memory)
    assert run_sandboxed(lambda: {"size": len(bytearray(BOUNDS.memory // 2)) + len(mine)})
    assert isinstance(attempted(overflow), ImageRefusedError)


def test_a_rejection_is_raised_unchanged() -> None:
    """Reason and message of a refusal are those of the work."""
    with pytest.raises(ImageRefusedError) as refused:
        run_sandboxed(reject)
    assert (refused.value.reason, refused.value.message) == (Reason.CORRUPT, "It is broken: \u201cä\u201d.")


@pytest.mark.parametrize("work", [fail, lambda: {"not": object()}], ids=["raises", "finds what is no JSON"])
def test_an_internal_error_fails(work: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """Any other error is no refusal, and the log states where it was raised."""
    with pytest.raises(SandboxError):
        run_sandboxed(work)
    assert "Traceback" in capsys.readouterr().out


def test_a_sandbox_that_cannot_be_set_up_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """If the limits cannot be set, that is an internal error, and not the image's."""

    def refuse(*_: object) -> NoReturn:
        raise PermissionError

    monkeypatch.setattr(resource, "setrlimit", refuse)
    with pytest.raises(SandboxError):
        run_sandboxed(dict[str, object])


@pytest.mark.parametrize("error", [TypeError, AttributeError, KeyError, RuntimeError, OSError, struct.error])
def test_an_internal_error_stays_internal(error: type[Exception]) -> None:
    """An error that is no refusal inside the sandbox is no refusal outside of it, for any type."""

    def work() -> NoReturn:
        raise error("planted")

    with pytest.raises(SandboxError):
        run_sandboxed(work)


@pytest.mark.parametrize("work", [dict, crash, wait, overflow, exit_silently, reject, fail])
def test_nothing_is_left_over(work: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """In every case the child is gone afterwards, and no file stays open."""
    fork, children = os.fork, list[int]()

    def recorded() -> int:
        children.append(fork())
        return children[-1]

    monkeypatch.setattr(os, "fork", recorded)
    before = descriptors()
    attempted(work)
    assert descriptors() == before
    with pytest.raises(ChildProcessError):
        os.waitpid(children[0], os.WNOHANG)


def test_a_fork_that_fails_leaves_no_file_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """If no child can be made, that is an internal error, and the pipe is closed."""

    def refuse() -> NoReturn:
        raise BlockingIOError

    monkeypatch.setattr(os, "fork", refuse)
    before = descriptors()
    with pytest.raises(BlockingIOError):
        run_sandboxed(dict[str, object])
    assert descriptors() == before


@BOUNDED
def test_a_lower_limit_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """A limit of the process that is lower than the bounds is no error."""
    monkeypatch.setattr(resource, "getrlimit", lambda _: (1000, 2000))
    monkeypatch.setattr(resource, "setrlimit", lambda kind, bounds: limits.update({kind: bounds}))
    limits: dict[int, tuple[int, int]] = {}
    found = run_sandboxed(lambda: {str(kind): list(bounds) for kind, bounds in limits.items()})
    assert found[str(resource.RLIMIT_DATA)] == [2000] * 2


def test_threads_use_sandboxes_at_the_same_time() -> None:
    """Functions that share a process, as in a test, do not disturb each other's sandboxes."""
    with ThreadPoolExecutor(9) as pool:
        found = list(pool.map(attempted, [dict, crash, wait] * 3))
    assert found[::3] == [{}] * 3
    assert [isinstance(answer, ImageRefusedError) for answer in found] == [False, True, True] * 3
