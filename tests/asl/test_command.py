"""Every command ends without a traceback when its reader closes the pipe, as `head` does, or at Ctrl-C."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from asl.command import file_problem, run_command
from tests.effort import repetition
from tests.needed import missing
from tests.patience import PATIENCE
from tests.sources import files, path_of

ROOT = Path(__file__).resolve().parents[2]
PLACES = (
    "generate.py",
    "asl/",
    "workflow/",
    "templates/",
    "pages/",
    "operations/",
    "local/",
    "benchmarks/",
    "tests/chaos/",
)
# Started by our own code, with a pipe or nothing as standard output: what they end with is for that code.
INNER = {
    "asl/graph/layout_process.py",
    "benchmarks/worker.py",
    "local/emulator/guard.py",
    "local/emulator/server.py",
    "local/emulator/fork_server.py",
}
COMMANDS = [
    path
    for path in (*files(), *sorted((ROOT / "tests/chaos").rglob("*.py")))
    if path_of(path).startswith(PLACES) and path_of(path) not in INNER
    if '__name__ == "__main__"' in path.read_text(encoding="utf-8")
]
SINGLE = [file for file in COMMANDS if file.name != "__main__.py" and "run_module(" in file.read_text(encoding="utf-8")]
MAINS = [file for file in COMMANDS if file.name == "__main__.py"]
SOMETHING = "from asl.command import run_command\nraise SystemExit(run_command('x', lambda: print({})))"
BROKEN = "import os, sys\nfrom asl.command import run_command\nr, w = os.pipe()\nos.close(r)\nrun_command('x', lambda: os.write(w, b'a'))"


def without_reader(*arguments: str) -> tuple[int, str]:
    """Return exit code and standard error of a Python whose standard output is a closed pipe."""
    reading, writing = os.pipe()
    os.close(reading)
    try:
        command = [sys.executable, *arguments]
        ended = subprocess.run(command, cwd=ROOT, stdout=writing, stderr=subprocess.PIPE, text=True, check=False)
    finally:
        os.close(writing)
    return ended.returncode, ended.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("-c", SOMETHING.format("'a'")),
        ("-c", SOMETHING.format("'a' * 1_000_000")),
        ("-c", SOMETHING.format("'a', flush=True")),
        ("generate.py",),
        pytest.param(("-m", "workflow.proof"), marks=repetition),
        pytest.param(("-m", "pages.graph", "--format", "svg"), marks=repetition),
    ],
    ids=["little", "much", "at once", "generate", "check", "graph"],
)
def test_closed_pipe_ends_a_command_without_a_message(arguments: tuple[str, ...]) -> None:
    """`| head` prints its lines and no traceback, and the exit code is that of SIGPIPE in shells."""
    assert without_reader(*arguments) == (141, "")


def test_closed_output_is_no_error() -> None:
    """With `>&-` a command runs as always, and prints nothing."""
    command = ["sh", "-c", '"$0" -c "$1" >&-', sys.executable, SOMETHING.format("'a'")]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")


@pytest.mark.parametrize("much", ["'a'", "'a' * 1_000_000"])
def test_full_disk_is_reported_in_a_line(much: str) -> None:
    """A full disk is reported in one line, with exit code 1."""
    full = Path("/dev/full")
    if not full.exists():
        missing("/dev/full, a disk that is always full, is not there")
    with full.open("w") as nowhere:
        command = [sys.executable, "-c", SOMETHING.format(much)]
        ended = subprocess.run(command, cwd=ROOT, stdout=nowhere, stderr=subprocess.PIPE, text=True, check=False)
    assert ended.returncode == 1
    assert ended.stderr == "x: No space left on device: the output is incomplete\n"


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_output_that_is_cut_is_reported_in_a_line(tmp_path: Path, unbuffered: str) -> None:
    """A file that takes a part of the output only is reported too, also with PYTHONUNBUFFERED."""
    limit = "import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, (9, 9))\n"
    with (tmp_path / "output").open("w") as output:
        ended = subprocess.run(
            [sys.executable, "-c", limit + SOMETHING.format("'a' * 99")],
            cwd=ROOT,
            env={"PYTHONUNBUFFERED": unbuffered},
            stdout=output,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert (ended.returncode, ended.stderr) == (1, "x: File too large: the output is incomplete\n")


def test_character_that_the_output_lacks_is_reported_in_a_line() -> None:
    """A terminal or file of another encoding that lacks a character ends a command with a line, and with exit code 1."""
    command = [sys.executable, "-c", SOMETHING.format("chr(233)")]
    ended = subprocess.run(
        command, cwd=ROOT, env={"PYTHONIOENCODING": "ascii"}, capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == "x: the output's encoding ascii lacks a character: set PYTHONIOENCODING=utf-8\n"


def test_another_pipe_that_breaks_is_a_fault() -> None:
    """Another broken pipe than standard output is an error."""
    ended = subprocess.run([sys.executable, "-c", BROKEN], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert "BrokenPipeError" in ended.stderr


def test_interruption_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Ctrl-C ends a command with a line, and with the exit code that shells give."""

    def interrupted() -> None:
        raise KeyboardInterrupt

    assert run_command("check", interrupted) == 130
    assert capsys.readouterr() == ("", "check: interrupted\n")


