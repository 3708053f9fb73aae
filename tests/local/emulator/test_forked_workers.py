"""Forked workers: they behave like interpreters started with the same script, but start sooner."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from local.emulator import workers
from tests.local.account import eventually
from tests.local.emulator.test_emulator import ROOT
from tests.patience import PATIENCE

SEEN = """
import gc, json, os, signal, subprocess, sys
handlers = {number.name: str(signal.getsignal(number)) for number in signal.valid_signals() if isinstance(number, signal.Signals)}
streams = {name: getattr(sys, name) for name in ("stdin", "stdout", "stderr")}
answer = {
    "environment": dict(os.environ),
    "inherited": subprocess.run(["env"], capture_output=True, text=True).stdout.splitlines(),
    "argv": sys.argv,
    "path": sys.path,
    "folder": os.getcwd(),
    "name": __name__,
    "file": __file__,
    "handlers": handlers,
    "blocked": [str(number) for number in signal.pthread_sigmask(signal.SIG_BLOCK, [])],
    "descriptors": sorted(os.listdir("/dev/fd")),
    "streams": {name: [s.encoding, s.errors, s.line_buffering, s.mode, s.fileno()] for name, s in streams.items()},
    "originals": [getattr(sys, f"__{name}__") is stream for name, stream in streams.items()],
    "flags": list(sys.flags),
    "collects": [gc.isenabled(), gc.get_threshold()],
    "heard": sys.stdin.readline(),
}
print(json.dumps(answer))
print("complaint", file=sys.stderr)
"""
PRINT_JSON = "import json, sys; {}; print(json.dumps({}))"
WAITING = "import sys; print('on', flush=True); sys.stdin.readline()"
BUSY = "import signal; print('on', flush=True); signal.pause()"
PARENT = """
import sys
from pathlib import Path
from local.emulator import workers
from tests.local.emulator.test_forked_workers import BUSY, Starter
worker = Starter(Path(sys.argv[1])).start(BUSY)
print(worker.pid, flush=True)
sys.stdin.read()
"""


class Starter:
    """Starts workers as ministack does."""

    def __init__(self, folder: Path) -> None:
        """Have their code and scripts below folder."""
        self.code, self._script = folder / "code", folder / "script" / "_worker.py"
        for made in (self.code, self._script.parent):
            made.mkdir()
        self._started: list[Any] = []

    def start(self, source: str, popen: Callable[..., Any] = workers.start_worker, /, **variables: str) -> Any:
        """Start a worker that runs source."""
        self._script.write_text(source, encoding="utf-8")
        pipe, command = subprocess.PIPE, [sys.executable, str(self._script)]
        options = {"stdin": pipe, "stdout": pipe, "stderr": pipe, "text": True, "bufsize": 1}
        self._started.append(popen(command, cwd=str(self.code), env=os.environ | variables, **options))
        return self._started[-1]

    def answer(self, source: str, popen: Callable[..., Any] = workers.start_worker, /, **variables: str) -> Any:
        """Return the output of a worker that runs source to its end."""
        worker = self.start(source, popen, **variables)
        worker.stdin.write("a line, \u00e4\n")
        worker.stdin.close()
        printed, complaint = worker.stdout.read(), worker.stderr.read()
        assert worker.wait(PATIENCE) == 0, complaint
        return json.loads(printed)

    def end(self) -> None:
        """End the workers."""
        for worker in self._started:
            worker.kill()
            worker.wait(PATIENCE)
            for end in (worker.stdin, worker.stdout, worker.stderr):
                end.close()


@pytest.fixture(scope="module", autouse=True)
def servers() -> Iterator[dict[object, workers.ForkServer]]:
    """Use fork servers of this module, as an emulator has its own, which import nothing of the project."""
    started: dict[object, workers.ForkServer] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("PYTHONPATH", raising=False)
        patch.setattr(workers, "_servers", started)
        yield started
    for server in started.values():
        server.close()


@pytest.fixture
def starter(tmp_path: Path) -> Iterator[Starter]:
    """Give a starter of workers, which ends them after the test."""
    starter = Starter(tmp_path)
    yield starter
    starter.end()


def test_script_finds_what_a_new_interpreter_gives_it(starter: Starter) -> None:
    """Variables, path, arguments, streams, signals and open files are those of an interpreter of its own."""
    forked, new = (
        starter.answer(SEEN, start, A_VARIABLE="\u00e4=1") for start in (workers.start_worker, subprocess.Popen)
    )
    assert forked == new


def test_imports_of_lambda_are_there(starter: Starter) -> None:
    """A worker starts with the AWS SDK imported, but with no module of this project."""
    names = starter.answer(PRINT_JSON.format("names = list(sys.modules)", "names"))
    assert "botocore.client" in names
    assert not {"local", "lambdas", "workflow", "ministack"} & {name.partition(".")[0] for name in names}


def test_variable_that_imports_read_is_the_workers_own(starter: Starter, tmp_path: Path) -> None:
    """A variable that a module reads as it is imported has the value that the worker is given."""
    layer = _layer(tmp_path, "import os; READ = os.environ.get('A_VARIABLE')")
    source = PRINT_JSON.format(f"sys.path.insert(0, {str(layer / 'python')!r}); import jsonschema", "jsonschema.READ")
    given: list[dict[str, str]] = [{}, {"A_VARIABLE": "given"}, {}]
    assert [starter.answer(source, **{workers.LAYERS: str(layer)}, **one) for one in given] == [None, "given", None]


def test_data_that_was_parsed_before_is_nobody_elses(starter: Starter) -> None:
    """Botocore's parsed models are equal each time, and a client may change its own copy."""
    source = (
        "from botocore.loaders import Loader; a, b = (Loader().load_service_model('s3', 'service-2') for _ in 'ab')"
    )
    assert starter.answer(PRINT_JSON.format(source, "[a == b, a is b, a['metadata']['serviceId']]")) == [
        True,
        False,
        "S3",
    ]


