"""The log of an invocation: all that a worker has written when it answers, without waiting for more."""

import os
import select
import threading
from queue import SimpleQueue
from typing import IO, Any

PART = 2**16  # bytes: the capacity of a pipe


class WorkerLog:
    """The lines that a worker writes to its standard error."""

    def __init__(self, stream: IO[str]) -> None:
        """Read from a descriptor of its own, since the stream may be closed meanwhile."""
        self._pipe = os.fdopen(os.dup(stream.fileno()), "rb", buffering=0)
        self._lines: SimpleQueue[str] = SimpleQueue()
        self._begun = b""  # a line that has not ended
        self._read = threading.Condition()

    def follow(self) -> None:
        """Read until nobody can write any more."""
        incoming = self._incoming()
        while not self._pipe.closed:
            incoming.poll()
            with self._read:
                self._add(self._pipe.read(PART))
                self._read.notify_all()

    def taken(self) -> str:
        """Return the lines since the last call; those that were in the pipe before this call are among them."""
        with self._read:
            self._read.wait_for(self._has_read_all)
            return "\n".join(self._lines.get() for _ in range(self._lines.qsize()))

    def _add(self, data: bytes) -> None:
        """Add what was read; nothing was if the pipe has ended, and with it the line."""
        if not data:
            self._pipe.close()
        *lines, self._begun = (self._begun + (data or b"\n" * bool(self._begun))).split(b"\n")
        for line in lines:
            self._lines.put(line.decode(errors="replace"))

    def _has_read_all(self) -> bool:
        return self._pipe.closed or not self._incoming().poll(0)

    def _incoming(self) -> select.poll:
        incoming = select.poll()
        incoming.register(self._pipe, select.POLLIN)
        return incoming


def opened_log(worker: Any) -> WorkerLog:
    """Return the log of the process that a worker of ministack has just started, and keep it in the worker."""
    worker.log = WorkerLog(worker._proc.stderr)  # noqa: SLF001 - ministack offers no other place
    log: WorkerLog = worker.log
    return log
