"""No test reaches out of this machine, and none leaves anything behind for the next."""

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
    """Fails a test that reaches out, whatever became of the error, and one that changes what others find."""

    def __init__(self) -> None:
        """Isolate this process, and those that it starts, from now on."""
        self._folder = TemporaryDirectory(prefix="connections-")
        self._notes = Path(self._folder.name, "refused")
        self._found = Surroundings.now()
        self._between = replace(self._found, environ=isolated(self._found.environ, self._notes))
        self._between.restore()
        loopback.install()
        _heed_signals()

    def pytest_unconfigure(self) -> None:
        """Give the variables back; the guard of the sockets stays."""
        self._found.restore()
        self._folder.cleanup()

    def pytest_collection_finish(self) -> None:
        """Take the path as it is from now on: pytest puts the folders of the tests on it."""
        self._between = replace(self._between, path=list(sys.path))

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_setup(self) -> Generator[None, None, None]:
        """Fail a test whose fixtures reached out, or what was imported before it."""
        try:
            yield
        finally:
            self._judge()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_call(self) -> Generator[None, None, None]:
        """Fail a test that reached out."""
        try:
            yield
        finally:
            self._judge()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_teardown(self, item: pytest.Item, nextitem: pytest.Item | None) -> Generator[None, None, None]:
        """Fail a test whose fixtures reach out at their end; after a file's last test, one whose file left something."""
        try:
            yield
        finally:
            self._judge()
            if nextitem is None or nextitem.path != item.path:
                forget()
                _assert_kept(self._between, item.path.name)

    @pytest.fixture(autouse=True)
    def _keeps_its_surroundings(self, request: pytest.FixtureRequest) -> Iterator[None]:
        """Look at what fixtures of the whole file have set, and see that the test leaves it like that."""
        before = Surroundings.now()
        yield
        _assert_kept(before, request.node.name)

    def _judge(self) -> None:
        """Fail whoever runs now if anybody has reached out."""
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
    """Restore what is not as it was before, and fail whoever changed it."""
    changes = before.changes()
    before.restore()
    if changes:
        pytest.fail(f"{name} leaves changed: {', '.join(changes)}", pytrace=False)
