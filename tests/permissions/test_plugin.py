"""The verdict on a whole suite, with and without workers, tested with small suites."""

from collections.abc import Callable

import pytest

from tests.effort import repetition
from tests.permissions.grants import granted

pytest_plugins = ["pytester"]
CONFTEST = """
from pathlib import Path
import pytest
from tests.permissions import plugin

def pytest_configure(config):
    config.pluginmanager.register(plugin.LeastPrivilege(Path(__file__).parent), plugin.NAME)

@pytest.fixture
def ledger(pytestconfig):
    return pytestconfig.pluginmanager.get_plugin(plugin.NAME).ledger
"""
USES = """
def test_uses(ledger):
    for grant in ledger.grants[{}]:
        ledger.uses[grant].add("")
"""
FIRST, OTHERS = USES.format("::2"), USES.format("1::2")
REFUSED = """
def test_with_a_refused_call(ledger):
    ledger.refuse("SomeFunctionRole is not allowed s3:SomeAction")
"""
REPLACES = """
from lambdas import sweep
from tests.permissions import attribution

attribution.handlers.cache_clear()

def test_replaces(monkeypatch):
    handler = sweep.handler
    monkeypatch.setattr(sweep, "handler", lambda *_: {})
    assert handler.__code__ in attribution.handlers()
"""
WORKERS = ("-n", "2", "--dist", "loadfile")
SOUND = f"{len(granted())} grants, all used"


Suite = Callable[..., tuple[int, str]]


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Suite:
    """Give a function that runs a suite of files, and returns its exit code and its output."""
    # The inner suite has no workers of this suite.
    for name in ("PYTEST_XDIST_WORKER", "PYTEST_XDIST_WORKER_COUNT", "PYTEST_XDIST_TESTRUNUID", "PYTEST_ADDOPTS"):
        monkeypatch.delenv(name, raising=False)

    def run(*options: str, **files: str) -> tuple[int, str]:
        pytester.makeini("[pytest]\ntestpaths = .\n")
        pytester.makepyfile(conftest=CONFTEST, **files)
        plugins = ("cacheprovider", "randomly", "faulthandler")
        done = pytester.runpytest_inprocess(*(f"-pno:{name}" for name in plugins), *options)
        return int(done.ret), "\n".join([*done.outlines, *done.errlines])

    return run


@pytest.mark.parametrize(
    "workers", [pytest.param((), id="one process", marks=repetition), pytest.param(WORKERS, id="workers")]
)
def test_a_suite_that_uses_every_grant_passes(run: Suite, workers: tuple[str, ...]) -> None:
    """The grants that test files use are combined, also if the files ran in different workers."""
    code, output = run(*workers, test_first=FIRST, test_others=OTHERS)
    assert (code, SOUND in output) == (0, True), output


@pytest.mark.parametrize(
    "workers", [pytest.param((), id="one process"), pytest.param(WORKERS, id="workers", marks=repetition)]
)
def test_a_suite_that_leaves_a_grant_unused_fails(run: Suite, workers: tuple[str, ...]) -> None:
    """Each grant that no file used is reported, with role, action and resource."""
    code, output = run(*workers, test_first=FIRST, test_none="def test_none(): pass")
    unused = [line for line in output.splitlines() if line.startswith("unused: ")]
    assert code == 1, output
    assert len(unused) == len(granted()[1::2])
    assert all(any(grant.role in line and grant.action in line for line in unused) for grant in granted()[1::2])


@pytest.mark.share(2)
@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("-k", "none"), "tests were deselected"),
        (("test_first.py::test_uses", "test_none.py"), ""),
        (("--ignore", "test_first.py"), "tests were not collected"),
        (("--collect-only",), "tests were not run"),
        (("test_none.py",), ""),
    ],
    ids=["an expression", "a test", "a file ignored", "nothing run", "a file"],
)
def test_a_partial_run_has_no_verdict(run: Suite, options: tuple[str, ...], why: str) -> None:
    """A run of some tests passes; it says why there is no verdict unless files or tests were named on the command line."""
    code, output = run(*options, test_first=FIRST, test_none="def test_none(): pass")
    assert code == 0, output
    assert "unused" not in output
    assert (f"not judged: {why}" in output) == bool(why)


def test_a_refused_call_fails_a_test_that_ignores_it(run: Suite) -> None:
    """A test whose handler was refused a call fails, and its message names the call."""
    code, output = run(test_refused=REFUSED, test_first=FIRST)
    assert (code, "SomeFunctionRole is not allowed s3:SomeAction" in output) == (1, True), output
    assert "FAILED test_refused.py::test_with_a_refused_call" in output
    assert "unused" not in output


def test_a_handler_that_a_test_replaces_is_known(run: Suite) -> None:
    """A test may replace a handler before any handler is called: calls of the replaced one still have their role."""
    _, output = run(test_replaces=REPLACES)  # the suite as such fails, since it uses no grant
    assert "1 passed" in output
