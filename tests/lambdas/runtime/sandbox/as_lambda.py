"""A server under the conditions that are reported from AWS Lambda: not root, and prctl, seccomp and ptrace are refused.

The reports are named in docs/decisions.md. What is emulated is what a function meets, not how Lambda does it.
"""

import ctypes
import errno
import importlib
import os
import platform
import struct
import sys
from collections.abc import Callable

from lambdas.runtime.sandbox import seccomp, server
from lambdas.runtime.sandbox.confinement import NOBODY
from lambdas.runtime.sandbox.linux import PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS, prctl

START = "import sys; sys.path[:] = sys.argv[2:]; from tests.lambdas.runtime.sandbox import as_lambda; as_lambda.main()"
START_READABLE = START.replace("main()", "main_readable()")
REFUSED = {"prctl": (157, 167), "seccomp": (317, 277), "fallocate": (285, 47), "ptrace": (101, 117)}


def main() -> None:
    """Become what a function is, and serve."""
    _serve(refuse)


def main_readable() -> None:
    """Become a process whose memory others of the same user may read, as every process of a user begins, and serve."""
    _serve(lambda: prctl(PR_SET_DUMPABLE, 1))  # a change of the user has taken it away


def _serve(prepare: Callable[[], None]) -> None:
    module, *formats = sys.argv[1].split(",")
    operations = importlib.import_module(module)
    operations.load(*formats)  # while the files of this interpreter can be read
    importlib.import_module("encodings.idna")
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    prepare()
    server.main(module, *formats)


def refuse() -> None:
    """Let the kernel refuse these calls to this process and to all that it starts."""
    column, _ = seccomp.MACHINES[platform.machine()]
    parts = [(seccomp.LOAD, 0, 0, seccomp.NUMBER)]
    for number in (numbers[column] for numbers in REFUSED.values()):
        parts += [(seccomp.EQUAL, 0, 1, number), (seccomp.END, 0, 0, seccomp.ERROR | errno.EPERM)]
    code = b"".join(struct.pack("=HBBI", *part) for part in [*parts, (seccomp.END, 0, 0, seccomp.ALLOW)])
    kept = ctypes.create_string_buffer(code, len(code))
    program = ctypes.create_string_buffer(struct.pack("=HxxxxxxQ", len(code) // 8, ctypes.addressof(kept)))
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    prctl(seccomp.PR_SET_SECCOMP, seccomp.SECCOMP_MODE_FILTER, ctypes.addressof(program))
