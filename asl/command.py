"""How a command exits when the pipe is closed, the disk is full, or the user presses Ctrl-C, and how it names a file's error."""

import errno
import io
import os
import select
import sys
from argparse import ArgumentParser
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from signal import SIGINT, SIGTERM
from threading import Timer
from traceback import format_exception
from types import TracebackType
from typing import NoReturn

from asl.printable import printable, printable_lines

INTERRUPTED = 130  # exit codes of shells: 128 and the number of the signal
READER_GONE = 141
LOST = {KeyboardInterrupt: SIGINT, SystemExit: SIGTERM}  # what the handlers of commands raise, and the signal
AGAIN_SECONDS = 0.05
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}  # the disk, a quota, or the limit of a file


class Parser(ArgumentParser):
    """The parser of a command line, whose errors show what was typed as printable text."""

    def exit(self, status: int = 0, message: str | None = None) -> NoReturn:
        """End the command with a message on standard error."""
        super().exit(status, f"{printable(message.removesuffix(chr(10)))}\n" if message else None)


def run_command(name: str, command: Callable[[], int | None]) -> int:
    """Run command and return its exit code, 0 for None; it ends without a message when the pipe that it writes to is closed."""
    _replace_output()
    try:
        code = command() or 0
        sys.stdout.flush()  # here, where a closed pipe is handled, and not when the interpreter ends
    except BrokenPipeError:
        if not _is_reader_gone():
            raise
        _discard_output()
        return READER_GONE
    except OSError as error:
        if error.errno not in FULL:
            raise
        _discard_output()
        print(f"{name}: {error.strerror}: the output is incomplete", file=sys.stderr)
        return 1
    except UnicodeEncodeError as error:
        if error.encoding == "utf-8":
            raise
        _discard_output()
        wanted = f"the output's encoding {error.encoding} lacks a character: set PYTHONIOENCODING=utf-8"
        print(f"{name}: {wanted}", file=sys.stderr)
        return 1
    except KeyboardInterrupt as interruption:
        print(f"{name}: {printable(str(interruption)) or 'interrupted'}", file=sys.stderr)
        return INTERRUPTED
    return code


def run_module(name: str, module: str) -> int:
    """Run the function `main` of module as run_command does; Ctrl-C ends the command also while module is imported.

    An error that no command expects ends it with a traceback, as in Python, but the error's text is made printable.
    """
    sys.excepthook = _print_traceback
    sys.unraisablehook = _interrupt_again
    return run_command(name, lambda: import_module(module).main())


def leave(code: int) -> NoReturn:
    """End the process with code, at once: to free the objects of large packages one by one takes tenths of a second.

    It is for a command that has closed what it opened. Handlers of the exit of the interpreter are not run.
    """
    sys.stderr.flush()
    os._exit(code)


def _print_traceback(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    print(printable_lines("".join(format_exception(kind, error, trace))), end="", file=sys.stderr)


def _interrupt_again(lost: "sys.UnraisableHookArgs") -> None:
    """Send the signal again whose exception was raised in a finalizer: Python ignores exceptions there, and the command goes on."""
    signals = (number for kind, number in LOST.items() if issubclass(lost.exc_type, kind))
    if number := next(signals, None):
        # Not at once: what is raised in this function is lost, too.
        Timer(AGAIN_SECONDS, os.kill, [os.getpid(), number]).start()
    else:
        sys.__unraisablehook__(lost)


def file_problem(error: BaseException, file: object = "") -> str:
    """Return why a file could not be read or written; its name comes first, unless it is file."""
    if not isinstance(error, OSError) or error.strerror is None:
        return str(error)
    elsewhere = error.filename is not None and str(error.filename) != str(file)
    return f"{error.filename}: {error.strerror}" if elsewhere else error.strerror


def is_about_output(error: BaseException) -> bool:
    """Return whether run_command handles error: standard output has lost its reader, or the disk is full."""
    return isinstance(error, OSError) and error.errno in {errno.EPIPE, *FULL}


def _replace_output() -> None:
    """Discard what is printed if the shell closed standard output, as `>&-` does; for Python there is none then.

    With PYTHONUNBUFFERED, Python takes no notice of a disk that takes a part of what is printed: buffered output does.
    """
    if sys.stdout is None:
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - until the interpreter ends
    elif isinstance(getattr(sys.stdout, "buffer", None), io.RawIOBase):
        number, encoding, errors = sys.stdout.fileno(), sys.stdout.encoding, sys.stdout.errors
        sys.stdout = os.fdopen(number, "w", buffering=1, encoding=encoding, errors=errors, closefd=False)


def _is_reader_gone() -> bool:
    """Return whether standard output is the pipe that broke."""
    poll = select.poll()
    poll.register(sys.stdout.fileno(), 0)  # errors are always reported
    return bool(poll.poll(0))


def _discard_output() -> None:
    """Discard the output that is still buffered; otherwise the interpreter would write it at exit and fail again."""
    devnull = os.open(os.devnull, os.O_WRONLY)
    os.dup2(devnull, sys.stdout.fileno())
    os.close(devnull)
