"""Messages between client and server: JSON with its length in front, and file descriptors beside it."""

from __future__ import annotations

import json
import os
import socket
import struct
from contextlib import suppress
from typing import Any

LENGTH = struct.Struct(">I")
MAX_FILES = 2  # input and output of an image

Message = dict[str, Any]


def send(to: socket.socket, message: Message, *files: int) -> None:
    """Send a message, and duplicates of file descriptors."""
    content = json.dumps(message).encode()
    socket.send_fds(to, [LENGTH.pack(len(content)), content], files)


def receive(source: socket.socket) -> tuple[Message, list[int]] | None:
    """Wait for a message and return it with its file descriptors, or None if the other side has ended."""
    with suppress(ConnectionError):
        head, files, _, _ = socket.recv_fds(source, LENGTH.size, MAX_FILES)
        if len(head) == LENGTH.size and (content := _read(source, LENGTH.unpack(head)[0])) is not None:
            return json.loads(content), files
    return None


def _read(source: socket.socket, size: int) -> bytes | None:
    parts = bytearray()
    while len(parts) < size:
        if not (part := source.recv(size - len(parts))):
            return None
        parts += part
    return bytes(parts)


def memory_file() -> int:
    """Return the descriptor of a new file without a name: in memory, or in the folder for temporary files."""
    with suppress(AttributeError, OSError):  # not on Linux, or refused by the environment of the function
        file: int = os.memfd_create("image", os.MFD_CLOEXEC)
        return file
    from tempfile import TemporaryFile

    with TemporaryFile() as unnamed:
        return os.dup(unnamed.fileno())


def write(file: int, *parts: bytes) -> None:
    """Write parts to a file, one after another."""
    for part in parts:
        rest = memoryview(part)
        while rest:
            rest = rest[os.write(file, rest) :]
