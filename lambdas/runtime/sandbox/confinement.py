"""Confinement: a child process gives up, in layers, what it does not need to decode an image.

Each layer is tried. Limits of resources exist everywhere, and without them no image is touched. The others depend on the
kernel and on the environment of the function: AWS Lambda is reported to refuse prctl, and with it the filter of system
calls. What is missing is returned, so that it can be reported.
"""

from __future__ import annotations

import errno
import os
import re
import resource
import signal
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

from lambdas.runtime.sandbox import seccomp
from lambdas.runtime.sandbox.bounds import MAX_ANSWER, Bounds
from lambdas.runtime.sandbox.linux import PR_SET_NO_NEW_PRIVS, PR_SET_PDEATHSIG, prctl

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

PROCESSES = Path("/proc")
PROCESS_STATUS = Path("/proc/self/status")  # Linux only, as limits of memory are
SIZE = re.compile(rb"^Vm(Size|Data):\s+(\d+) kB$", re.MULTILINE)  # VmData is what RLIMIT_DATA counts
MAX_THREADS = 8  # of a decoder that needs them
LATE = 3  # seconds after its time at which a child ends itself: a function has five more than its child
NOBODY = 65534  # the user and group without rights
# Address space beyond the memory: what threads reserve for their stacks and heaps, and shared files.
RESERVED = 256 * 2**20


@dataclass(frozen=True)
class Parent:
    """The server, as its children need to know it; nothing of it can be read any more when they need it."""

    process: int
    space: int | None  # bytes of its address space; None where the system does not bound it
    data: int | None  # bytes of it that RLIMIT_DATA counts

    @classmethod
    def here(cls) -> Self:
        """Describe this process, and do once what each child would do again."""
        for threads in (False, True):
            with suppress(OSError):
                seccomp.prepare(threads=threads)
        status = PROCESS_STATUS.read_bytes() if PROCESS_STATUS.exists() else b""
        sizes = {name: int(size) * 1024 for name, size in SIZE.findall(status)}
        return cls(os.getpid(), sizes.get(b"Size"), sizes.get(b"Data"))


@dataclass(frozen=True)
class Plan:
    """How a child is to be confined. The server makes it: a child copies each page of Python's objects that it uses."""

    parent: int  # process
    limits: Sequence[tuple[int, int]]  # kinds of resources, and their bounds
    time: int  # seconds on the clock
    threads: bool


def plan(bounds: Bounds, parent: Parent, *, threads: bool) -> Plan:
    """Return the plan for a child that works within bounds; only HEIF needs threads."""
    limits = [(resource.RLIMIT_CORE, 0), (resource.RLIMIT_CPU, bounds.processor_time)]
    if parent.data is not None and parent.space is not None:
        limits.append((resource.RLIMIT_DATA, parent.data + bounds.memory))
        limits.append((resource.RLIMIT_AS, parent.space + bounds.memory + RESERVED))
    limits.append((resource.RLIMIT_FSIZE, MAX_ANSWER))
    # The last one: nothing can be opened any more, no file, socket or queue.
    limits.append((resource.RLIMIT_NOFILE, 0))
    lowered = [(kind, _lower(kind, bound)) for kind, bound in limits]
    return Plan(parent.process, lowered, int(bounds.time) + LATE, threads)


def confine(plan: Plan) -> dict[str, str]:
    """Confine this process for good, and return the layers that are missing, each with the name of its error.

    Raises OSError or ValueError if a limit of resources cannot be set.
    """
    layers: dict[str, Callable[[], None]] = {
        "user": _drop_root,  # first, because limits of a user bind no root
        "parent": lambda: _end_with(plan.parent),
        "privileges": lambda: prctl(PR_SET_NO_NEW_PRIVS, 1),
    }
    missing = tried(layers)
    others = _tasks() if plan.threads else -MAX_THREADS
    for kind, bound in plan.limits:
        resource.setrlimit(kind, (bound, bound))
    signal.alarm(plan.time)  # in case the server has ended, too
    missing |= tried({"seccomp": lambda: seccomp.install(threads=plan.threads)})
    if "seccomp" in missing:
        most = _lower(resource.RLIMIT_NPROC, others + MAX_THREADS)
        resource.setrlimit(resource.RLIMIT_NPROC, (most, most))
    return missing


def tried(layers: dict[str, Callable[[], None]]) -> dict[str, str]:
    """Try each layer, and return those that are missing, each with the name of its error."""
    missing = {}
    for name, layer in layers.items():
        try:
            layer()
        except OSError as error:
            missing[name] = errno.errorcode.get(error.errno or 0, "unknown")
    return missing


def _drop_root() -> None:
    """Become nobody, if this process is root: as on a laptop in a container, never on Lambda."""
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)


def _end_with(parent: int) -> None:
    """End when the parent ends, also if it has ended already."""
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def _tasks() -> int:
    """Return how many processes and threads this user has, as far as the system shows them."""
    return sum(_own_tasks(process) for process in PROCESSES.glob("[0-9]*"))


def _own_tasks(process: Path) -> int:
    with suppress(OSError):  # it may end at any time
        return len(list((process / "task").iterdir())) if process.stat().st_uid == os.getuid() else 0
    return 0


def _lower(kind: int, bound: int) -> int:
    """Return the bound for a resource, or its limit if that is lower already."""
    _, hard = resource.getrlimit(kind)
    return bound if hard == resource.RLIM_INFINITY else min(bound, hard)
