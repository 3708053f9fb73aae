"""The process of a guard, as seen by the one that started it: what it printed last, and whether it has ended."""

import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from typing import IO

_TAIL = 4000  # bytes of output that are kept
_END_SECONDS = 300.0  # the guard removes the extracted layers: thousands of files
_OUTPUT_SECONDS = 1.0  # until the last output has arrived, once the guard has ended


class Guarded:
    """A guard and the emulator that it runs."""

    def __init__(self, home: str, environment: Mapping[str, str]) -> None:
        """Start them in the directory home; they end when close is called or this process dies."""
        pipe = subprocess.PIPE
        self.ended = threading.Event()
        self._tail = b""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "local.emulator.guard", home],
            cwd=home,
            env=environment,
            stdin=pipe,
            stdout=pipe,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        assert self._process.stdin  # noqa: S101 - a pipe, as asked for
        assert self._process.stdout  # noqa: S101 - the same
        self._stdin = self._process.stdin
        # A file would fill the disk, or could not be written where that is full.
        self._reader = threading.Thread(target=self._read, args=(self._process.stdout,), daemon=True)
        self._reader.start()
        threading.Thread(target=self._wait, daemon=True).start()

    def output(self) -> str:
        """Return the end of what was printed."""
        if self.ended.is_set():
            self._reader.join(_OUTPUT_SECONDS)
        return self._tail.decode(errors="replace")

    def last_line(self) -> str:
        """Return the last line that was printed: of a traceback it is the error."""
        lines = [line.strip() for line in self.output().splitlines()]
        return next((line for line in reversed(lines) if line), "it gave no reason")

    def close(self) -> None:
        """End the guard, which ends the emulator, and wait for that."""
        with suppress(BrokenPipeError):
            self._stdin.close()
        self._process.wait(_END_SECONDS)
        self._reader.join(_OUTPUT_SECONDS)

    def _read(self, stdout: IO[bytes]) -> None:
        with stdout:
            while part := os.read(stdout.fileno(), _TAIL):
                self._tail = (self._tail + part)[-_TAIL:]

    def _wait(self) -> None:
        self._process.wait()
        self.ended.set()
