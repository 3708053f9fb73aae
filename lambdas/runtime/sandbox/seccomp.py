"""The filter of system calls: a list of those that a decoder needs; the kernel refuses all others (seccomp, BPF)."""

from __future__ import annotations

import ctypes
import errno
import os
import struct
from dataclasses import dataclass
from functools import cache
from typing import ClassVar, NamedTuple

from lambdas.runtime.sandbox.linux import prctl
from lambdas.runtime.sandbox.syscalls import NUMBERS

PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 22, 2  # linux/prctl.h, linux/seccomp.h

# Instructions of classic BPF (linux/bpf_common.h): load a word, compare it, mask it, end with a value.
LOAD, EQUAL, AT_LEAST, MASK, END = 0x20, 0x15, 0x35, 0x54, 0x06
# Offsets in struct seccomp_data: the number, the architecture, the low half of the first argument; both are little-endian.
NUMBER, ARCHITECTURE, ARGUMENT = 0, 4, 16
X32 = 0x40000000  # numbers from here on are another table of x86_64

ALLOW, KILL, ERROR = 0x7FFF0000, 0x80000000, 0x00050000  # SECCOMP_RET_*; the low half of ERROR is the errno
REFUSE, UNKNOWN = ERROR | errno.EPERM, ERROR | errno.ENOSYS

# The machine's column in NUMBERS, and its AUDIT_ARCH of linux/audit.h.
MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}

ALLOWED = (
    *("read", "write", "pread64", "pwrite64", "lseek", "close", "fstat"),  # of the files that are open
    *("brk", "munmap", "mremap", "madvise"),
    *(
        "futex",
        "get_robust_list",
        "set_robust_list",
        "membarrier",
        "rseq",
        "sched_yield",
        "sched_getaffinity",
        "getcpu",
    ),
    *("clock_gettime", "clock_getres", "clock_nanosleep", "nanosleep", "gettimeofday", "time", "restart_syscall"),
    *("rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sigaltstack"),
    *("getpid", "gettid", "getrandom", "getrusage", "sysinfo", "uname", "exit", "exit_group"),
)
# No decoder calls these, so that a call is an attack, and the process ends with SIGSYS. Others are refused with an error.
KILLED = (
    *("execve", "execveat", "fork", "vfork", "unshare", "setns"),
    *("socket", "socketpair", "connect", "sendto", "sendmsg", "sendmmsg"),
    *("kill", "pidfd_open", "pidfd_send_signal", "pidfd_getfd", "ptrace", "process_vm_readv", "process_vm_writev"),
    *("bpf", "io_uring_setup", "perf_event_open", "userfaultfd"),
)
NEWER = ("clone3", "openat2", "faccessat2")  # glibc uses an older call where the kernel does not know them

PROT_EXEC, MAP_SHARED, MAP_ANONYMOUS = 0x4, 0x1, 0x20
CLONE_THREAD, CLONE_NAMESPACES = 0x00010000, 0x7E020000
AT_EMPTY_PATH = 0x1000
WHOLE = 2**32 - 1


@dataclass(frozen=True)
class Condition:
    """A condition for one argument: half of its 64 bits, masked, has a value."""

    argument: int
    mask: int
    value: int
    upper: bool = False  # half


@dataclass(frozen=True)
class Rule:
    """A system call that is allowed if all conditions hold, and otherwise ends as stated."""

    name: str
    conditions: tuple[Condition, ...]
    otherwise: int = REFUSE


def rules(*, threads: bool) -> list[Rule]:
    """Return the rules for calls that depend on their arguments."""
    thread = (Condition(0, CLONE_THREAD | CLONE_NAMESPACES, CLONE_THREAD),) if threads else (Condition(0, 0, 1),)
    return [
        # Memory of its own, which is never executable.
        Rule("mmap", (Condition(2, PROT_EXEC, 0), Condition(3, MAP_SHARED | MAP_ANONYMOUS, MAP_ANONYMOUS))),
        Rule("mprotect", (Condition(2, PROT_EXEC, 0),)),
        Rule(
            "newfstatat", (Condition(3, AT_EMPTY_PATH, AT_EMPTY_PATH),)
        ),  # how glibc asks for the facts of an open file
        Rule("prlimit64", (Condition(2, WHOLE, 0), Condition(2, WHOLE, 0, upper=True))),  # reads a limit
        Rule("clone", thread, KILL),
    ]


def install(*, threads: bool) -> None:
    """Filter the system calls of this process from now on; raises OSError if the kernel refuses or cannot do that."""
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, prepare(threads=threads).address)


@cache
def prepare(*, threads: bool) -> _Filter:
    """Return the filter, which is made once a process and its children; raises OSError for an unknown machine."""
    program = assemble(os.uname().machine, threads=threads)
    code = ctypes.create_string_buffer(program, len(program))
    head = _Program(len(program) // INSTRUCTION.size, ctypes.addressof(code))
    return _Filter(ctypes.addressof(head), (head, code))


class _Filter(NamedTuple):
    """The address of a struct sock_fprog, and the memory that it needs."""

    address: int
    memory: tuple[object, ...]


class _Program(ctypes.Structure):
    """A struct sock_fprog."""

    _fields_: ClassVar = [("length", ctypes.c_ushort), ("code", ctypes.c_void_p)]


INSTRUCTION = struct.Struct("=HBBI")  # a struct sock_filter: code, jump if true, jump if false, operand


def assemble(machine: str, *, threads: bool) -> bytes:
    """Return the filter for a machine; raises OSError for an unknown one."""
    if machine not in MACHINES:
        raise OSError(errno.ENOSYS, f"no filter for {machine}")
    column, architecture = MACHINES[machine]
    program = [_op(LOAD, ARCHITECTURE), _op(EQUAL, architecture, 1, 0), _op(END, KILL), _op(LOAD, NUMBER)]
    program += [_op(AT_LEAST, X32, 0, 1), _op(END, KILL)]
    for names, action in ((ALLOWED, ALLOW), (KILLED, KILL), (NEWER, UNKNOWN)):
        program += [part for name in names for part in _ending(NUMBERS[name][column], action)]
    for rule in rules(threads=threads):
        program += _conditional(NUMBERS[rule.name][column], rule)
    return b"".join([*program, _op(END, REFUSE)])


def _ending(number: int | None, action: int) -> list[bytes]:
    return [] if number is None else [_op(EQUAL, number, 0, 1), _op(END, action)]


def _conditional(number: int | None, rule: Rule) -> list[bytes]:
    if number is None:
        return []
    length = 3 * len(rule.conditions) + 2
    body = [_op(EQUAL, number, 0, length)]
    for at, one in enumerate(rule.conditions):
        rest = 3 * (len(rule.conditions) - at - 1) + 1
        body += [
            _op(LOAD, ARGUMENT + 8 * one.argument + 4 * one.upper),
            _op(MASK, one.mask),
            _op(EQUAL, one.value, 0, rest),
        ]
    return [*body, _op(END, ALLOW), _op(END, rule.otherwise)]


def _op(code: int, operand: int, true: int = 0, false: int = 0) -> bytes:
    return INSTRUCTION.pack(code, true, false, operand)
