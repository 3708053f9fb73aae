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
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import IO, Any

import boto3
import botocore.session
import urllib3
from botocore.config import Config

from local.emulator.zips import FOLDER

HOST = "127.0.0.1"
REGION = "us-east-1"
ACCESS_KEY, SECRET = (
    "test",
    "test",
)  # the account's root; only an emulator that enforces permissions asks for the secret

_ATTEMPTS = 3  # a free port can be taken between being found and being used
_START_SECONDS = 120.0  # one is enough on a quiet machine; a server that has ended is noticed at once
_END_SECONDS = 300.0  # the guard kills after two, then removes what workers unpacked: ten thousands of files
_ANSWER_SECONDS = 10.0
_HTTP_SECONDS = 300.0  # to connect, and between two pieces of an answer; functions that start cold take their time
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
    secret: str = field(default=SECRET, repr=False)  # of the root's access key, KEY
    certificate: Path | None = None  # what its TLS is verified with; None where it speaks plain HTTP
    answer_seconds: float | None = None  # longest wait for an answer, asked for once; None: as boto3 has it

    def client(self, service: str) -> Any:
        """Give a boto3 client of the account's root, whatever profile and proxy this machine has set."""
        verify = str(self.certificate) if self.certificate else None
        config = Config(proxies={}).merge(_once(self.answer_seconds) if self.answer_seconds else Config())
        return _session(self.region, self.secret).client(
            service, endpoint_url=self.endpoint, verify=verify, config=config
        )

    def http(self, connections: int = 1) -> urllib3.PoolManager:
        """Give an HTTP client without credentials that trusts the emulator's certificate and no other."""
        seconds = min(self.answer_seconds or _HTTP_SECONDS, _HTTP_SECONDS)
        return _http(self.certificate, maxsize=connections, timeout=seconds)


@contextmanager
def emulator(*, enforce: bool = False) -> Iterator[Emulator]:
    """Run an emulator only this machine reaches; nothing of it outlives the block, or this process.

    With enforce every caller needs credentials and every call a permission, as on AWS; it then speaks TLS, since the
    template's policies refuse whatever does not. Raises NotStartedError.
    """
    with ExitStack() as stack:
        yield _started(stack, enforce=enforce)


def _started(stack: ExitStack, *, enforce: bool) -> Emulator:
    for _ in range(_ATTEMPTS - 1):
        with suppress(PortTakenError):
            return stack.enter_context(_running(_free_port(), enforce=enforce))
    return stack.enter_context(_running(_free_port(), enforce=enforce))


@contextmanager
def _running(port: int, *, enforce: bool) -> Iterator[Emulator]:
    """Run one emulator on `port`; raises NotStartedError."""
    mark = secrets.token_hex()
    with _home() as home, Path(home, "server.log").open("a+b") as log:
        found = _enforcing(home, port) if enforce else Emulator(f"http://{HOST}:{port}")
        guard = subprocess.Popen(
            [sys.executable, "-m", "local.emulator.guard", home],
            cwd=home,
            env=_environment(home, port, mark) | _enforcement(found),
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            _await_answer(guard, found, mark, log)
            yield found
        finally:
            # Closes the pipe, upon which the guard ends the server.
            guard.communicate(timeout=_END_SECONDS)


def _home() -> "tempfile.TemporaryDirectory[str]":
    # The guard removes it too, and alone when this process is killed.
    return tempfile.TemporaryDirectory(prefix="emulator-", ignore_cleanup_errors=True)


def _enforcing(home: str, port: int) -> Emulator:
    from local.emulator.certificate import write_certificate

    certificate, _ = write_certificate(Path(home), HOST)
    return Emulator(f"https://{HOST}:{port}", secret=secrets.token_urlsafe(30), certificate=certificate)


def _enforcement(found: Emulator) -> dict[str, str]:
    """Give what turns the enforcement of permissions on, and what the Lambda functions trust; nothing without TLS."""
    if not found.certificate:
        return {}
    return {
        "AUTH": "true",
        "AWS_SECRET_ACCESS_KEY": found.secret,
        "USE_SSL": "1",
        "MINISTACK_SSL_CERT": str(found.certificate),
        "MINISTACK_SSL_KEY": str(found.certificate.with_name("key.pem")),
        "AWS_CA_BUNDLE": str(found.certificate),
        "SSL_CERT_FILE": str(found.certificate),
    }


def _environment(home: str, port: int, mark: str) -> dict[str, str]:
    """Give all that the emulator and, through it, the Lambda functions may know of this machine."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": home,
        "TMPDIR": home,
        FOLDER: f"{home}/unpacked",
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "PYTHONPATH": str(Path(__file__).resolve().parents[2]),
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
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


def _await_answer(guard: "subprocess.Popen[bytes]", started: Emulator, mark: str, log: IO[bytes]) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not _answers(started, mark):
        if guard.poll() is not None or time.monotonic() > deadline:
            raise _failure(log)
        time.sleep(_POLL_SECONDS)


def _answers(started: Emulator, mark: str) -> bool:
    """Say whether it is the emulator that was given `mark` that answers."""
    try:
        with _http(started.certificate, retries=False, timeout=_ANSWER_SECONDS) as http:
            return mark.encode() in http.request("GET", f"{started.endpoint}/_ministack/health").data
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


def _once(seconds: float) -> Config:
    return Config(connect_timeout=seconds, read_timeout=seconds, retries={"total_max_attempts": 1})


def _http(certificate: Path | None, **options: Any) -> urllib3.PoolManager:
    return urllib3.PoolManager(ca_certs=str(certificate) if certificate else None, **options)


@cache  # a client takes 5 ms from a session in use and 60 from a new one
def _session(region: str, secret: str) -> Any:
    """Give a boto3 session that reads no configuration file and no profile of this machine."""
    bare = botocore.session.Session(
        {"profile": (None, None, None, None), "config_file": (None, None, os.devnull, None)},
    )
    return boto3.Session(ACCESS_KEY, secret, region_name=region, botocore_session=bare)
