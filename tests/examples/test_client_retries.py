"""The client of the examples, against a server that is busy and loses answers: what it sends again."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import urllib3

from examples.client import RETRIES, Client, RefusedError
from tests.failing_server import IMAGE, LOST, serve


@contextmanager
def served(*answers: int) -> Iterator[tuple[Client, list[str]]]:
    """Serve the API and S3 with these answers; yield a client that does not wait, and the methods used."""
    hasty = RETRIES.new(backoff_factor=0, backoff_jitter=0)
    with serve(*answers) as server:
        yield Client(server.endpoint, "token", urllib3.PoolManager(retries=hasty)), server.methods


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


def test_lost_answers_are_named_without_the_url(file: Path) -> None:
    """Without any response to its PUTs the upload fails, and the message does not have the signed URL."""
    with served(200, *[LOST] * 10) as (uploader, _), pytest.raises(RefusedError, match="got no response") as failed:
        uploader.upload(file)
    assert "secret" not in str(failed.value)


def test_retry_after_has_a_limit() -> None:
    """A response that asks for hours is waited for half a minute."""
    assert RETRIES.parse_retry_after("86400") == 30
