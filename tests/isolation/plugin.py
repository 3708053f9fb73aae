"""No test connects to another machine, and none changes global state for the next."""

from __future__ import annotations

import signal
import sys
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest

from tests.isolation.everywhere import loopback
from tests.isolation.process_state import Surroundings, forget, isolated

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

NAME = "isolation"


class Isolation:
    """Fails a test that connects to another machine, even if it ignores the error, and one that changes global state."""

    def __init__(self) -> None:
        """Isolate this process, and those that it starts, from now on."""
        self._folder = TemporaryDirectory(prefix="connections-")
        self._notes = Path(self._folder.name, "refused")
        self._running = ""  # the test; a fixture that asked pytest for it would take twice the time
        self._found = Surroundings.now()
        self._between = replace(self._found, variables=isolated(self._found.variables, self._notes))
        self._between.restore()
        loopback.install()
        _heed_signals()

    def pytest_unconfigure(self) -> None:
        """Restore the variables; the guard of the sockets stays."""
        self._found.restore()
        self._folder.cleanup()

    def pytest_collection_finish(self) -> None:
        """Keep the import path as it is now: pytest has added the folders of the tests."""
        self._between = replace(self._between, path=list(sys.path))

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Generator[None, None, None]:
        """Fail a test if its fixtures, or an import before it, connected to another machine."""
        self._running = item.name
        try:
            yield
        finally:
            self._judge()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_call(self) -> Generator[None, None, None]:
        """Fail a test that connected to another machine."""
        try:
            yield
        finally:
            self._judge()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_teardown(self, item: pytest.Item, nextitem: pytest.Item | None) -> Generator[None, None, None]:
        """Fail a test if the teardown of its fixtures connects; fail the last test of a file if the file changed global state."""
        try:
            yield
        finally:
            self._judge()
            if nextitem is None or nextitem.path != item.path:
                forget()
                _assert_kept(self._between, item.path.name)

    @pytest.fixture(autouse=True)
    def _keeps_its_surroundings(self) -> Iterator[None]:
        """Record the state that fixtures of the file have set, and check that the test leaves it unchanged."""
        before = Surroundings.now()
        yield
        _assert_kept(before, self._running)

    def _judge(self) -> None:
        """Fail the running test or fixture if there was a connection to another machine."""
        if self._notes.exists():
            refused = self._notes.read_text(encoding="utf-8")
            self._notes.unlink()
            pytest.fail(refused.strip(), pytrace=False)


def _heed_signals() -> None:
    """End processes that tests start on a signal: a shell starts a job in the background with interrupts ignored, for good."""
    for number, handler in ((signal.SIGINT, signal.default_int_handler), (signal.SIGTERM, signal.SIG_DFL)):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, handler)


def _assert_kept(before: Surroundings, name: str) -> None:
    """Restore changed global state, and fail the test or file that changed it."""
    if changes := before.restore():
        pytest.fail(f"{name} leaves changed: {', '.join(changes)}", pytrace=False)
