"""How `python -m local` ends when its emulator or this machine cannot go on: one sentence, exit code 1, and nothing left."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.effort import repetition
from tests.local.account import eventually
from tests.local.emulator import processes
from tests.local.emulator.test_emulator import left
from tests.patience import PATIENCE

pytestmark = pytest.mark.heavy

PHOTOGRAPH = "local/photographs/rocket.jpg"


@pytest.fixture
def temporary(tmp_path: Path) -> Iterator[Path]:
    """Make a folder for temporary files, in which nothing may be left, and which no process that is left may know."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    yield folder
    eventually(lambda: not left(folder))


def command(temporary: Path, *arguments: str, limits: str = "") -> "subprocess.Popen[str]":
    """Start `python -m local` with limits, of the shell, and with a folder for its temporary files."""
    return subprocess.Popen(
        ["/bin/sh", "-c", f'{limits} exec "$@"', "sh", sys.executable, "-m", "local", *arguments],
        env={**os.environ, "TMPDIR": str(temporary)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.share(1)
@pytest.mark.parametrize(
    ("limits", "sentence"),
    [
        ("ulimit -f 4000;", "File too large: the emulator writes to "),
        pytest.param(
            "ulimit -n 64;", "64 files open, and 256 are needed: allow them with `ulimit -n`", marks=repetition
        ),
    ],
    ids=["space", "files"],
)
def test_machine_without_room_is_named(temporary: Path, tmp_path: Path, limits: str, sentence: str) -> None:
    """Without space for its files, or with too few files, `process` ends with one sentence."""
    with command(temporary, "process", PHOTOGRAPH, "--output", str(tmp_path / "out"), limits=limits) as running:
        out, error = running.communicate(timeout=PATIENCE)
    assert (running.returncode, out) == (1, "")
    assert sentence in error
    assert len(error.splitlines()) == 1


@pytest.mark.share(1)
@pytest.mark.parametrize(
    ("victim", "reason"),
    [
        (processes.server, "its server was ended by SIGKILL"),
        pytest.param(processes.guard, "", marks=repetition),
    ],
)
def test_killed_emulator_ends_the_command(temporary: Path, victim: Callable[[Path], int], reason: str) -> None:
    """`up` ends when its emulator or the guard is killed, and says that the emulator has ended."""
    with command(temporary, "up") as running:
        assert running.stdout
        for line in running.stdout:
            if line.startswith("Ctrl-C"):
                break
        processes.kill(victim(temporary))
        _, error = running.communicate(timeout=PATIENCE)
    assert running.returncode == 1
    assert error.startswith(f"local: the emulator has ended: {reason}")
    assert len(error.splitlines()) == 1


def test_emulator_that_is_killed_meanwhile_ends_the_images(temporary: Path, tmp_path: Path) -> None:
    """`process` ends when its emulator is killed while it starts, or while an image is processed."""
    with command(temporary, "process", PHOTOGRAPH, "--output", str(tmp_path / "out"), "--timeout", "3000") as running:
        eventually(lambda: processes.server(temporary, missing=0) and processes.kill(processes.server(temporary)))
        _, error = running.communicate(timeout=PATIENCE)
    assert running.returncode == 1
    assert error.startswith("local: the emulator ")
    assert len(error.splitlines()) == 1
