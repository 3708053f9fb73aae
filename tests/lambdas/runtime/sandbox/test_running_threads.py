"""Whether a child that is out of time was at work: by all its threads, which may end while the server looks at them."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path, PosixPath

import pytest

from lambdas.runtime.sandbox import server
from lambdas.runtime.sandbox.confinement import PROCESS_STATUS


class Ended(PosixPath):
    """The file of a thread that ends after it was opened."""

    def read_bytes(self) -> bytes:
        """Fail as Linux lets a read fail then."""
        raise ProcessLookupError


@pytest.mark.parametrize(("states", "running"), [("SR", True), ("R", True), ("SDZ", False), ("", False)])
def test_threads_that_end_meanwhile_are_not_running(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, states: str, *, running: bool
) -> None:
    """A thread may end between the list of threads and the look at it: it is no error, and the other ones count.

    Programs choose the names of threads.
    """

    def threads(*_: object) -> Iterator[Path]:
        yield tmp_path / "gone"
        yield Ended(tmp_path)
        for number, state in enumerate(states):
            stat = tmp_path / f"{number}"
            stat.write_bytes(b"7 (a) R \xff) %b 1 7 R" % state.encode())
            yield stat

    monkeypatch.setattr(Path, "glob", threads)
    assert server._is_running(7) is running  # noqa: SLF001 - nothing else can let a thread end just then


@pytest.mark.skipif(not PROCESS_STATUS.exists(), reason="only Linux lists the threads of a process")
def test_every_thread_counts() -> None:
    """A process works while its first thread waits for another one."""
    first = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/stat")

    def look() -> bool:
        while server._state(first) != b"S":  # noqa: SLF001 - as above
            pass
        return server._is_running(os.getpid())  # noqa: SLF001 - as above

    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(look).result()
