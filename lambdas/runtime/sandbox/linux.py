"""Calls of Linux that Python has no function for."""

import ctypes
import errno
import os
import sys
from functools import cache

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS = 1, 4, 38  # linux/prctl.h


def prctl(option: int, *arguments: int) -> None:
    """Change how the kernel treats this process; raises OSError."""
    if sys.platform != "linux":
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))
    given = [ctypes.c_ulong(value) for value in (*arguments, 0, 0, 0, 0)[:4]]
    if _libc().prctl(ctypes.c_int(option), *given):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


@cache  # the server makes it, and each child finds it made
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
