"""The log of an invocation has all that its function wrote, and nothing of another."""

import base64
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import IO

import pytest

from local.emulator.worker_logs import PART, WorkerLog
from tests.local.account import Account
from tests.patience import PATIENCE

TALKING = """
def handler(event, context):
    for number in range(event["lines"]):
        print(event["name"], number)
"""


@contextmanager
def open_pipe() -> Iterator[tuple[IO[bytes], WorkerLog]]:
    """Return the end of a pipe to write to, and the log of what is read from it."""
    reading, writing = os.pipe()
    with os.fdopen(writing, "wb", buffering=0) as to:
        with os.fdopen(reading) as stream:
            log = WorkerLog(stream)
        yield to, log


def test_an_invocation_has_its_own_lines(account: Account) -> None:
    """Each answer brings all lines of its invocation, many or none."""
    account.deploy("talking", TALKING)
    for name, lines in (("a", 3), ("b", 0), ("c", 400), ("d", 1)):
        payload = json.dumps({"name": name, "lines": lines})
        answer = account.client("lambda").invoke(FunctionName="talking", Payload=payload, LogType="Tail")
        answer["Payload"].close()
        log = base64.b64decode(answer.get("LogResult", "")).decode()
        assert log.splitlines() == [f"{name} {line}" for line in range(lines)]


def test_what_was_written_before_is_taken() -> None:
    """However late the reading thread is, the lines in the pipe are waited for; a line that has not ended is left to the next."""
    with open_pipe() as (to, log):
        to.write(b"one\ntwo\nthr")
        reading = Thread(target=log.follow)
        late = Thread(target=lambda: taken.append(log.taken()))
        taken: list[str] = []
        late.start()
        reading.start()
        late.join()
        to.write(b"ee\n")
        taken.append(log.taken())
        to.close()
        reading.join()
    assert taken == ["one\ntwo", "three"]


def test_a_flood_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that a function left behind, and that writes with each read, does not keep the invocation from its end."""
    with open_pipe() as (to, log):
        add = log._add  # noqa: SLF001 - what each read is followed by

        def flooded(data: bytes) -> None:
            if not taken:
                to.write(b"more\n")
            add(data)

        monkeypatch.setattr(log, "_add", flooded)
        taken: list[str] = []
        to.write(b"one\n")
        reading = Thread(target=log.follow, daemon=True)
        taking = Thread(target=lambda: taken.append(log.taken()), daemon=True)
        reading.start()
        taking.start()
        taking.join(PATIENCE)
        assert taken
        to.close()
        reading.join()
    assert taken[0].startswith("one")


def test_what_a_worker_wrote_last_is_taken() -> None:
    """After the worker has ended, its log has the rest, also a line without an end and bytes that are no text."""
    with open_pipe() as (to, log):
        reading = Thread(target=log.follow)
        reading.start()
        to.write(b"a" * (PART + 1) + b"\n\xff\nlast")
        to.close()
        reading.join()
    assert log.taken().split("\n") == ["a" * (PART + 1), "\N{REPLACEMENT CHARACTER}", "last"]
    assert log.taken() == ""
