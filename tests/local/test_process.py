"""Sending pictures to a stack that hangs: the command ends when its time is up, and waits for nothing that hangs."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from local.emulator.process import Emulator
from local.process import process
from local.stack import LocalStack, User

FOREVER = 120  # seconds; a caller that waits for an answer waits as long


class Hanging(ThreadingHTTPServer):
    """A server that answers nothing until it is let go."""

    daemon_threads = True

    def __init__(self) -> None:
        """Listen on a port of this machine."""
        self.let_go, self.asked, self.was_waited_for = threading.Event(), set[str](), False
        super().__init__(("127.0.0.1", 0), Handler)

    def hang(self, path: str) -> None:
        """Note that somebody asks, and whether they wait for ever."""
        self.asked.add(path.partition("?")[0])
        self.was_waited_for |= not self.let_go.wait(FOREVER)


class Handler(BaseHTTPRequestHandler):
    """Hangs."""

    server: Hanging

    def do_GET(self) -> None:
        """Hang, and hang up."""
        self.server.hang(self.path)
        self.close_connection = True

    def do_POST(self) -> None:
        """Hang, and hang up."""
        self.do_GET()


@pytest.fixture
def hanging() -> Iterator[Hanging]:
    """Run a server that hangs."""
    with Hanging() as server:
        threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
        yield server
        server.let_go.set()
        server.shutdown()


def test_hanging_stack_is_given_up_in_time(hanging: Hanging, tmp_path: Path) -> None:
    """Where neither API nor queue answers, what was sent is told as not finished and the rest as not sent, in time."""
    files = [tmp_path / "one.png", tmp_path / "two.png"]
    for file in files:
        file.write_bytes(b"a picture")
    outputs = {"RestApiId": "api", "UserPoolClientId": "client"}
    running = Emulator(f"http://127.0.0.1:{hanging.server_port}")
    stack = LocalStack(running, outputs, User("a@example.com", "secret"), f"{running.endpoint}/000000000000/queue")
    stack.__dict__["token"] = "a token"  # signed in before
    found = list(process(stack, files, tmp_path / "out", at_once=1, timeout=0.5))
    assert [(outcome.status, outcome.reason) for outcome in found] == [(None, "NOT_FINISHED"), (None, "NOT_SENT")]
    assert "/restapis/api/v1/_user_request_/upload-url" in hanging.asked
    assert not hanging.was_waited_for
