"""The emulator: who can reach it, what it sees of the machine and what it leaves there."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from local.emulator.process import Emulator, PortTakenError, emulator
from tests.effort import times
from tests.local.account import Account, eventually
from tests.local.emulator import processes
from tests.patience import PATIENCE

ROOT = Path(__file__).resolve().parents[3]
CURIOUS = """
import importlib.util, os

def handler(event, context):
    found = [name for name in event["names"] if importlib.util.find_spec(name)]
    return {"found": found, "environment": list(os.environ)}
"""
LEAVER = "import subprocess\ndef handler(event, context): subprocess.Popen(['sleep', '600'])"
PARENT = """
import sys
from local.emulator.process import emulator

with emulator() as running:
    print(running.endpoint, flush=True)
    sys.stdin.read()
"""


def left(directory: Path) -> list[str]:
    """Return the files in a directory and, on Linux, the processes that have it in their environment."""
    processes = Path("/proc").glob("[0-9]*")
    return [path.name for path in (*directory.iterdir(), *(p for p in processes if knows(p, directory)))]


def knows(process: Path, directory: Path) -> bool:
    """Return whether a running process has the directory in its environment."""
    try:
        return os.fsencode(directory) in (process / "environ").read_bytes()
    except OSError:
        return False


@pytest.fixture(scope="module")
def taken() -> Iterator[int]:
    """Return a port that another program uses."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        yield other.getsockname()[1]


class Second(NamedTuple):
    """A second emulator, and the port that it uses."""

    endpoint: str
    free: int


@pytest.fixture(scope="module")
def second(taken: int) -> Iterator[Second]:
    """Run another emulator, with a secret in the environment and another program on its first port."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        free = probe.getsockname()[1]
    ports = iter([taken, free])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("A_SECRET", "of this machine")
        patch.setenv("PYTHONPATH", str(ROOT))
        patch.setattr("local.emulator.process._free_port", lambda: next(ports))
        with emulator() as running:
            patch.undo()
            yield Second(running.endpoint, free)


@pytest.mark.parametrize("address", ["127.0.0.2", "::1"])
def test_only_the_loopback_address_is_served(account: Account, address: str) -> None:
    """Connections are accepted at 127.0.0.1 and at no other address, not even of the loopback device."""
    port = int(account.endpoint.rpartition(":")[2])
    socket.create_connection(("127.0.0.1", port)).close()
    with pytest.raises(OSError, match=r"refused|unavailable|assign|timed out|unreachable"):
        socket.create_connection((address, port), timeout=1)


def test_a_client_needs_nothing_of_the_machine(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """Clients ignore proxies and profiles of the machine, and work in other regions."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    abroad = Emulator(account.endpoint, region="eu-central-1")
    assert ":eu-central-1:" in abroad.client("sns").create_topic(Name="abroad")["TopicArn"]


def test_a_function_sees_neither_checkout_nor_machine(second: Second) -> None:
    """A Lambda worker cannot import from the checkout, and inherits no variable of the machine."""
    account = Account(second.endpoint)
    account.deploy("curious", CURIOUS)
    answer = account.invoke("curious", names=["json", "imaging", "lambdas", "local", "templates", "workflow"])
    assert answer["found"] == ["json"]
    assert not {"A_SECRET", "PYTHONPATH"} & set(answer["environment"])


@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGINT, None][: times(1, 3)])
def test_nothing_outlives_the_parent(tmp_path: Path, ending: signal.Signals | None) -> None:
    """No file and no process, not even of a worker's child, stays when the parent exits, is interrupted or killed."""
    with subprocess.Popen(
        [sys.executable, "-c", PARENT],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as parent:
        assert parent.stdout
        account = Account(parent.stdout.readline().strip())
        account.deploy("leaver", LEAVER)
        account.invoke("leaver")
        assert left(tmp_path)
        if ending:
            parent.send_signal(ending)
        parent.communicate(timeout=PATIENCE)
    eventually(lambda: not left(tmp_path))


def test_nothing_outlives_the_guard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No process and no file stays when the guard is killed."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with emulator() as running:
        account = Account(running.endpoint)
        account.deploy("leaver", LEAVER)
        account.invoke("leaver")
        assert processes.kill(processes.guard(tmp_path))
        eventually(lambda: not left(tmp_path))


def test_another_port_is_used_if_one_is_taken(second: Second) -> None:
    """An emulator starts on another port if another program uses the first one."""
    assert second.endpoint == f"http://127.0.0.1:{second.free}"


def test_a_failed_start_raises_with_the_log(taken: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An emulator that cannot start raises an error with the end of its log, and leaves nothing."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr("local.emulator.process._ATTEMPTS", 2)
    monkeypatch.setattr("local.emulator.process._free_port", lambda: taken)
    with pytest.raises(PortTakenError, match="already in use"), emulator():
        pass
    assert left(tmp_path) == []
