"""The sandbox: the function continues and returns a result, also if the work crashes its process."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from imaging.errors import ImageRefusedError, Reason
from lambdas.runtime.sandbox import client, confinement, server_process
from lambdas.runtime.sandbox.bounds import BOUNDS, MAX_ANSWER, Bounds
from lambdas.runtime.sandbox.client import SandboxError
from lambdas.runtime.sandbox.confinement import PROCESS_STATUS
from lambdas.runtime.sandbox.linux import prctl
from lambdas.runtime.sandbox.server_process import VARIABLES
from tests.lambdas.runtime.sandbox import as_lambda, works
from tests.lambdas.runtime.sandbox.short_time import in_short_time
from tests.patience import PATIENCE

BOUNDED = pytest.mark.skipif(not PROCESS_STATUS.exists(), reason="only Linux bounds the memory of a process")
PR_GET_DUMPABLE = 3  # linux/prctl.h
QUICK = replace(BOUNDS, time=0.5)
PATIENT = replace(BOUNDS, time=PATIENCE)


@pytest.fixture(autouse=True)
def _works(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the server do the work of these tests."""
    monkeypatch.setattr(client, "OPERATIONS", works.__name__)


@pytest.fixture(scope="module", autouse=True)
def _servers() -> Iterator[None]:
    """End the server after the last test."""
    yield
    client.stop()


def done(work: str, bounds: Bounds = PATIENT, data: bytes = b"image", **arguments: object) -> dict[str, Any]:
    """Return the facts that the work returns."""
    return client.run(work, data, lambda answer: answer.facts, bounds, **arguments)


def attempted(work: str) -> object:
    """Return the result or the error of the work; work that waits for ever has a short timeout."""
    try:
        return in_short_time(partial(done, work)) if work == "wait" else done(work)
    except (ImageRefusedError, SandboxError) as error:
        return error


def server() -> int:
    """Return the process id of the server."""
    client.start()
    return client._servers[works.__name__].pid  # noqa: SLF001 - nothing but tests needs it


def descriptors() -> set[Path]:
    """Return the open files of this process."""
    return set(Path("/dev/fd").iterdir())


def children(process: int) -> list[str]:
    """Return the ids of a process's children."""
    return Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii").split()


def test_result_of_the_work_is_returned() -> None:
    """A result of any length is returned unchanged."""
    assert done("find") == works.FOUND


def test_image_and_renditions_pass_unchanged() -> None:
    """The bytes of an image arrive, and those of its renditions return, also if they are many."""
    data = os.urandom(2**20) * 25
    assert client.run("echo", data, lambda answer: answer.renditions) == [data]


def test_work_leaves_nothing_behind() -> None:
    """The work changes only its own process: there is a new one for each image, of the same server."""
    process = server()
    assert [done("count"), done("count")] == [{"times": 1}, {"times": 1}]
    assert server() == process


def test_child_has_nothing_of_the_handler(monkeypatch: pytest.MonkeyPatch) -> None:
    """It has only the variables of the allocator and the loader, its own files, and limits of its own."""
    monkeypatch.setenv("AWS_SESSION_TOKEN", "planted")
    client.stop()
    state = done("state")
    assert state["variables"].keys() - {"LC_CTYPE"} <= VARIABLES.keys() | {"LD_LIBRARY_PATH"}
    assert state["files"] == [1, 2, 3, 4, 5]  # standard output and error, which lead nowhere; input, output and report
    limits = state["limits"]
    assert (limits["CORE"], limits["NOFILE"], limits["CPU"]) == (0, 0, BOUNDS.processor_time)
    assert limits["FSIZE"] == MAX_ANSWER
    assert BOUNDS.memory < limits["DATA"] < limits["AS"]


@BOUNDED
def test_server_has_no_credentials_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the handler's variables is anywhere in the memory of the server, of which its children are copies."""
    secret = os.urandom(16).hex()
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", secret)
    client.stop()
    done("find")
    try:
        found = [secret.encode() in block for block in memory(server())]
    except PermissionError:
        pytest.skip("the server refuses others to read its memory, and only root may")
    assert found
    assert not any(found)
    own = memory(os.getpid())
    assert any(secret.encode() in block for block in own), "this process does have it"


