"""The numbers of the filter are those of the kernel's headers, also for the machine that these tests do not run on."""

import re
from pathlib import Path

import pytest

from lambdas.runtime.sandbox.seccomp import MACHINES
from lambdas.runtime.sandbox.syscalls import NUMBERS

HEADERS = Path("/usr/include")
CALLS = {"x86_64": HEADERS / "x86_64-linux-gnu/asm/unistd_64.h", "aarch64": HEADERS / "asm-generic/unistd.h"}
ARCHITECTURES = HEADERS / "linux/elf-em.h"
SIXTY_FOUR_BITS, LITTLE_ENDIAN = 0x80000000, 0x40000000  # linux/audit.h


def defined(header: Path, prefix: str) -> dict[str, int]:
    """Return what a header defines, by its name without a prefix; skips the test where the header is not installed."""
    if not header.exists():
        pytest.skip(f"{header} is not installed")
    found = re.findall(rf"^#define\s+{prefix}(\w+)\s+(\d+)\b", header.read_text(encoding="utf-8"), re.MULTILINE)
    return {name: int(number) for name, number in found}


@pytest.mark.parametrize("machine", MACHINES)
def test_calls_have_the_numbers_of_the_kernel(machine: str) -> None:
    """With another number, the filter would allow another call than it names."""
    kernel = defined(CALLS[machine], "__NR(?:3264)?_")
    kernel.setdefault("newfstatat", kernel.get("fstatat", -1))  # the name of its variant for 64 bits
    column = MACHINES[machine][0]
    found = {name: numbers[column] for name, numbers in NUMBERS.items() if name in kernel}
    assert found == {name: kernel[name] for name in found}
    assert "write" in found


def test_architectures_have_the_numbers_of_the_kernel() -> None:
    """With another number, the filter would end every process, or let one enter the kernel as of another architecture."""
    kernel = defined(ARCHITECTURES, "EM_")
    found = {machine: kernel[machine.upper()] | SIXTY_FOUR_BITS | LITTLE_ENDIAN for machine in MACHINES}
    assert found == {machine: architecture for machine, (_, architecture) in MACHINES.items()}
