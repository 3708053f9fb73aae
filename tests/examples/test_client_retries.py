"""The client of the examples, against a server that is busy and loses answers: what it sends again."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import urllib3

from examples.client import RETRIES, RefusedError, Uploader

LOST = 0  # the server hangs up instead of answering
IMAGE = "0b7f3c52-4a58-4d0e-9a41-6f2f6c1f7d10"
POLL = 0.01  # seconds in which the server sees that it is to end


@contextmanager
def served(*answers: int) -> Iterator[tuple[Uploader, list[str]]]:
    """Serve the API and S3, which answer so, one request after the other; yield an uploader, and the methods used."""
    methods: list[str] = []
    coming = iter(answers)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            grant = {"imageId": IMAGE, "uploadUrl": f"{endpoint}/image", "method": "PUT", "headers": {}}
            self._answer(json.dumps(grant))

        def do_PUT(self) -> None:
            assert self.rfile.read(int(self.headers["Content-Length"])) == b"an image"
            self._answer("")

        def _answer(self, body: str) -> None:
            methods.append(self.command)
            status = next(coming)
            if status == LOST:
                self.close_connection = True
                return
            refusal = (
                json.dumps({"reason": "INVALID", "message": "Try another."}) if status < 500 else "<html>busy</html>"
            )
            content = body if status == 200 else refusal
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.send_header("Retry-After", "0")
            self.end_headers()
            self.wfile.write(content.encode())

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        endpoint = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, args=[POLL], daemon=True).start()
        hasty = RETRIES.new(backoff_factor=0, backoff_jitter=0)
        try:
            yield Uploader(f"{endpoint}/upload-url", "token", urllib3.PoolManager(retries=hasty)), methods
        finally:
            server.shutdown()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Give a file to upload."""
    found = tmp_path / "image.png"
    found.write_bytes(b"an image")
    return found


@pytest.mark.parametrize(
    "answers", [(200, 200), (429, 503, 200, 200), (LOST, 200, 200), (200, 503, 409, 200), (200, LOST, 412)]
)
def test_busy_server_is_asked_again(file: Path, answers: tuple[int, ...]) -> None:
    """429, 409, 5xx and lost answers are sent again, GET and PUT alike; 412 after a lost answer is a success."""
    with served(*answers) as (uploader, methods):
        assert uploader.upload(file) == IMAGE
    assert len(methods) == len(answers)


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ((400,), "answered 400 for .*: INVALID: Try another"),
        ((401,), "answered 401"),
        ((200, 403), "answered 403 to the PUT"),
    ],
)
def test_refusal_is_not_sent_again(file: Path, answers: tuple[int, ...], message: str) -> None:
    """A permanent error is raised at once, with the status."""
    with served(*answers) as (uploader, methods), pytest.raises(RefusedError, match=message):
        uploader.upload(file)
    assert len(methods) == len(answers)


@pytest.mark.parametrize(("method", "before"), [("GET", ()), ("PUT", (200,))])
def test_retries_end(file: Path, method: str, before: tuple[int, ...]) -> None:
    """A server that stays busy is given up after the first request and five more."""
    with served(*before, *[503] * 10) as (uploader, methods), pytest.raises(RefusedError, match="answered 503"):
        uploader.upload(file)
    assert methods.count(method) == 6
