"""The verdict over a whole suite, with and without workers, on small suites of their own."""

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
def test_is_refused(ledger):
    ledger.refuse("some function is not allowed something")
"""
WORKERS = ("-n", "2", "--dist", "loadfile")
SOUND = f"{len(granted())} grants, all used"


Suite = Callable[..., tuple[int, str]]


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Suite:
    """Give what runs a suite of files, and returns the exit code and what it printed."""
    # A worker of this process' suite is none of the other's.
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
    """What one file uses and what another uses is added up, wherever each of them ran."""
    code, said = run(*workers, test_first=FIRST, test_others=OTHERS)
    assert (code, SOUND in said) == (0, True), said


@pytest.mark.parametrize(
    "workers", [pytest.param((), id="one process"), pytest.param(WORKERS, id="workers", marks=repetition)]
)
def test_a_suite_that_leaves_a_grant_unused_fails(run: Suite, workers: tuple[str, ...]) -> None:
    """Each grant that no file used is reported, with role, action and resource."""
    code, said = run(*workers, test_first=FIRST, test_none="def test_none(): pass")
    unused = [line for line in said.splitlines() if line.startswith("unused: ")]
    assert code == 1, said
    assert len(unused) == len(granted()[1::2])
    assert all(any(grant.role in line and grant.action in line for line in unused) for grant in granted()[1::2])


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
def test_a_part_of_the_suite_is_not_judged(run: Suite, options: tuple[str, ...], why: str) -> None:
    """A run of some tests passes; it says that it does not judge where the whole suite might be thought to have run."""
    code, said = run(*options, test_first=FIRST, test_none="def test_none(): pass")
    assert code == 0, said
    assert "unused" not in said
    assert (f"not judged: {why}" in said) == bool(why)


def test_a_refusal_fails_the_test_that_passed_over_it(run: Suite) -> None:
    """A test whose handler was refused something fails, and says what."""
    code, said = run(test_refused=REFUSED, test_first=FIRST)
    assert (code, "some function is not allowed something" in said) == (1, True), said
    assert "FAILED test_refused.py::test_is_refused" in said
    assert "unused" not in said