def memory(process: int) -> Iterator[bytes]:
    """Yield what a process has in memory and may change."""
    with Path(f"/proc/{process}/mem").open("rb", buffering=0) as content:
        for line in Path(f"/proc/{process}/maps").read_text().splitlines():
            place, rights = line.split()[:2]
            if rights.startswith("rw"):
                start, end = (int(address, 16) for address in place.split("-"))
                content.seek(start)
                yield content.read(end - start) or b""


@pytest.mark.parametrize(
    ("work", "bounds", "arguments"),
    [
        ("spin", replace(PATIENT, processor_time=1), {}),
        pytest.param("allocate", PATIENT, {"size": 2 * BOUNDS.memory}, marks=BOUNDED),
    ],
)
def test_work_beyond_its_bounds_is_too_complex(work: str, bounds: Bounds, arguments: dict[str, Any]) -> None:
    """Too much memory or processor time gives a reason to refuse the image."""
    with pytest.raises(ImageRefusedError) as rejected:
        done(work, bounds, **arguments)
    assert rejected.value.reason == Reason.TOO_COMPLEX


def test_work_that_only_waits_is_too_complex() -> None:
    """It does not use the time that it has."""
    with pytest.raises(ImageRefusedError) as rejected:
        in_short_time(partial(done, "wait"))
    assert rejected.value.reason == Reason.TOO_COMPLEX


@BOUNDED
def test_work_that_gets_too_little_of_the_processor_fails() -> None:
    """Work that is not done in time, but could have been, is no reason to refuse an image: it is tried again."""
    with pytest.raises(SandboxError):
        done("spin", QUICK)


@BOUNDED
def test_work_whose_server_came_late_fails() -> None:
    """Then it ended itself, and nobody saw whether it could have been done in time: it is tried again."""
    process = server()
    with ThreadPoolExecutor(1) as pool:
        image = pool.submit(done, "wait", replace(BOUNDS, time=1.9))  # it has to be stopped in less than that
        while not (started := children(process)):
            pass
        os.kill(process, signal.SIGSTOP)
        child = os.pidfd_open(int(started[0]))
        assert signal_wait(child)
        os.close(child)
        os.kill(process, signal.SIGCONT)
        with pytest.raises(SandboxError):
            image.result()


@BOUNDED
def test_memory_is_bounded_beyond_what_the_server_has() -> None:
    """The work may use as much memory as the bound states beyond the file itself, and no more."""
    data = bytes(32 * 2**20)
    assert done("allocate", data=data, size=BOUNDS.memory - 16 * 2**20)
    with pytest.raises(ImageRefusedError):
        done("allocate", data=data, size=BOUNDS.memory + 16 * 2**20)


def test_a_rejection_is_raised_unchanged() -> None:
    """Reason and message of a refusal are those of the work."""
    with pytest.raises(ImageRefusedError) as refused:
        done("reject")
    assert (refused.value.reason, refused.value.message) == (Reason.CORRUPT, "It is broken: \u201cä\u201d.")


@pytest.mark.share(2)
@pytest.mark.parametrize("error", works.ERRORS)
def test_an_internal_error_stays_internal(error: str, capsys: pytest.CaptureFixture[str]) -> None:
    """An error that is no refusal fails, for any type. The log states where it was raised, without control characters."""
    with pytest.raises(SandboxError):
        done("fail", error=error)
    output = capsys.readouterr().out
    assert "Traceback" in output
    assert "\\u001b" not in output


