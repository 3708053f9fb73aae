"""The filter of system calls, run as the kernel runs it, for each architecture."""

import errno
import struct

import pytest

from lambdas.runtime.sandbox import seccomp
from lambdas.runtime.sandbox.seccomp import ALLOW, ALLOWED, KILL, KILLED, MACHINES, NEWER, REFUSE, UNKNOWN, assemble
from lambdas.runtime.sandbox.syscalls import NUMBERS

MAP_PRIVATE, MAP_ANONYMOUS, READ_WRITE, PROT_EXEC = 0x2, 0x20, 0x3, 0x4
THREAD = 0x3D0F00  # the flags of glibc's pthread_create
NEW_USER = 0x10000000
each_machine = pytest.mark.parametrize("machine", MACHINES)


def decision(machine: str, number: int, *arguments: int, threads: bool = False, architecture: int | None = None) -> int:
    """Return what the filter decides: a machine for classic BPF, as far as the filter uses it."""
    found = MACHINES[machine][1] if architecture is None else architecture
    data = struct.pack("<IIQ6Q", number, found, 0, *(*arguments, 0, 0, 0, 0, 0, 0)[:6])
    program = list(struct.iter_unpack("=HBBI", assemble(machine, threads=threads)))
    accumulator, at = 0, 0
    while True:
        code, true, false, operand = program[at]
        at += 1
        match code:
            case seccomp.LOAD:
                (accumulator,) = struct.unpack_from("<I", data, operand)
            case seccomp.MASK:
                accumulator &= operand
            case seccomp.EQUAL:
                at += true if accumulator == operand else false
            case seccomp.AT_LEAST:
                at += true if accumulator >= operand else false
            case seccomp.END:
                return int(operand)


def decided(machine: str, name: str, *arguments: int, threads: bool = False) -> int:
    """Return what the filter decides about a call by its name."""
    number = NUMBERS[name][MACHINES[machine][0]]
    assert number is not None
    return decision(machine, number, *arguments, threads=threads)


@each_machine
@pytest.mark.parametrize(("names", "action"), [(ALLOWED, ALLOW), (KILLED, KILL), (NEWER, UNKNOWN)])
def test_calls_are_allowed_or_refused_by_name(machine: str, names: tuple[str, ...], action: int) -> None:
    """What is not stated is refused with EPERM; newer calls do not exist, so that glibc uses older ones."""
    column = MACHINES[machine][0]
    assert {decided(machine, name) for name in names if NUMBERS[name][column] is not None} == {action}
    stated = {number[column] for number in NUMBERS.values()}
    assert {decision(machine, number) for number in range(600) if number not in stated} == {REFUSE}
    assert (REFUSE & 0xFFFF, UNKNOWN & 0xFFFF) == (errno.EPERM, errno.ENOSYS)


@each_machine
def test_every_call_without_a_rule_is_in_one_list(machine: str) -> None:
    """Each number of the table is used, and no call is both allowed and refused."""
    ruled = {rule.name for rule in seccomp.rules(threads=False)}
    assert sorted((*ALLOWED, *KILLED, *NEWER, *ruled)) == sorted(NUMBERS)
    column = MACHINES[machine][0]
    numbers = [number[column] for number in NUMBERS.values() if number[column] is not None]
    assert len(set(numbers)) == len(numbers)


@each_machine
def test_memory_is_private_and_never_executable(machine: str) -> None:
    """Memory may be mapped if it is anonymous and private; nothing gets executable, and no file is mapped."""
    private = MAP_PRIVATE | MAP_ANONYMOUS
    assert decided(machine, "mmap", 0, 4096, READ_WRITE, private) == ALLOW
    assert decided(machine, "mmap", 0, 4096, READ_WRITE | PROT_EXEC, private) == REFUSE
    assert decided(machine, "mmap", 0, 4096, READ_WRITE, MAP_PRIVATE, 3) == REFUSE
    assert decided(machine, "mmap", 0, 4096, READ_WRITE, MAP_ANONYMOUS | 0x1) == REFUSE
    assert decided(machine, "mprotect", 0, 4096, READ_WRITE) == ALLOW
    assert decided(machine, "mprotect", 0, 4096, PROT_EXEC) == REFUSE


@each_machine
def test_threads_start_where_a_decoder_needs_them(machine: str) -> None:
    """A thread is allowed to some; a process, or a namespace, to none."""
    assert decided(machine, "clone", THREAD, threads=True) == ALLOW
    assert decided(machine, "clone", THREAD, threads=False) == KILL
    for flags in (17, THREAD | NEW_USER, NEW_USER):
        assert decided(machine, "clone", flags, threads=True) == KILL


@each_machine
def test_limits_can_be_read_only(machine: str) -> None:
    """A pointer to new limits is refused, whatever its 64 bits."""
    assert decided(machine, "prlimit64", 0, 7, 0, 4096) == ALLOW
    other_call = NUMBERS["clone"][MACHINES[machine][0]] or 0
    for pointer in (other_call, *(1 << bit for bit in range(64))):
        assert decided(machine, "prlimit64", 0, 7, pointer, 0) == REFUSE


@each_machine
def test_facts_are_those_of_open_files(machine: str) -> None:
    """A path is not looked up."""
    assert decided(machine, "newfstatat", 3, 0, 0, 0x1000) == ALLOW
    assert decided(machine, "newfstatat", -100 & 0xFFFFFFFF, 0, 0, 0) == REFUSE


@each_machine
def test_other_tables_of_calls_end_the_process(machine: str) -> None:
    """A process cannot enter the kernel as one of another architecture, nor by x32's numbers."""
    assert decision(machine, 0, architecture=0x40000003) == KILL
    assert decision(machine, 0x40000000) == KILL


def test_an_unknown_machine_has_no_filter() -> None:
    """It is reported as a missing layer."""
    with pytest.raises(OSError, match="riscv64"):
        assemble("riscv64", threads=False)
