"""The page's client in Node.js, against a server that is busy and loses answers: what it sends again, and what it reports."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.effort import repetition
from tests.failing_server import IMAGE, LOST, serve
from tests.needed import program

CALLS = Path(__file__).with_name("client_calls.mjs")


def called(endpoint: str, call: str) -> dict[str, Any]:
    """Run a call of the client in Node.js and return what it printed."""
    ran = subprocess.run(
        [program("node"), "--no-warnings", CALLS, endpoint, call], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


@pytest.mark.share(1)
@pytest.mark.parametrize(
    "answers",
    [
        (200, LOST, 412),
        (429, LOST, 200, 503, 409, 200),
        pytest.param((200, 200), marks=repetition),
        pytest.param((500, 502, 504, 200, 200), marks=repetition),
    ],
    ids=str,
)
def test_busy_server_is_asked_again(answers: tuple[int, ...]) -> None:
    """429, 409, 5xx and lost answers are sent again, GET and PUT alike; 412 after a lost answer is a success."""
    with serve(*answers) as server:
        assert called(server.endpoint, "upload")["result"] == IMAGE
    assert len(server.methods) == len(answers)
    assert set(server.bodies) == {b"an image"}


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ((400,), {"name": "RefusedError", "status": 400, "reason": "INVALID", "message": "Try another."}),
        pytest.param((200, 403), {"name": "RefusedError", "status": 403}, marks=repetition),
        pytest.param((200, *[LOST] * 6), {"name": "LostError"}, marks=repetition),
        pytest.param([503] * 6, {"name": "RefusedError", "status": 503}, marks=repetition),
    ],
    ids=str,
)
def test_failures_have_their_reason(answers: tuple[int, ...], expected: dict[str, Any]) -> None:
    """A refusal is final at once, with the API's own sentence; a failure after six attempts, without the signed URL."""
    with serve(*answers) as server:
        failed = called(server.endpoint, "upload")
    assert expected.items() <= failed.items()
    assert len(server.methods) == len(answers)
    assert "secret" not in json.dumps(failed)


def test_refused_token_is_renewed_once() -> None:
    """After a 401 the client asks for a new token, and gives up if that is refused too."""
    with serve(401, 200, 200) as server:
        assert called(server.endpoint, "upload")["tokens"] == [False, True]
    with serve(401, 401) as server:
        assert called(server.endpoint, "upload")["status"] == 401


def test_server_says_how_long_to_wait() -> None:
    """Retry-After is waited for; one of hours is the user's to know, not to be waited for."""
    with serve(429, 200, 200) as server:
        server.retry_after = "7"
        assert called(server.endpoint, "upload")["waits"] == [7000]
    with serve(429) as server:
        server.retry_after = "86400"
        assert called(server.endpoint, "upload")["status"] == 429
