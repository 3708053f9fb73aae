"""Runs an AWS emulator of one's own and ends it without a trace."""

import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, Any

import boto3
import botocore.session
import urllib3
from botocore.config import Config

HOST = "127.0.0.1"
REGION = "us-east-1"
KEY, SECRET = "test", "test"  # anything goes: the emulator has one account and asks for no proof

_ATTEMPTS = 3  # a free port can be taken between being found and being used
_START_SECONDS = 30.0
_END_SECONDS = 60.0  # the guard kills after two, then removes what workers unpacked: ten thousands of files
_ANSWER_SECONDS = 1.0
_POLL_SECONDS = 0.02
_LOG_TAIL = 4000  # bytes


class NotStartedError(RuntimeError):
    """The emulator ended, or did not answer in time; the message ends with the end of its log."""


class PortTakenError(NotStartedError):
    """Another program took the port first."""


@dataclass(frozen=True)
class Emulator:
    """Where the emulated account is reached."""

    endpoint: str
    region: str = REGION

    def client(self, service: str) -> Any:
        """Give a boto3 client of the emulated account, whatever profile and proxy this machine has set."""
        return _session(self.region).client(service, endpoint_url=self.endpoint, config=Config(proxies={}))


@contextmanager
def emulator() -> Iterator[Emulator]:
    """Run an emulator only this machine reaches; nothing of it outlives the block, or this process."""
    with ExitStack() as stack:
        yield _started(stack)


def _started(stack: ExitStack) -> Emulator:
    for _ in range(_ATTEMPTS - 1):
        with suppress(PortTakenError):
            return stack.enter_context(_running(_free_port()))
    return stack.enter_context(_running(_free_port()))


@contextmanager
def _running(port: int) -> Iterator[Emulator]:
    """Run one emulator on `port`; raises NotStartedError."""
    mark = secrets.token_hex()
    with _home() as home, Path(home, "server.log").open("a+b") as log:
        guard = subprocess.Popen(
            [sys.executable, "-m", "local.guard", home],
            cwd=home,
            env=_environment(home, port, mark),
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            _await_answer(guard, port, mark, log)
            yield Emulator(f"http://{HOST}:{port}")
        finally:
            # Closes the pipe, upon which the guard ends the server.
            guard.communicate(timeout=_END_SECONDS)


def _home() -> "tempfile.TemporaryDirectory[str]":
    # The guard removes it too, and alone when this process is killed.
    return tempfile.TemporaryDirectory(prefix="emulator-", ignore_cleanup_errors=True)


def _environment(home: str, port: int, mark: str) -> dict[str, str]:
    """Give all that the emulator and, through it, the Lambda functions may know of this machine."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": home,
        "TMPDIR": home,
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "PYTHONPATH": str(Path(__file__).resolve().parents[1]),
        "AWS_ACCESS_KEY_ID": KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_DEFAULT_REGION": REGION,
        "BIND_HOST": HOST,
        "GATEWAY_PORT": str(port),
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "LOG_LEVEL": "WARNING",
        # Cognito keeps its signing keys here; by default in /tmp, for every emulator to come.
        "STATE_DIR": f"{home}/state",
        # With a real daemon ministack removes containers that other emulators left.
        "DOCKER_HOST": f"unix://{home}/no-docker",
        # Repeated in the answer to a health check: tells this emulator from another on the same port.
        "MINISTACK_EDITION": mark,
    }


def _await_answer(guard: "subprocess.Popen[bytes]", port: int, mark: str, log: IO[bytes]) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not _answers(port, mark):
        if guard.poll() is not None or time.monotonic() > deadline:
            raise _failure(log)
        time.sleep(_POLL_SECONDS)


def _answers(port: int, mark: str) -> bool:
    """Say whether the emulator that was given `mark` answers on `port`."""
    try:
        with urllib3.PoolManager(retries=False, timeout=_ANSWER_SECONDS) as http:
            return mark.encode() in http.request("GET", f"http://{HOST}:{port}/_ministack/health").data
    except urllib3.exceptions.HTTPError:
        return False


def _failure(log: IO[bytes]) -> NotStartedError:
    log.seek(0)
    tail = log.read()[-_LOG_TAIL:].decode(errors="replace")
    error = PortTakenError if "already in use" in tail else NotStartedError
    return error(f"the emulator did not start; its log ends:\n{tail}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


@cache  # a client takes 5 ms from a session in use and 60 from a new one
def _session(region: str) -> Any:
    """Give a boto3 session that reads no configuration file and no profile of this machine."""
    bare = botocore.session.Session(
        {"profile": (None, None, None, None), "config_file": (None, None, os.devnull, None)},
    )
    return boto3.Session(KEY, SECRET, region_name=region, botocore_session=bare)
