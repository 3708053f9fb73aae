"""Images that are sent to a stack that does not respond: processing stops after its timeout."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from local.emulator.process import Emulator
from local.process import process
from local.stack import LocalStack, User
from tests.patience import PATIENCE

FOREVER = 120  # seconds that a caller waits for a response


class Hanging(ThreadingHTTPServer):
    """A server that sends no responses until it is released."""

    daemon_threads = True

    def __init__(self) -> None:
        """Listen on a port of this machine."""
        self.released, self.asked, self.was_waited_for = threading.Event(), set[str](), False
        super().__init__(("127.0.0.1", 0), Handler)

    def hang(self, path: str) -> None:
        """Record the request, and whether the client waits for its response."""
        self.asked.add(path.partition("?")[0])
        self.was_waited_for |= not self.released.wait(FOREVER)


class Handler(BaseHTTPRequestHandler):
    """Handles each request by not responding."""

    server: Hanging

    def do_GET(self) -> None:
        """Wait, and close the connection."""
        self.server.hang(self.path)
        self.close_connection = True

    def do_POST(self) -> None:
        """Wait, and close the connection."""
        self.do_GET()


@pytest.fixture
def hanging(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hanging]:
    """Run the server, and wait at the end for the threads that asked it: they would go on beside other tests."""
    monkeypatch.setattr("local.client.RETRIES", False)
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    before = set(threading.enumerate())
    with Hanging() as server:
        threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
        yield server
        server.released.set()
        server.shutdown()
    for thread in set(threading.enumerate()) - before:
        thread.join(PATIENCE)
        assert not thread.is_alive()


@pytest.mark.parametrize(("at_once", "second"), [(1, "NOT_SENT"), (10_000_000, "NOT_FINISHED")])
def test_stack_that_does_not_respond_is_given_up(hanging: Hanging, tmp_path: Path, at_once: int, second: str) -> None:
    """If API and queue do not respond, what was sent is reported as not finished and the rest as not sent, in time.

    Any number of images at once is as good as the number of images: no room is made for more connections.
    """
    files = [tmp_path / "one.png", tmp_path / "two.png"]
    for file in files:
        file.write_bytes(b"an image")
    outputs = {"RestApiId": "api", "UserPoolClientId": "client"}
    running = Emulator(f"http://127.0.0.1:{hanging.server_port}")
    stack = LocalStack(running, outputs, User("a@example.com", "secret"), f"{running.endpoint}/000000000000/queue")
    stack.__dict__["token"] = "a token"  # already signed in
    found = list(process(stack, files, tmp_path / "out", at_once=at_once, timeout=0.5))
    assert [(outcome.status, outcome.reason) for outcome in found] == [(None, "NOT_FINISHED"), (None, second)]
    assert "/restapis/api/v1/_user_request_/upload-url" in hanging.asked
    assert not hanging.was_waited_for
