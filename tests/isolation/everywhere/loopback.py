"""Refuses every connection of a Python process but those to this machine, and notes who tried.

It uses only the standard library: sitecustomize.py beside it installs it also in the processes that tests start.
"""

import os
import socket
from collections.abc import Callable
from functools import wraps
from typing import Any

NOTES = "REFUSED_CONNECTIONS"  # the variable that names the file to note them in
TEST = "PYTEST_CURRENT_TEST"  # pytest sets it, and processes inherit it
HERE = {"", "localhost", "ip6-localhost", "::", "::1", "0.0.0.0", "<broadcast>", "255.255.255.255"}  # noqa: S104 - all are this machine
METHODS = {"connect": 0, "connect_ex": 0, "sendto": -1, "sendmsg": 3}  # of a socket: which argument is the address
LOOKUPS = ("getaddrinfo", "gethostbyname", "gethostbyname_ex", "gethostbyaddr")


class ConnectionForbiddenError(RuntimeError):
    """A test connected to another machine. It is no OSError, so that no client retries."""


def install() -> None:
    """Guard all sockets of this process, and its name look-ups, from now on."""
    for name, position in METHODS.items():
        setattr(socket.socket, name, _guarded(getattr(socket.socket, name), position))
    for name in LOOKUPS:
        setattr(socket, name, _guarded_lookup(getattr(socket, name)))


def _guarded(method: Callable[..., Any], position: int) -> Callable[..., Any]:
    @wraps(method)
    def guarded(sock: socket.socket, *arguments: Any) -> Any:
        internet = sock.family in (socket.AF_INET, socket.AF_INET6)
        address = arguments[position] if internet and len(arguments) > position else None
        if isinstance(address, tuple):
            _check(*address[:2])
        return method(sock, *arguments)

    return guarded


def _guarded_lookup(lookup: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(lookup)
    def guarded(host: Any, *arguments: Any, **named: Any) -> Any:
        _check(host, *arguments[:1])
        return lookup(host, *arguments, **named)

    return guarded


def _check(host: Any, port: Any = None) -> None:
    """Raise ConnectionForbiddenError, and note it, unless host is this machine."""
    name = os.fsdecode(host or "").lower()
    if name in HERE or name.startswith(("127.", "::ffff:127.")):
        return
    where = name if port is None else f"{name}:{port}"
    _note(f"{os.environ.get(TEST, 'what runs outside of tests')} reaches out to {where}")
    raise ConnectionForbiddenError(f"tests connect to this machine only, and not to {where}")


def _note(sentence: str) -> None:
    if file := os.environ.get(NOTES):
        with open(file, "a", encoding="utf-8") as notes:  # noqa: PTH123 - pathlib would slow the start of each process
            notes.write(f"{sentence}\n")
