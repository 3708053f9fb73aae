"""The guard of the whole suite: who reaches out or leaves something behind fails, on small suites of their own."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import boto3
import pytest

ROOT = Path(__file__).parents[2]
CONFTEST = """
from tests.isolation import plugin

def pytest_configure(config):
    config.pluginmanager.register(plugin.Isolation(), plugin.NAME)
"""
# Of the addresses that are kept for documentation: nobody is there.
ELSEWHERE = "192.0.2.1"
STATEMENT = f"socket.create_connection(('{ELSEWHERE}', 80), 1)"
TRIED = "with contextlib.suppress(RuntimeError): {}"
IMPORTS = "import contextlib, os, pytest, socket, subprocess, sys\nfrom threading import Thread\n"
REACHING_OUT = {
    "connect": STATEMENT,
    "connect_ex": f"socket.socket().connect_ex(('{ELSEWHERE}', 80))",
    "IPv6": "socket.socket(socket.AF_INET6).connect(('2001:db8::1', 80))",
    "a datagram": f"socket.socket(type=socket.SOCK_DGRAM).sendto(b'any', ('{ELSEWHERE}', 80))",
    "a datagram with flags": f"socket.socket(type=socket.SOCK_DGRAM).sendto(b'any', 0, ('{ELSEWHERE}', 80))",
    "a message": f"socket.socket(type=socket.SOCK_DGRAM).sendmsg([b'any'], [], 0, ('{ELSEWHERE}', 80))",
    "a name": "socket.getaddrinfo('example.org', 80)",
    "an old look-up": "socket.gethostbyname('example.org')",
}


Outcome = tuple[int, str]  # the exit code, and what was printed


def ran(folder: Path, text: str, *options: str, **environ: str) -> Outcome:
    """Run a suite of one file in folder."""
    (folder / "conftest.py").write_text(CONFTEST, encoding="utf-8")
    (folder / "test_any.py").write_text(IMPORTS + text, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:randomly", *options]
    variables = {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"} | environ
    done = subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def reached(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """Give the outcome of a suite that reaches out in every way, and passes over every error."""
    tests = f"""
{TRIED.format(STATEMENT)}

def test_imported(): pass

@pytest.mark.parametrize("code", {[*REACHING_OUT.values()]!r})
def test_statement(code):
    with contextlib.suppress(Exception):
        exec(code)

def test_sound(): pass

def reach():
    {TRIED.format(STATEMENT)}

def test_thread():
    thread = Thread(target=reach); thread.start(); thread.join()

@pytest.fixture
def before(): reach()

@pytest.fixture
def after():
    yield
    reach()

def test_before(before): pass
def test_after(after): pass

CHILD = "import socket; {STATEMENT}"
GRANDCHILD = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {{CHILD!r}}])"

@pytest.mark.parametrize("code", [CHILD, GRANDCHILD], ids=["child", "grandchild"])
def test_process(code):
    subprocess.run([sys.executable, "-c", code], stderr=subprocess.DEVNULL)
"""
    return ran(tmp_path_factory.mktemp("reached"), tests)


@pytest.mark.parametrize("statement", REACHING_OUT.values(), ids=REACHING_OUT)
def test_reaching_out_fails_the_test(reached: Outcome, statement: str) -> None:
    """A test that connects elsewhere, or asks for an address, fails though it passes over the error; it says where to."""
    (line,) = (line for line in reached[1].splitlines() if f"test_statement[{statement}] (call)" in line)
    assert any(f"reaches out to {where}" in line for where in (f"{ELSEWHERE}:80", "2001:db8::1:80", "example.org"))


@pytest.mark.parametrize(
    "who",
    [
        "what runs outside of tests",
        "test_any.py::test_thread (call)",
        "test_any.py::test_before (setup)",
        "test_any.py::test_after (teardown)",
        "test_any.py::test_process[child] (call)",
        "test_any.py::test_process[grandchild] (call)",
    ],
)
def test_who_reached_out_is_named(reached: Outcome, who: str) -> None:
    """An import, a thread, a fixture before and after, and the processes of a test count for it; it is said who did."""
    code, said = reached
    assert code == 1, said
    assert f"{who} reaches out to {ELSEWHERE}:80" in said


def test_who_does_not_reach_out_passes(reached: Outcome) -> None:
    """Only who reached out fails, and the first test for what was imported before it."""
    failed = len(REACHING_OUT) + 3
    assert f"{failed} failed, 2 passed, 3 errors" in reached[1], reached[1]


def test_workers_are_guarded(tmp_path: Path) -> None:
    """It is the same in the workers of xdist."""
    code, said = ran(tmp_path, f"def test_out():\n    {TRIED.format(STATEMENT)}\n", "-n", "1")
    assert (code, f"test_any.py::test_out (call) reaches out to {ELSEWHERE}:80" in said) == (1, True), said


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6], ids=lambda family: family.name)
def test_this_machine_may_be_connected_to(family: socket.AddressFamily) -> None:
    """Servers of a test's own are reached, by address and by name."""
    host = "127.0.0.1" if family == socket.AF_INET else "::1"
    with socket.socket(family) as server:
        try:
            server.bind((host, 0))
        except OSError:
            pytest.skip(f"there is no {family.name} on this machine")
        server.listen()
        with socket.create_connection((host, server.getsockname()[1])):
            pass
    assert socket.getaddrinfo("localhost", 80)


