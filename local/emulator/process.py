"""Runs an AWS emulator for this process only, and removes everything that belongs to it.

The SDK is imported where it is used: it takes a quarter of a second, in which the emulator starts.
"""

import os
import secrets
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from local.emulator.exhaustion import EmulatorError, explaining_exhaustion, require_files
from local.emulator.guarded import Guarded
from local.emulator.zips import FOLDER

if TYPE_CHECKING:
    import urllib3

HOST = "127.0.0.1"
REGION = "us-east-1"
ACCESS_KEY, SECRET = (
    "test",
    "test",
)  # of the account's root; the secret is verified only if permissions are enforced

_ATTEMPTS = 3  # another program may take a free port before it is used
_START_SECONDS = 120.0  # it takes one on an idle machine; a server that exits is noticed at once
_RESPONSE_SECONDS = 10.0
_HTTP_SECONDS = 300.0  # to connect, and between two parts of a response; cold starts take long on a busy machine
_POLL_SECONDS = 0.02
_CONNECTIONS = 50  # of a client, whose threads wait for a connection beyond that
_NOTICE_SECONDS = 1.0  # from an error of a connection until the end of the emulator is noticed


_making_client = threading.Lock()  # sessions make one client at a time


class NotStartedError(EmulatorError):
    """The emulator exited, or did not respond in time."""


class EndedError(EmulatorError):
    """The emulator has ended while it was in use."""


class PortTakenError(NotStartedError):
    """Another program uses the port."""


@dataclass(frozen=True)
class Emulator:
    """How to reach the emulated account."""

    endpoint: str
    region: str = REGION
    secret: str = field(default=SECRET, repr=False)  # of ACCESS_KEY
    certificate: Path | None = None  # that its TLS is verified with; None for plain HTTP
    folder: Path | None = None  # for files that are removed with it
    guard: Guarded | None = field(default=None, repr=False, compare=False)

    def client(self, service: str) -> Any:
        """Return a boto3 client of the account's root, which ignores profiles and proxies of this machine."""
        with _making_client:
            return _client(self, service)

    def await_end(self) -> NoReturn:
        """Wait until the emulator ends by itself, and raise EndedError."""
        assert self.guard  # noqa: S101 - of every emulator that was started
        self.guard.ended.wait()
        raise _ended(self.guard)

    def http(self, connections: int = 1) -> "urllib3.PoolManager":
        """Return an HTTP client without credentials that trusts the emulator's certificate only."""
        return _http(self.certificate, maxsize=connections, timeout=_HTTP_SECONDS)


Meanwhile = Callable[[Emulator], object]


@contextmanager
def emulator(*, enforce: bool = False, meanwhile: Meanwhile = lambda _: None) -> Iterator[Emulator]:
    """Run an emulator that only this machine can reach; it is removed after the block, or when this process dies.

    meanwhile is called while it starts, with the emulator, which responds to no request yet.

    With enforce each call needs credentials and permissions, as on AWS, and the emulator uses TLS, because the template's
    policies deny plain HTTP. Raises EmulatorError.
    """
    require_files()
    with ExitStack() as stack:
        yield _start(stack, meanwhile, enforce=enforce)


def _start(stack: ExitStack, meanwhile: Meanwhile, *, enforce: bool) -> Emulator:
    for _ in range(_ATTEMPTS - 1):
        with suppress(PortTakenError):
            return stack.enter_context(_running(_free_port(), meanwhile, enforce=enforce))
    return stack.enter_context(_running(_free_port(), meanwhile, enforce=enforce))


@contextmanager
def _running(port: int, meanwhile: Meanwhile, *, enforce: bool) -> Iterator[Emulator]:
    """Run an emulator on a port; raises NotStartedError."""
    mark = secrets.token_hex()
    with explaining_exhaustion():
        made = _home()
    with made as home:
        with explaining_exhaustion():
            found = _enforcing(home, port) if enforce else Emulator(f"http://{HOST}:{port}")
            guard = Guarded(home, _environment(home, port, mark) | _enforcement(found))
        found = replace(found, folder=Path(home), guard=guard)
        try:
            meanwhile(found)
            _await_response(guard, found, mark)
            with _explaining(guard):
                yield found
        finally:
            guard.close()