def test_layer_that_cannot_be_imported_hinders_nobody_else(starter: Starter, tmp_path: Path) -> None:
    """A worker starts although a module of its layer fails, which is its function's to see."""
    layer = _layer(tmp_path, "1 / 0")
    assert starter.answer("print(1)", **{workers.LAYERS: str(layer)}) == 1


def test_variable_that_the_interpreter_reads_is_the_workers_own(starter: Starter) -> None:
    """Python's own variables count as they do for an interpreter that is started with them."""
    source = PRINT_JSON.format("flags = sys.flags.dont_write_bytecode", "flags")
    assert starter.answer(source, PYTHONDONTWRITEBYTECODE="1") == 1


def test_code_hides_what_was_imported(starter: Starter) -> None:
    """A module in a function's code comes before one of the same name that the AWS SDK has imported."""
    (starter.code / "calendar.py").write_text("MINE = True", encoding="utf-8")
    source = PRINT_JSON.format("import os; sys.path.insert(0, os.getcwd()); import calendar", "calendar.MINE")
    assert starter.answer(source) is True


def test_workers_draw_different_numbers(starter: Starter) -> None:
    """Two workers do not share what is random."""
    source = PRINT_JSON.format("import random, uuid", "[random.random(), str(uuid.uuid4())]")
    first, second = starter.answer(source), starter.answer(source)
    assert not set(first) & set(second)


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("", 0),
        ("raise SystemExit(3)", 3),
        ("1 / 0", 1),
        ("import os; os._exit(255)", 255),
        ("import os; os.kill(os.getpid(), 9)", -9),
    ],
)
def test_exit_code_is_the_workers(starter: Starter, source: str, code: int) -> None:
    """A worker's end is seen with its exit code, or the signal that ended it."""
    worker = starter.start(source)
    assert (worker.wait(PATIENCE), worker.poll()) == (code, code)
    assert ("ZeroDivisionError" in worker.stderr.read()) == (code == 1)


@pytest.mark.parametrize(("end", "code"), [("terminate", -signal.SIGTERM), ("kill", -signal.SIGKILL)])
def test_worker_can_be_ended(starter: Starter, end: str, code: int) -> None:
    """A worker that runs has no exit code and cannot be waited for; it is ended as any process."""
    worker = starter.start(BUSY)
    assert worker.stdout.readline() == "on\n"
    assert worker.poll() is None
    with pytest.raises(subprocess.TimeoutExpired):
        worker.wait(0.01)
    getattr(worker, end)()
    assert worker.wait(PATIENCE) == code
    getattr(worker, end)()  # is no error


def test_worker_ends_with_its_standard_input(starter: Starter) -> None:
    """A worker ends if its standard input is closed or its parent dies, independent of other workers."""
    first, second = starter.start(WAITING), starter.start(WAITING)
    first.stdin.close()
    assert first.wait(PATIENCE) == 0
    assert second.poll() is None
    second.stdin.close()
    assert second.wait(PATIENCE) == 0


def test_worker_dies_with_its_fork_server(starter: Starter, servers: dict[object, workers.ForkServer]) -> None:
    """When a fork server is killed, its workers are killed and are seen as dead; the next worker has a new one."""
    own = {"PILLOW_ALIGNMENT": "1"}
    orphan = starter.start(BUSY, **own)
    killed = list(servers.values())[-1]
    os.kill(killed.pid, signal.SIGKILL)
    if sys.platform == "linux":  # elsewhere it is killed when it is looked at
        eventually(lambda: _is_gone(orphan.pid))
    assert orphan.wait(PATIENCE) == -signal.SIGKILL
    eventually(lambda: _is_gone(orphan.pid) and not killed.is_running())
    assert starter.answer("print(1)", **own) == 1


def test_fork_server_that_cannot_start_is_named(
    starter: Starter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where no fork server starts, the error of the function says so."""
    monkeypatch.setattr(workers, "_SCRIPT", tmp_path / "missing.py")
    with pytest.raises(workers.ForkServerError, match="log"):
        starter.start(BUSY, PILLOW_ALIGNMENT="2")


def test_busy_worker_does_not_outlive_the_emulator(tmp_path: Path) -> None:
    """A worker that never looks at its standard input is ended when the process is killed that asked for it."""
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as parent:
        assert parent.stdout
        pid = int(parent.stdout.readline())
        parent.kill()
    eventually(lambda: _is_gone(pid))


def _layer(folder: Path, source: str) -> Path:
    """Make a layer with a module that fork servers import, and return it."""
    python = folder / "layer" / "python"
    python.mkdir(parents=True)
    (python / "jsonschema.py").write_text(source, encoding="utf-8")
    return python.parent


def _is_gone(pid: int) -> bool:
    with suppress(ProcessLookupError):
        os.kill(pid, 0)
        return False
    return True
