"""A module of operations as if decoders had been taken over: each image names the attack that runs, in the child.

An attack raises the error with which it is refused, or ends its process. If it succeeds, the image passes as a sound one.
"""

from __future__ import annotations

import ctypes
import errno
import mmap
import os
import platform
import resource
import signal
import socket
import struct
import subprocess
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from lambdas.runtime.sandbox.child import INPUT, OUTPUT, REPORT
from lambdas.runtime.sandbox.confinement import MAX_THREADS
from lambdas.runtime.sandbox.syscalls import NUMBERS
from tests.lambdas.runtime.sandbox.sound import SOUND

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

SECRET = "AWS_SECRET_ACCESS_KEY"  # the variable of the handler's process, which no child may read
HEIC = "\0\0\0\x18ftypheic"  # the start of an image whose decoder may start threads
GIGABYTE = 2**30
COLUMN = {"x86_64": 0, "aarch64": 1}


def load(*_: str) -> list[str]:
    """Import nothing."""
    return []


def run(name: str, data: bytes, arguments: Mapping[str, object]) -> tuple[Mapping[str, Any], Sequence[bytes]]:
    """Run the attack that data names, on the process and the folder that it names, too; then return a sound answer."""
    del arguments
    attack, handler, folder = data.decode().removeprefix(HEIC).split("|")
    ATTACKS[attack](int(handler), Path(folder))
    return SOUND[name]


def _fail() -> NoReturn:
    raise PermissionError(errno.EPERM, "found nothing")


def _read_environment(*_: object) -> None:
    if not any(name.startswith("AWS_") for name in os.environ):
        _fail()


def _call(name: str, *arguments: int) -> int:
    """Make a system call past the C library; raises OSError."""
    number = NUMBERS.get(name, OTHERS.get(name))
    assert number
    result = ctypes.CDLL(None, use_errno=True).syscall(
        number[COLUMN[platform.machine()]], *map(ctypes.c_long, arguments)
    )
    if result < 0:
        raise OSError(ctypes.get_errno(), name)
    return int(result)


OTHERS = {
    "shmget": (29, 194),
    "memfd_create": (319, 279),
    "prctl": (157, 167),
    "openat": (257, 56),
    "msgget": (68, 186),
    "dup": (32, 23),
    "mq_open": (240, 180),
}
NAME = ctypes.create_string_buffer(b"/")
ROOT = ctypes.addressof(NAME)
QUEUE_NAME = ctypes.create_string_buffer(b"loot")
QUEUE = ctypes.addressof(QUEUE_NAME)


def _read_memory(process: int) -> None:
    """Read a byte at any address; if that is allowed, the error is another one."""
    kept = ctypes.create_string_buffer(1)
    here = ctypes.create_string_buffer(struct.pack("=QQ", ctypes.addressof(kept), 1))
    there = ctypes.create_string_buffer(struct.pack("=QQ", 4096, 1))
    _call("process_vm_readv", process, ctypes.addressof(here), 1, ctypes.addressof(there), 1, 0)


def _answer(content: bytes) -> NoReturn:
    """Write an answer of its own, and end as if all were well."""
    os.write(OUTPUT, content)
    os._exit(0)


def _json(text: str) -> bytes:
    return len(text).to_bytes(4, "big") + text.encode()


def _fill(file: int) -> None:
    while True:
        os.write(file, bytes(2**20))


def _spin(*_: object) -> None:
    while True:
        pass


def _hang(*_: object) -> NoReturn:
    while True:
        time.sleep(1)


def _close_and_hang(*_: object) -> NoReturn:
    os.close(REPORT)
    _hang()


def _start_thread(*_: object) -> None:
    thread = threading.Thread(target=time.sleep, args=(0,))
    try:
        thread.start()
    except RuntimeError:
        _fail()
    thread.join()


def _start_many_threads(*_: object) -> None:
    end = threading.Event()
    try:
        for _number in range(4 * MAX_THREADS):
            threading.Thread(target=end.wait, daemon=True).start()
    except RuntimeError:
        _fail()


def _raise_limit(*_: object) -> None:
    limit = ctypes.create_string_buffer(struct.pack("=QQ", 64, 64))
    _call("prlimit64", 0, resource.RLIMIT_NOFILE, ctypes.addressof(limit), 0)


def _connect(host: str) -> None:
    address = struct.pack("=HH4s8x", socket.AF_INET, 80 << 8, socket.inet_aton(host))
    kept = ctypes.create_string_buffer(address)
    _call("connect", INPUT, ctypes.addressof(kept), len(address))


def _run_code(*_: object) -> None:
    mmap.mmap(-1, mmap.PAGESIZE, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, mmap.PROT_READ | mmap.PROT_EXEC)


PAGE = (
    _json(
        '{"facts": {"renditions": [{"within": [20, 20], "width": 20, "height": 20, "formats": ["JPEG"]}]}, "sizes": [25]}'
    )
    + b"<script>alert(1)</script>"
)

