"""The memory of the emulator's process: large data is in files without names, and what was freed goes back to the system."""

import ctypes
import sys
import threading
from collections.abc import Callable
from mmap import ACCESS_READ, MADV_DONTNEED, mmap
from tempfile import TemporaryFile
from weakref import WeakSet

from local.emulator.exhaustion import end_if_exhausted

MMAP_THRESHOLD = -3  # of mallopt, on glibc
LARGE = 2**20  # bytes

_lock = threading.Lock()
_files = WeakSet[mmap]()  # those that somebody refers to


def mapped(data: bytes | None) -> bytes | mmap | None:
    """Return data in a file, the same one for the same data; what is empty as it is."""
    if not data:
        return data
    with _lock:
        found = next((file for file in _files if len(file) == len(data) and in_memory(file) == data), None)
        if found is None:
            _files.add(found := _written(data))
    return found


def in_memory(data: bytes | mmap) -> bytes:
    """Return data as bytes; memory holds nothing more of its file."""
    if not isinstance(data, mmap):
        return data
    try:
        return bytes(data)
    finally:
        data.madvise(MADV_DONTNEED)


def return_large_blocks() -> None:
    """Let the system have each large block of memory as soon as it is freed; glibc stops that after the first ones."""
    if mallopt := _of_glibc("mallopt"):
        mallopt(MMAP_THRESHOLD, LARGE)


def give_back_memory() -> None:
    """Let the system have all memory that was freed; glibc keeps what lies between used parts of its heap."""
    if trim := _of_glibc("malloc_trim"):
        trim(0)


def _of_glibc(name: str) -> Callable[..., int] | None:
    """Return a function of glibc; None where there is another library."""
    found: Callable[..., int] | None = getattr(ctypes.CDLL(None), name, None) if sys.platform == "linux" else None
    return found


def _written(data: bytes) -> mmap:
    try:
        with TemporaryFile() as file:
            file.write(data)
            file.flush()
            return mmap(file.fileno(), 0, access=ACCESS_READ)
    except OSError as error:
        end_if_exhausted(error)
        raise