@BOUNDED
def test_a_child_that_cannot_be_confined_does_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a limit of resources no image is touched: that is a fault of ours."""
    with pytest.raises(SandboxError):
        done("find", replace(PATIENT, memory=2**70))
    assert "OverflowError" in capsys.readouterr().out


def test_a_result_that_is_no_json_fails() -> None:
    """It is a fault of ours."""
    with pytest.raises(SandboxError):
        done("return what is no JSON")


def test_a_server_that_cannot_import_its_operations_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """That is an internal error, for each image, and the log says why."""
    monkeypatch.setattr(client, "OPERATIONS", "imaging.unknown")
    for _ in range(2):
        with pytest.raises(SandboxError):
            done("find")
    assert capsys.readouterr().out.count("ModuleNotFoundError") == 2


def test_a_server_that_does_not_start_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """No image is refused for that: it is tried again."""
    monkeypatch.setattr(server_process, "START", "")
    client.stop()
    with pytest.raises(SandboxError):
        done("find")


@pytest.mark.parametrize("work", ["find", "exit", "wait", "reject", "fail"])
def test_nothing_is_left_over(work: str) -> None:
    """In every case the child is gone afterwards, and no file stays open."""
    process = server()
    attempted("find")
    before = descriptors()
    attempted(work)
    assert descriptors() <= before  # a file that an earlier test forgot may be collected meanwhile
    assert children(process) == []
    assert server() == process


@pytest.mark.share(1)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_server_that_ended_is_replaced(number: int) -> None:
    """The image of a server that was ended between two images, or before it could answer, gets a new server."""
    process = server()
    done("find")
    os.kill(process, number)
    assert done("find") == works.FOUND
    assert server() != process


def test_server_ends_with_its_client() -> None:
    """A server, and its child, do not outlive the process that started them, however that ends."""
    code = f"""
import os, signal, sys
from lambdas.runtime.sandbox import client
client.OPERATIONS = {works.__name__!r}
client.start()
print(client._servers[client.OPERATIONS].pid, flush=True)
client.run("wait", b"", None)
"""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=Path.cwd()) as process:
        assert process.stdout
        started = int(process.stdout.readline())
        ended = os.pidfd_open(started)
        while not children(started):
            pass
        child = os.pidfd_open(int(children(started)[0]))
        process.kill()
    for one in (ended, child):
        assert signal_wait(one)
        os.close(one)


@BOUNDED
def test_a_child_is_not_root_and_ends_with_its_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing outlives a server that is killed while it has an image."""
    monkeypatch.setattr(client, "ATTEMPTS", 1)
    process = server()
    with ThreadPoolExecutor(1) as pool:
        image = pool.submit(done, "wait")
        while not (started := children(process)):
            pass
        child = os.pidfd_open(int(started[0]))
        while not re.search(r"Max open files +0 ", Path(f"/proc/{started[0]}/limits").read_text(encoding="ascii")):
            pass  # it is not confined yet
        status = Path(f"/proc/{started[0]}/status").read_text(encoding="ascii")
        assert not re.search(r"^[UG]id:.*\b0\b", status, re.MULTILINE)
        os.kill(process, signal.SIGKILL)
        assert signal_wait(child)
        os.close(child)
        with pytest.raises(ImageRefusedError):
            image.result()


@BOUNDED
def test_a_child_ends_without_a_server() -> None:
    """Where the system does not end it with its server, it ends itself after the time for its image."""
    code = f"""
import os, time
from lambdas.runtime.sandbox.bounds import Bounds
from lambdas.runtime.sandbox.confinement import Parent, confine, plan
confine(plan(Bounds(time=0.5), Parent(os.getppid(), None, None), threads=False))
time.sleep({PATIENCE})
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -signal.SIGALRM


def test_a_process_that_ends_while_threads_are_counted_has_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others of the same user end at any time; it happened between two looks at the same one."""
    monkeypatch.setattr(confinement, "PROCESSES", tmp_path)
    for thread in ("1/task/1", "1/task/2", "2"):
        (tmp_path / thread).mkdir(parents=True)
    assert confinement._tasks() == 2  # noqa: SLF001 - a race that no test can start


@BOUNDED
def test_others_of_the_same_user_cannot_read_handler_and_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel gives the files of both in /proc to root."""
    monkeypatch.setattr(server_process, "START", as_lambda.START_READABLE)
    client.stop()
    done("find")
    assert Path(f"/proc/{server()}/environ").stat().st_uid == 0
    prctl(PR_GET_DUMPABLE)  # an error if others could read this process
    client.stop()


def signal_wait(process: int) -> bool:
    """Wait for the end of a process."""
    import select

    return bool(select.select([process], [], [], PATIENCE)[0])


def test_threads_use_the_sandbox_at_the_same_time() -> None:
    """Functions that share a process, as in a test, do not disturb each other's work."""
    with ThreadPoolExecutor(9) as pool:
        found = list(pool.map(attempted, ["count", "exit", "wait"] * 3))
    assert found[::3] == [{"times": 1}] * 3
    assert [isinstance(answer, ImageRefusedError) for answer in found] == [False, True, True] * 3