def test_unix_sockets_may_be_connected_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A socket in the file system is of this machine."""
    monkeypatch.chdir(tmp_path)  # a path of a socket may have about a hundred characters
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
        server.bind("any")
        server.listen()
        client.connect("any")


LEAVING = {
    "the variable LEFT": "os.environ['LEFT'] = 'any'",
    "the variable KEPT": "os.environ['KEPT'] = 'other'",
    "the variable PATH": "del os.environ['PATH']",
    "the working directory": "os.chdir('/')",
    "sys.path": "sys.path.append('any')",
}


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """Give the outcome of a suite whose tests change what others find, and of which the last sees that it is as it was."""
    tests = f"""
def now(): return os.environ.get("LEFT"), os.environ["KEPT"], "PATH" in os.environ, os.getcwd(), list(sys.path)
FOUND = now()

@pytest.mark.parametrize("code", {[*LEAVING.values()]!r})
def test_leaves(code):
    assert now() == FOUND
    exec(code)

def test_finds():
    assert now() == FOUND
"""
    return ran(tmp_path_factory.mktemp("left"), tests, KEPT="mine", PATH=os.defpath)


@pytest.mark.parametrize(("what", "statement"), LEAVING.items(), ids=LEAVING)
def test_leaving_something_fails_the_test(left: Outcome, what: str, statement: str) -> None:
    """A test that changes what others find fails with the name of what it changed, and the next finds it as it was."""
    code, said = left
    assert (code, f"{len(LEAVING) + 1} passed, {len(LEAVING)} errors" in said) == (1, True), said
    assert f"test_leaves[{statement}] leaves changed: {what}\n" in said


def test_a_fixture_of_a_file_may_set_what_it_takes_back(tmp_path: Path) -> None:
    """What a fixture sets for all tests of a file is there in each; if it stays, the file is named."""
    fixture = (
        "@pytest.fixture(scope='module', autouse=True)\ndef account():\n    os.environ['OURS'] = 'any'\n    yield\n"
    )
    tests = "def test_first(): assert 'OURS' in os.environ\ndef test_second(): assert 'OURS' in os.environ\n"
    code, said = ran(tmp_path, f"{fixture}    del os.environ['OURS']\n{tests}")
    assert code == 0, said
    code, said = ran(tmp_path, fixture + tests)
    assert (code, "test_any.py leaves changed: the variable OURS" in said) == (1, True), said


def test_nobodys_account_is_found() -> None:
    """Whatever this machine has set, a test finds no credentials, no region, no profile and no endpoint."""
    session = boto3.Session()
    assert session.get_credentials() is None
    assert not session.region_name
    assert not session.available_profiles
    assert not [name for name in os.environ if name.startswith("AWS_ENDPOINT") or name.upper().endswith("_PROXY")]


@pytest.mark.parametrize("number", [1, 2])
def test_each_test_has_a_session_of_its_own(number: int) -> None:
    """Credentials that one test's clients were made with are not the next one's."""
    assert boto3.DEFAULT_SESSION is None, number
    boto3.setup_default_session(aws_access_key_id="key", aws_secret_access_key="secret")
