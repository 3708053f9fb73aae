"""The client of the laptop, against a server whose answers get lost: what is sent again, and what counts as sent."""

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

LOST = 0  # the server takes the picture, and hangs up
IMAGE = "0b7f3c52-4a58-4d0e-9a41-6f2f6c1f7d10"
CONTENT = b"a picture" * 1000
POLL = 0.01  # seconds in which the server sees that it is to end


@contextmanager
def served(*answers: int) -> Iterator[tuple[Client, list[bytes]]]:
    """Serve the API and S3, which answers PUTs so; yield a client, and the bodies that arrived."""
    bodies: list[bytes] = []
    coming = iter(answers)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            url = f"http://127.0.0.1:{server.server_port}/picture"
            headers = {"Content-Length": str(len(CONTENT)), "If-None-Match": "*"}
            grant = {"imageId": IMAGE, "uploadUrl": url, "method": "PUT", "headers": headers}
            self._answer(200, json.dumps(grant).encode())

        def do_PUT(self) -> None:
            assert self.headers["If-None-Match"] == "*"
            bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            status = next(coming)
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
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the client wait for nothing before it sends again."""
    monkeypatch.setattr("local.client.PUT_RETRIES", PUT_RETRIES.new(backoff_factor=0))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Give a file to upload."""
    found = tmp_path / "picture.png"
    found.write_bytes(CONTENT)
    return found


@pytest.mark.parametrize("answers", [(200,), (LOST, 412), (LOST, 200), (LOST, LOST, 412), (409, 200), (503, 412)])
def test_upload_is_done_once_it_is_there(file: Path, answers: tuple[int, ...]) -> None:
    """A PUT without an answer, or one that says to come again, is repeated whole; 412 says that the picture is there."""
    with served(*answers) as (client, bodies):
        assert client.upload(file) == IMAGE
        assert bodies == [CONTENT] * len(answers)


@pytest.mark.parametrize("status", [400, 403])
def test_refusal_is_not_repeated(file: Path, status: int) -> None:
    """A PUT that S3 refuses is told as failed, and not sent again."""
    with served(status) as (client, bodies):
        with pytest.raises(UploadFailedError, match=f"answered with {status}"):
            client.upload(file)
        assert len(bodies) == 1


@pytest.mark.parametrize("status", [503, LOST])
def test_trouble_without_end_is_told(file: Path, status: int) -> None:
    """When S3 never takes the picture, the upload fails after a few times."""
    with served(*[status] * 10) as (client, bodies):
        with pytest.raises((UploadFailedError, urllib3.exceptions.HTTPError)):
            client.upload(file)
        assert len(bodies) == 5


@pytest.mark.parametrize(("answers", "code"), [((LOST, 412), 0), ((503, LOST, 200), 0), ((403,), 1)])
def test_client_of_the_page_does_the_same(file: Path, answers: tuple[int, ...], code: int) -> None:
    """The client in docs/api.md, run as it stands there, sends again what got lost, and takes 412 for done."""
    (source,) = re.findall(r"```python\n(.*?)```", Path("docs/api.md").read_text(encoding="utf-8"), re.DOTALL)
    with served(*answers) as (client, bodies):
        known = {"UPLOAD_URL_ENDPOINT": client.endpoint, "TOKEN": client.token, "FILE": str(file)}
        done = subprocess.run([sys.executable, "-c", source], env=known, capture_output=True, text=True, check=False)
        assert bodies == [CONTENT] * len(answers)
    assert (done.returncode, done.stdout) == (code, "" if code else f"{IMAGE}\n")
