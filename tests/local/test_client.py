"""The client against a server that loses responses: which requests are repeated, and when an upload is complete."""

import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import urllib3

from local.client import PUT_RETRIES, Client, UploadFailedError

LOST = 0  # the server stores the image and closes the connection
IMAGE = "0b7f3c52-4a58-4d0e-9a41-6f2f6c1f7d10"
CONTENT = b"an image" * 1000
POLL = 0.01  # seconds in which the server notices its shutdown


@contextmanager
def served(*answers: int) -> Iterator[tuple[Client, list[bytes]]]:
    """Serve the API and S3 with these statuses for PUT; yield a client, and the bodies that were received."""
    bodies: list[bytes] = []
    statuses = iter(answers)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            url = f"http://127.0.0.1:{server.server_port}/image"
            headers = {"Content-Length": str(len(CONTENT)), "If-None-Match": "*"}
            grant = {"imageId": IMAGE, "uploadUrl": url, "method": "PUT", "headers": headers}
            self._answer(200, json.dumps(grant).encode())

        def do_PUT(self) -> None:
            assert self.headers["If-None-Match"] == "*"
            bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            status = next(statuses)
            if status == LOST:
                self.close_connection = True
            else:
                self._answer(status, b"")

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=[POLL], daemon=True).start()
        try:
            yield Client(f"http://127.0.0.1:{server.server_port}/upload-url", "token", urllib3.PoolManager()), bodies
        finally:
            server.shutdown()


@pytest.fixture(autouse=True)
def retry_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the client retry without waiting."""
    monkeypatch.setattr("local.client.PUT_RETRIES", PUT_RETRIES.new(backoff_factor=0))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Write a file to upload."""
    found = tmp_path / "image.png"
    found.write_bytes(CONTENT)
    return found


@pytest.mark.parametrize("answers", [(200,), (LOST, 412), (LOST, 200), (LOST, LOST, 412), (409, 200), (503, 412)])
def test_lost_responses_are_retried_until_stored(file: Path, answers: tuple[int, ...]) -> None:
    """A PUT without a response, or with a temporary error, is repeated; 412 means that the image is stored."""
    with served(*answers) as (client, bodies):
        assert client.upload(file) == IMAGE
        assert bodies == [CONTENT] * len(answers)


@pytest.mark.parametrize("status", [400, 403])
def test_refused_put_is_not_repeated(file: Path, status: int) -> None:
    """A PUT that S3 refuses raises an error and is not repeated."""
    with served(status) as (client, bodies):
        with pytest.raises(UploadFailedError, match=f"answered with status {status}"):
            client.upload(file)
        assert len(bodies) == 1


@pytest.mark.parametrize("status", [503, LOST])
def test_retries_are_limited(file: Path, status: int) -> None:
    """If S3 never accepts the image, the upload fails after five requests."""
    with served(*[status] * 10) as (client, bodies):
        with pytest.raises((UploadFailedError, urllib3.exceptions.HTTPError)):
            client.upload(file)
        assert len(bodies) == 5


@pytest.mark.parametrize(("answers", "code"), [((LOST, 412), 0), ((503, LOST, 200), 0), ((403,), 1)])
def test_client_in_the_documentation_retries_too(file: Path, answers: tuple[int, ...], code: int) -> None:
    """The client in docs/api.md, run unchanged, repeats lost requests, and 412 completes the upload."""
    (source,) = re.findall(r"```python\n(.*?)```", Path("docs/api.md").read_text(encoding="utf-8"), re.DOTALL)
    with served(*answers) as (client, bodies):
        known = {"UPLOAD_URL_ENDPOINT": client.endpoint, "TOKEN": client.token, "FILE": str(file)}
        done = subprocess.run([sys.executable, "-c", source], env=known, capture_output=True, text=True, check=False)
        assert bodies == [CONTENT] * len(answers)
    assert (done.returncode, done.stdout) == (code, "" if code else f"{IMAGE}\n")
