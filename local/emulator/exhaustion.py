"""What happens when this machine has no more space or files for the emulator: it ends, and says why.

Otherwise functions would fail, and be started again, until the command runs out of time.
"""

import errno
import logging
import os
import resource
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

from operations.errors import OperationError

EXIT_CODE = 71  # os.EX_OSERR, which Windows does not have
NO_SPACE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM)
NO_FILES = (errno.EMFILE, errno.ENFILE)
# That a process may have open. The emulator takes four for a worker and one for a connection; with less than 100, the
# sandbox of a function fails, and with it each image.
FILES = 256


class EmulatorError(OperationError):
    """The emulator did not start, or has ended; the message says why."""


def end_if_exhausted(error: BaseException) -> None:
    """End the emulator, in whose process this is called, if error says that the machine has no more space or files."""
    if isinstance(error, OSError) and error.errno in {*NO_SPACE, *NO_FILES}:
        _end(_sentence(error))


class ExhaustionFilter(logging.Filter):
    """Ends the emulator at the record of a connection that cannot be accepted, which would be repeated for good."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Return True, if it returns."""
        if record.exc_info and record.exc_info[1]:
            end_if_exhausted(record.exc_info[1])
        return True


def require_files() -> None:
    """Raise EmulatorError if a process may not have as many files open as the emulator and its functions take."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most != resource.RLIM_INFINITY and most < FILES:
        raise EmulatorError(
            f"a process may have {most} files open, and {FILES} are needed: allow them with `ulimit -n`"
        )


@contextmanager
def explaining_exhaustion() -> Iterator[None]:
    """Raise EmulatorError instead of an OSError within the block that says that there is no more space or files."""
    try:
        yield
    except OSError as error:
        if error.errno in {*NO_SPACE, *NO_FILES}:
            raise EmulatorError(_sentence(error)) from error
        raise


def _sentence(error: OSError) -> str:
    if error.errno in NO_FILES:
        return f"{error.strerror}: allow more of them with `ulimit -n`"
    return f"{error.strerror}: the emulator writes to {tempfile.gettempdir()}; another folder can be set in TMPDIR"


def _end(reason: str) -> NoReturn:
    os.write(2, f"{reason}\n".encode())
    os._exit(EXIT_CODE)  # the guard ends the workers