@pytest.mark.parametrize("code", [0, 1, 2, None])
def test_exit_code_is_that_of_the_command(code: int | None) -> None:
    """The result of a command is its exit code; None is 0."""
    assert run_command("check", lambda: code) == (code or 0)


@pytest.mark.parametrize("file", COMMANDS, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_each_command_runs_in_run_command(file: Path) -> None:
    """Every command runs in `run_command`, or in `run_module`, which calls it."""
    (started,) = re.findall(r'(?s)^if __name__ == "__main__":(.*)', file.read_text(encoding="utf-8"), re.MULTILINE)
    assert re.search(r"(?:sys\.exit|leave)\((run_command\(|run_module\(|console\(\)\))", started)


@pytest.mark.parametrize("file", MAINS, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_main_of_a_package_imports_nothing_that_takes_time(file: Path) -> None:
    """A package's `__main__` leaves the imports to `run_module`, so that Ctrl-C never shows a traceback."""
    text = file.read_text(encoding="utf-8")
    imported = re.findall(r"^(?:import|from) (.*)", text, re.MULTILINE)
    assert imported in (["sys", "asl.command import run_module"], ["asl.command import leave, run_module"])
    (module,) = re.findall(r'run_module\("[\w-]+", "([\w.]+)"\)', text)
    assert (ROOT / f"{module.replace('.', '/')}.py").exists()


@pytest.mark.parametrize("file", SINGLE, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_command_of_one_file_starts_before_its_imports(file: Path) -> None:
    """A module that is a command imports itself by `run_module`, before anything that takes time."""
    before, _, after = file.read_text(encoding="utf-8").partition('if __name__ == "__main__":')
    assert not re.findall(r"^(?:import|from) (?!__future__)", before, re.MULTILINE)
    (module,) = re.findall(r'run_module\("[\w. -]+", "([\w.]+)"\)', after)
    assert (ROOT / f"{module.replace('.', '/')}.py") == file
    assert re.search(r"^def main\(", after, re.MULTILINE)


def test_interruption_of_an_import_is_one_line(tmp_path: Path) -> None:
    """Ctrl-C while the command's modules are imported ends it as later: with a line, and without a traceback."""
    (tmp_path / "slow.py").write_text("raise KeyboardInterrupt")
    program = "import sys\nfrom asl.command import run_module\nsys.exit(run_module('operations', 'slow'))"
    ended = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": os.pathsep.join([str(ROOT), str(tmp_path)])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (130, "", "operations: interrupted\n")


@pytest.mark.parametrize(
    ("error", "problem"),
    [
        (FileNotFoundError(2, "No such file or directory", "a.json"), "No such file or directory"),
        (FileNotFoundError(2, "No such file or directory", "b.json"), "b.json: No such file or directory"),
        (OSError(28, "No space left on device"), "No space left on device"),
        (OSError("odd"), "odd"),
        (ValueError("NaN is no JSON"), "NaN is no JSON"),
    ],
)
def test_problem_of_a_file_names_the_file_once(error: Exception, problem: str) -> None:
    """The message about a file has no number of an error, and the file's name only if the sentence does not have it."""
    assert file_problem(error, Path("a.json")) == problem


def test_interruption_in_a_finalizer_is_not_lost(tmp_path: Path) -> None:
    """Ctrl-C that comes while an object is freed ends the command too, although Python ignores exceptions there."""
    (tmp_path / "freed.py").write_text(
        "import time\nclass Freed:\n    def __del__(self):\n        raise KeyboardInterrupt\n"
        f"def main():\n    Freed()\n    time.sleep({PATIENCE})\n"
    )
    program = "import sys\nfrom asl.command import run_module\nsys.exit(run_module('local', 'freed'))"
    ended = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": os.pathsep.join([str(ROOT), str(tmp_path)])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (130, "", "local: interrupted\n")


def test_message_of_an_interruption_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """A command can print what continues after Ctrl-C."""

    def interrupted() -> None:
        raise KeyboardInterrupt("the update goes on")

    assert run_command("operations", interrupted) == 130
    assert capsys.readouterr() == ("", "operations: the update goes on\n")
