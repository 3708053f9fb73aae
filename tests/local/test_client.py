"""The client against a server that is busy and loses responses: which requests are repeated, and when an upload is complete."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import urllib3

from local.client import RETRIES, Client, UploadFailedError, UploadRefusedError
from tests.failing_server import IMAGE, LOST, FailingServer, serve

CONTENT = b"an image" * 1000
ATTEMPTS = RETRIES.new().total  # after the first one


@contextmanager
def served(*answers: int) -> Iterator[tuple[Client, FailingServer]]:
    """Serve these answers; yield a client, and the server."""
    with serve(*answers) as server:
        yield Client(f"{server.endpoint}/upload-url", "token", urllib3.PoolManager()), server


@pytest.fixture
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the client retry without waiting."""
    monkeypatch.setattr("local.client.RETRIES", RETRIES.new(backoff_factor=0, backoff_jitter=0))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Write a file to upload."""
    found = tmp_path / "image.png"
    found.write_bytes(CONTENT)
    return found


@pytest.mark.usefixtures("_at_once")
@pytest.mark.parametrize(
    ("answers", "puts"),
    [
        ((200, 200), 1),
        ((502, 429, 504, 200, 200), 1),
        ((LOST, 500, 200, 200), 1),
        ((200, LOST, 412), 2),
        ((200, LOST, 200), 2),
        ((200, LOST, LOST, 412), 3),
        ((200, 409, 200), 2),
        ((200, 503, 412), 2),
    ],
)
def test_temporary_error_is_retried(file: Path, answers: tuple[int, ...], puts: int) -> None:
    """429, 409, 5xx and lost responses are repeated, GET and PUT alike; 412 means that the image is stored."""
    with served(*answers) as (client, server):
        assert client.upload(file) == IMAGE
    assert len(server.methods) == len(answers)
    assert server.bodies == [CONTENT] * puts


@pytest.mark.parametrize("status", [400, 403])
def test_refused_put_is_not_repeated(file: Path, status: int) -> None:
    """A PUT that S3 refuses raises an error and is not repeated."""
    with served(200, status) as (client, server):
        with pytest.raises(UploadFailedError, match=f"answered with status {status}"):
            client.upload(file)
        assert len(server.bodies) == 1


def test_refused_url_is_not_requested_again(file: Path) -> None:
    """A request that the API refuses with a reason raises that reason, and is not repeated."""
    with served(400) as (client, server), pytest.raises(UploadRefusedError) as refused:
        client.upload(file)
    assert (refused.value.reason, server.methods) == ("INVALID", ["GET"])


@pytest.mark.parametrize("status", [401, 403])
def test_refusal_of_another_form_is_named(file: Path, status: int) -> None:
    """Any other status is named, also if the response is not JSON."""
    with served(status) as (client, server), pytest.raises(UploadFailedError, match=f"status {status} for image.png"):
        client.upload(file)
    assert server.methods == ["GET"]


@pytest.mark.usefixtures("_at_once")
@pytest.mark.parametrize("answer", [503, LOST])
@pytest.mark.parametrize("before", [(), (200,)], ids=["GET", "PUT"])
def test_retries_are_limited(file: Path, before: tuple[int, ...], answer: int) -> None:
    """If the service never accepts a request, the upload fails, and the message does not have the signed URL."""
    with served(*before, *[answer] * 20) as (client, server), pytest.raises(UploadFailedError) as failed:
        client.upload(file)
    assert ATTEMPTS == 6
    assert len(server.methods) == len(before) + 1 + ATTEMPTS
    assert ("503" if answer else "no response") in str(failed.value)
    assert "secret" not in str(failed.value)


def test_server_that_is_gone_is_named(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A refused connection fails after the retries, with one sentence."""
    monkeypatch.setattr("local.client.RETRIES", RETRIES.new(total=1, backoff_factor=0))
    with served() as (client, _):
        pass
    with pytest.raises(UploadFailedError, match=r"^the GET got no response: NewConnectionError$"):
        client.upload(file)


@pytest.mark.parametrize("asked", [1, 86400])
def test_retry_after_is_honoured_within_a_limit(file: Path, monkeypatch: pytest.MonkeyPatch, asked: int) -> None:
    """The client waits as long as Retry-After says, but not for hours."""
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    with served(429, 200, 200) as (client, server):
        server.retry_after = str(asked)
        client.upload(file)
    assert slept == [min(asked, 20)]


def test_waits_grow_within_a_limit_and_differ(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without Retry-After the waits grow, have a limit, and are not the same for two clients."""
    waits: list[list[float]] = []
    for _ in range(2):
        slept: list[float] = []
        monkeypatch.setattr(time, "sleep", slept.append)
        with served() as (client, server):
            server.retry_after = None
            with pytest.raises(UploadFailedError):
                client.upload(file)
        waits.append(slept)
    first, second = waits
    assert first != second
    assert first == sorted(first)
    assert 1 < sum(first) < 60


@pytest.mark.share(1)
@pytest.mark.parametrize(
    ("answers", "code"),
    [((200, LOST, 412), 0), ((429, 502, 200, 503, LOST, 200), 0), ((200, 403), 1), ((401,), 1)],
)
def test_client_in_the_documentation_retries_too(file: Path, answers: tuple[int, ...], code: int) -> None:
    """The client in docs/api.md, run unchanged, repeats requests after temporary errors, and 412 completes the upload."""
    (source,) = re.findall(r"```python\n(.*?)```", Path("docs/api.md").read_text(encoding="utf-8"), re.DOTALL)
    with serve(*answers) as server:
        known = {"UPLOAD_URL_ENDPOINT": f"{server.endpoint}/upload-url", "TOKEN": "token", "FILE": str(file)}
        environment = {"PATH": os.environ["PATH"], **known}
        done = subprocess.run(
            [sys.executable, "-c", source], env=environment, capture_output=True, text=True, check=False
        )
    assert len(server.methods) == len(answers)
    assert (done.returncode, done.stdout) == (code, "" if code else f"{IMAGE}\n")
