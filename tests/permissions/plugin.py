"""Least privilege over the whole suite: every call of a handler is allowed, and every allowed action is used."""

from __future__ import annotations

from dataclasses import astuple
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.permissions.grants import Grant
from tests.permissions.recorder import Recorder

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from tests.permissions.ledger import Ledger

NAME = "least-privilege"
TESTS = Path(__file__).parents[1]


class LeastPrivilege:
    """Fails a test whose handlers are refused something, and a whole suite that leaves a grant unused.

    Each worker of xdist hands over what it saw; the process that is no worker judges.
    """

    def __init__(self, tests: Path = TESTS) -> None:
        """Listen from now on; all test files below tests are the whole suite."""
        self._tests = tests
        self.recorder = Recorder()
        self.recorder.install()
        self.ledger = self.recorder.ledger  # the suite's; a test may have its own for a while
        self.partial = ""  # why the suite is not whole
        self.verdict: list[str] = []

    def pytest_unconfigure(self) -> None:
        """Listen no longer."""
        self.recorder.remove()

    def pytest_deselected(self, items: Sequence[pytest.Item]) -> None:
        """Note that tests were left out."""
        if items:
            self.partial = "tests were deselected"

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Note that files were left out, or tests of one, or that nothing is to run."""
        missing = {*self._tests.rglob("test_*.py")} - {item.path for item in session.items}
        if missing or any("::" in argument for argument in session.config.args):
            self.partial = self.partial or "tests were not collected"
        if session.config.option.collectonly:
            self.partial = "tests were not run"

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self) -> Generator[None, None, None]:
        """Fail a test whose handlers were refused something: they, or the test, may have passed over the error."""
        try:
            yield
        finally:
            if refusals := self.ledger.taken_refusals():
                pytest.fail("\n".join(refusals), pytrace=False)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take over what a worker saw."""
        seen = getattr(node, "workeroutput", {}).get(NAME, {"partial": "a worker broke down", "uses": []})
        self.partial = self.partial or seen["partial"]
        for fields, prefixes in seen["uses"]:
            self.ledger.uses[Grant(*fields)].update(prefixes)

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Hand over what this worker saw, or judge; a suite that failed anyway is left as it is."""
        if hasattr(session.config, "workeroutput"):
            uses = [(astuple(grant), sorted(prefixes)) for grant, prefixes in self.ledger.uses.items()]
            session.config.workeroutput[NAME] = {"partial": self.partial, "uses": uses}
        elif exitstatus == pytest.ExitCode.OK and not self.partial:
            self.verdict = excess_grants(self.ledger) or [f"{len(self.ledger.grants)} grants, all used"]
            session.exitstatus = pytest.ExitCode.TESTS_FAILED if excess_grants(self.ledger) else exitstatus

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
        """Print the verdict; or, where the whole suite was asked for, why there is none."""
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
