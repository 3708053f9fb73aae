"""Least privilege over the whole suite: every call of a handler is allowed, and every allowed action is used."""

from __future__ import annotations

import sys
from dataclasses import astuple
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.permissions.attribution import handlers
from tests.permissions.grants import Grant
from tests.permissions.recorder import Recorder

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from tests.permissions.ledger import Ledger

NAME = "least-privilege"
TESTS = Path(__file__).parents[1]


class LeastPrivilege:
    """Fails a test whose handlers are refused a call, and a whole suite that leaves a grant unused.

    Each worker of xdist passes its used grants to the main process, which gives the verdict.
    """

    def __init__(self, tests: Path = TESTS) -> None:
        """Start recording; all test files below tests are the whole suite."""
        self._tests = tests
        self.recorder = Recorder()
        self.recorder.install()
        self.ledger = self.recorder.ledger  # of the suite; a test may replace it for a while
        self.partial = ""  # why the suite is not whole
        self.verdict: list[str] = []

    def pytest_unconfigure(self) -> None:
        """Stop recording."""
        self.recorder.remove()

    def pytest_deselected(self, items: Sequence[pytest.Item]) -> None:
        """Record that tests were deselected."""
        if items:
            self.partial = "tests were deselected"

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Find the handlers, if tests use any, and record that files or tests of a file were not collected, or that none is to run."""
        if any(name.startswith("lambdas.") for name in sys.modules):
            handlers()
        missing = {*self._tests.rglob("test_*.py")} - {item.path for item in session.items}
        if missing or any("::" in argument for argument in session.config.args):
            self.partial = self.partial or "tests were not collected"
        if session.config.option.collectonly:
            self.partial = "tests were not run"

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self) -> Generator[None, None, None]:
        """Fail a test whose handlers were refused a call: they, or the test, may have ignored the error."""
        try:
            yield
        finally:
            if refusals := self.ledger.taken_refusals():
                pytest.fail("\n".join(refusals), pytrace=False)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Add the used grants of a worker."""
        seen = getattr(node, "workeroutput", {}).get(NAME, {"partial": "a worker broke down", "uses": []})
        self.partial = self.partial or seen["partial"]
        for fields, prefixes in seen["uses"]:
            self.ledger.uses[Grant(*fields)].update(prefixes)

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Pass on the used grants of this worker, or set the verdict; a suite that failed keeps its exit code."""
        if hasattr(session.config, "workeroutput"):
            uses = [(astuple(grant), sorted(prefixes)) for grant, prefixes in self.ledger.uses.items()]
            session.config.workeroutput[NAME] = {"partial": self.partial, "uses": uses}
        elif exitstatus == pytest.ExitCode.OK and not self.partial:
            self.verdict = excess_grants(self.ledger) or [f"{len(self.ledger.grants)} grants, all used"]
            session.exitstatus = pytest.ExitCode.TESTS_FAILED if excess_grants(self.ledger) else exitstatus

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
        """Print the verdict; if the whole suite was requested and there is none, print why."""
        if config.args_source is pytest.Config.ArgsSource.TESTPATHS and self.partial:
            self.verdict = [f"not judged: {self.partial}"]
        if self.verdict:
            terminalreporter.section(NAME)
            terminalreporter.write_line("\n".join(self.verdict))


def excess_grants(ledger: Ledger) -> list[str]:
    """Return a line for each grant that is more than the handlers need."""
    unused = [f"unused: {_described(grant)}" for grant in ledger.unused()]
    return unused + [f"too wide, one prefix is used only: {_described(grant)}" for grant in ledger.too_wide()]


def _described(grant: Grant) -> str:
    return f"{grant.role:26} {grant.action:24} {grant.resource}"