# What a stranger's code would do: by name, with the id of the handler's process and a folder that exists.
ATTACKS: dict[str, Callable[[int, Path], object]] = {
    "nothing": lambda *_: None,
    "reads its environment": _read_environment,
    "reads its first environment": lambda *_: Path("/proc/self/environ").read_bytes(),
    "reads the handler's environment": lambda handler, _: Path(f"/proc/{handler}/environ").read_bytes(),
    "reads the server's environment": lambda *_: Path(f"/proc/{os.getppid()}/environ").read_bytes(),
    "opens the handler's memory": lambda handler, _: os.open(f"/proc/{handler}/mem", os.O_RDONLY),
    "opens its parent's memory": lambda *_: os.open(f"/proc/{os.getppid()}/mem", os.O_RDWR),
    "reads the handler's memory": lambda handler, _: _read_memory(handler),
    "traces the handler": lambda handler, _: _call("ptrace", 16, handler, 0, 0),
    "opens a file": lambda _, folder: (folder / "kept").read_bytes(),
    "opens a file past Python": lambda *_: _call("openat", -100, ROOT, 0),
    "lists a folder": lambda _, folder: list(folder.iterdir()),
    "writes a file": lambda _, folder: (folder / "new").write_bytes(b"loot"),
    "makes a folder": lambda _, folder: (folder / "new").mkdir(),
    "makes a link": lambda _, folder: (folder / "new").symlink_to("loot"),
    "deletes a file": lambda _, folder: (folder / "kept").unlink(),
    "moves a file": lambda _, folder: (folder / "kept").rename(folder / "new"),
    "empties a file": lambda _, folder: os.truncate(folder / "kept", 0),
    "changes a file": lambda _, folder: (folder / "kept").chmod(0o777),
    "makes a socket": lambda *_: socket.socket(),
    "connects to this machine": lambda *_: _connect("127.0.0.1"),
    "connects to the metadata service": lambda *_: _connect("169.254.169.254"),
    "makes a pair of sockets": lambda *_: socket.socketpair(),
    "makes a pipe": lambda *_: os.pipe(),
    "copies a descriptor": lambda *_: _call("dup", OUTPUT),
    "makes a file in memory": lambda *_: _call("memfd_create", ROOT, 0),
    "makes shared memory": lambda *_: mmap.mmap(-1, mmap.PAGESIZE),
    "makes a segment": lambda *_: _call("shmget", 0, 4096, 0o1600),
    "makes a queue": lambda *_: _call("msgget", 0, 0o1600),
    "opens a queue": lambda *_: _call("mq_open", QUEUE, os.O_RDWR | os.O_CREAT, 0o600, 0),
    "makes memory for code": _run_code,
    "forks": lambda *_: os.fork(),
    "forks past Python": lambda *_: _call("clone", signal.SIGCHLD, 0, 0, 0, 0),
    "starts a thread": _start_thread,
    "starts many threads": _start_many_threads,
    "starts a program": lambda *_: subprocess.run(["/bin/true"], check=True),
    "becomes a program": lambda *_: _call("execve", 0, 0, 0),
    "signals the handler": lambda handler, _: os.kill(handler, 0),  # would do no harm
    "kills its server": lambda *_: os.kill(os.getppid(), signal.SIGKILL),
    "signals all": lambda *_: os.kill(-1, 0),
    "asks for the handler": lambda handler, _: _call("pidfd_open", handler, 0),
    "raises its limit": _raise_limit,
    "may be dumped": lambda *_: _call("prctl", 4, 1),
    "takes too much memory": lambda *_: bytearray(GIGABYTE),
    "fills its answer": lambda *_: _fill(OUTPUT),
    "fills its input": lambda *_: _fill(INPUT),
    "fills its report": lambda *_: _fill(REPORT),
    "closes its report and hangs": _close_and_hang,
    "spins": _spin,
    "hangs": _hang,
    "crashes": lambda *_: ctypes.string_at(0),
    "aborts": lambda *_: os.abort(),
    "ends at once": lambda *_: os._exit(0),
    "answers nothing": lambda *_: _answer(b""),
    "answers a byte": lambda *_: _answer(b"x"),
    "answers noise": lambda *_: _answer(os.urandom(4096)),
    "answers with a false length": lambda *_: _answer(b"\xff\xff\xff\xff{}"),
    "answers half": lambda *_: _answer(_json('{"facts": {}, "sizes": [')),
    "answers deeply": lambda *_: _answer(_json("[" * 200_000)),
    "answers a number": lambda *_: _answer(_json("1" * 100_000)),
    "answers NaN": lambda *_: _answer(_json('{"facts": {"width": NaN}, "sizes": []}')),
    "answers another form": lambda *_: _answer(_json('{"facts": [], "sizes": {}}')),
    "answers without facts": lambda *_: _answer(_json('{"facts": {}, "sizes": []}')),
    "answers sizes that are none": lambda *_: _answer(_json('{"facts": {}, "sizes": [-1, true, 1e9]}')),
    "answers sizes beyond its end": lambda *_: _answer(_json('{"facts": {}, "sizes": [99999999]}')),
    "refuses without a reason": lambda *_: _answer(_json('{"refused": ["BECAUSE", "of this"]}')),
    "answers a page": lambda *_: _answer(PAGE),
}
