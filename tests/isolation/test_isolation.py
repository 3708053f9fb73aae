"""The guard of the whole suite, with small suites: tests fail that connect to another machine or change global state."""

import os
import re
import socket
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import boto3
import pytest

from tests.effort import repetition
from tests.isolation.leaking_suite import ELSEWHERE, LEAVING, REACHING_OUT, SUITE

ROOT = Path(__file__).parents[2]
VARIABLES = {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", "KEPT": "mine", "PATH": os.defpath}
# Starts what follows as a shell starts a job in the background, and more so.
IGNORING = ["sh", "-c", "trap '' INT TERM; exec \"$@\"", "sh"]


@dataclass(frozen=True)
class Outcome:
    """The result of a suite."""

    code: int
    output: str

    def of(self, file: str) -> dict[str, int]:
        """Return how many tests of a file passed and failed, and how many errors it had."""
        found = re.findall(rf"^(PASSED|FAILED|ERROR) {file}\.py", self.output, re.MULTILINE)
        return dict(Counter(found))


@pytest.fixture(
    scope="module",
    params=[pytest.param(("-n", "1"), id="worker"), pytest.param((), id="one process", marks=repetition)],
)
def outcome(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """Give the result of the careless suite."""
    folder = tmp_path_factory.mktemp("suite")
    for name, text in SUITE.items():
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    command = [
        *IGNORING,
        sys.executable,
        "-m",
        "pytest",
        "-rA",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:randomly",
        *request.param,
    ]
    done = subprocess.run(command, cwd=folder, env=VARIABLES, capture_output=True, text=True, check=False)
    return Outcome(done.returncode, done.stdout + done.stderr)


@pytest.mark.share(4)
@pytest.mark.parametrize("statement", REACHING_OUT.values(), ids=REACHING_OUT)
def test_reaching_out_fails_the_test(outcome: Outcome, statement: str) -> None:
    """A test that connects to another machine, or resolves its name, fails even if it ignores the error; the message has the address."""
    (line,) = (line for line in outcome.output.splitlines() if f"test_statement[{statement}] (call)" in line)
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
def test_source_of_a_connection_is_named(outcome: Outcome, who: str) -> None:
    """Connections of an import, a thread, a fixture's setup and teardown, and the processes of a test fail it, and the message names the source."""
    assert outcome.code == 1, outcome.output
    assert f"{who} reaches out to {ELSEWHERE}:80" in outcome.output


def test_tests_without_connections_pass(outcome: Outcome) -> None:
    """Only tests that connect fail, and the first test for imports before it."""
    failed = len(REACHING_OUT) + 3
    assert outcome.of("test_any") == {"FAILED": failed, "PASSED": 2, "ERROR": 3}, outcome.output


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


@pytest.mark.parametrize(("what", "statement"), LEAVING.items(), ids=LEAVING)
def test_leaving_something_fails_the_test(outcome: Outcome, what: str, statement: str) -> None:
    """A test that changes global state fails with the name of the change, and the next test has the original state."""
    assert outcome.of("test_left") == {"PASSED": len(LEAVING) + 1, "ERROR": len(LEAVING)}, outcome.output
    assert f"test_leaves[{statement}] leaves changed: {what}\n" in outcome.output


def test_a_fixture_of_a_file_may_set_what_it_takes_back(outcome: Outcome) -> None:
    """State that a fixture sets for all tests of a file is kept for each; if it stays after the file, the message names the file."""
    assert outcome.of("test_kept") == {"PASSED": 2}, outcome.output
    assert outcome.of("test_stays") == {"PASSED": 2, "ERROR": 1}, outcome.output
    assert "test_stays.py leaves changed: the variable OURS" in outcome.output


def test_processes_of_tests_heed_signals(outcome: Outcome) -> None:
    """A process that a test starts ends on SIGINT and SIGTERM, though the tests were started with both ignored."""
    assert outcome.of("test_signals") == {"PASSED": 2}, outcome.output


def test_nobodys_account_is_found() -> None:
    """A test has no credentials, region, profile or endpoint, also if this machine has set them."""
    session = boto3.Session()
    assert session.get_credentials() is None
    assert not session.region_name
    assert not session.available_profiles
    assert not [name for name in os.environ if name.startswith("AWS_ENDPOINT") or name.upper().endswith("_PROXY")]


@pytest.mark.parametrize("number", [1, 2])
def test_each_test_has_a_session_of_its_own(number: int) -> None:
    """The clients of a test do not have the credentials of the test before."""
    assert boto3.DEFAULT_SESSION is None, number
    boto3.setup_default_session(aws_access_key_id="key", aws_secret_access_key="secret")