@contextmanager
def _explaining(guard: Guarded) -> Iterator[None]:
    """Raise EndedError instead of an error within the block that comes from the end of the emulator."""
    try:
        yield
    except Exception as error:
        if _is_of_a_connection(error) and guard.ended.wait(_NOTICE_SECONDS):
            raise _ended(guard) from error
        raise


def _is_of_a_connection(error: Exception) -> bool:
    from botocore.exceptions import BotoCoreError, ClientError
    from urllib3.exceptions import HTTPError

    return isinstance(error, BotoCoreError | ClientError | HTTPError | OSError)


def _ended(guard: Guarded) -> EndedError:
    return EndedError(f"the emulator has ended: {guard.last_line()}")


def _home() -> "tempfile.TemporaryDirectory[str]":
    # The guard removes it too, in case this process is killed.
    return tempfile.TemporaryDirectory(prefix="emulator-", ignore_cleanup_errors=True)


def _enforcing(home: str, port: int) -> Emulator:
    from local.emulator.certificate import write_certificate

    certificate, _ = write_certificate(Path(home), HOST)
    return Emulator(f"https://{HOST}:{port}", secret=secrets.token_urlsafe(30), certificate=certificate)


def _enforcement(found: Emulator) -> dict[str, str]:
    """Return variables that enforce permissions, and that let functions trust the certificate; nothing without TLS."""
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
    """Return the environment of the emulator, which its Lambda functions inherit: nothing else of this machine."""
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
        # Cognito stores its signing keys here; by default in /tmp, where later emulators would find them.
        "STATE_DIR": f"{home}/state",
        # With a real daemon ministack would remove containers of other emulators.
        "DOCKER_HOST": f"unix://{home}/no-docker",
        # Returned by the health check: distinguishes this emulator from another one on the same port.
        "MINISTACK_EDITION": mark,
    }


def _await_response(guard: Guarded, started: Emulator, mark: str) -> None:
    deadline = time.monotonic() + _START_SECONDS
    with _http(started.certificate, retries=False, timeout=_RESPONSE_SECONDS) as http:
        while not _responds(http, started, mark):
            if guard.ended.wait(_POLL_SECONDS) or time.monotonic() > deadline:
                raise _failure(guard)


def _responds(http: "urllib3.PoolManager", started: Emulator, mark: str) -> bool:
    """Return whether the emulator that was started with `mark` responds."""
    from urllib3.exceptions import HTTPError

    try:
        return mark.encode() in http.request("GET", f"{started.endpoint}/_ministack/health").data
    except HTTPError:
        return False


def _failure(guard: Guarded) -> NotStartedError:
    error = PortTakenError if "already in use" in guard.output() else NotStartedError
    return error(f"the emulator did not start: {guard.last_line()}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _http(certificate: Path | None, **options: Any) -> "urllib3.PoolManager":
    import urllib3

    return urllib3.PoolManager(ca_certs=str(certificate) if certificate else None, **options)


@cache  # a client takes 5 ms from a used session; threads may share it
def _client(of: Emulator, service: str) -> Any:
    from botocore.config import Config

    config = Config(proxies={}, max_pool_connections=_CONNECTIONS)
    verify = str(of.certificate) if of.certificate else None
    session = _session(of.region, of.secret)
    return session.client(service, endpoint_url=of.endpoint, verify=verify, config=config)


@cache  # a client takes 60 ms from a new session
def _session(region: str, secret: str) -> Any:
    """Return a boto3 session that reads no configuration file and no profile of this machine."""
    import boto3
    import botocore.session

    bare = botocore.session.Session(
        {"profile": (None, None, None, None), "config_file": (None, None, os.devnull, None)},
    )
    return boto3.Session(ACCESS_KEY, secret, region_name=region, botocore_session=bare)
