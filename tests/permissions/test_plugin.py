"""The verdict over a whole suite, with and without workers, on small suites of their own."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.effort import repetition
from tests.permissions.grants import granted

pytestmark = pytest.mark.heavy

ROOT = Path(__file__).parents[2]
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
in_one_process_and_in_two = pytest.mark.parametrize(
    "workers",
    [
        pytest.param((), id="one process", marks=repetition),
        pytest.param(("-n", "2", "--dist", "loadfile"), id="workers"),
    ],
)
SOUND = f"{len(granted())} grants, all used"


def run(folder: Path, *options: str, **files: str) -> tuple[int, str]:
    """Run a suite of files in folder; return the exit code and what it printed."""
    for name, text in {"conftest": CONFTEST, **files}.items():
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    (folder / "pytest.ini").write_text("[pytest]\ntestpaths = .\n", encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *options]
    path = {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, cwd=folder, env=path, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


@in_one_process_and_in_two
def test_a_suite_that_uses_every_grant_passes(tmp_path: Path, workers: tuple[str, ...]) -> None:
    """What one file uses and what another uses is added up, wherever each of them ran."""
    code, said = run(tmp_path, *workers, test_first=FIRST, test_others=OTHERS)
    assert (code, SOUND in said) == (0, True), said


@in_one_process_and_in_two
def test_a_suite_that_leaves_a_grant_unused_fails(tmp_path: Path, workers: tuple[str, ...]) -> None:
    """Each grant that no file used is told, with role, action and resource."""
    code, said = run(tmp_path, *workers, test_first=FIRST, test_none="def test_none(): pass")
    told = [line for line in said.splitlines() if line.startswith("unused: ")]
    assert code == 1, said
    assert len(told) == len(granted()[1::2])
    assert all(any(grant.role in line and grant.action in line for line in told) for grant in granted()[1::2])


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("-k", "none"), "tests were deselected"),
        (("test_first.py::test_uses", "test_none.py"), ""),
        pytest.param(("--ignore", "test_first.py"), "tests were not collected", marks=repetition),
        pytest.param(("--collect-only",), "tests were not run", marks=repetition),
        pytest.param(("test_none.py",), "", marks=repetition),
    ],
    ids=["an expression", "a test", "a file ignored", "nothing run", "a file"],
)
def test_a_part_of_the_suite_is_not_judged(tmp_path: Path, options: tuple[str, ...], why: str) -> None:
    """A run of some tests passes; it says that it does not judge where the whole suite might be thought to have run."""
    code, said = run(tmp_path, *options, test_first=FIRST, test_none="def test_none(): pass")
    assert code == 0, said
    assert "unused" not in said
    assert (f"not judged: {why}" in said) == bool(why)


def test_a_refusal_fails_the_test_that_passed_over_it(tmp_path: Path) -> None:
    """A test whose handler was refused something fails, and says what."""
    code, said = run(tmp_path, test_refused=REFUSED, test_first=FIRST)
    assert (code, "some function is not allowed something" in said) == (1, True), said
    assert "FAILED test_refused.py::test_is_refused" in said
    assert "unused" not in said
