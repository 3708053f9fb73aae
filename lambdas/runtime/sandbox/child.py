"""The child process of one image: it confines itself, does the work, and writes its answer into a file in memory."""

from __future__ import annotations

import errno
import json
import os
import traceback
from typing import TYPE_CHECKING, NoReturn, Protocol

from imaging.errors import ImageRefusedError
from lambdas.runtime.sandbox.confinement import confine
from lambdas.runtime.sandbox.messages import write

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lambdas.runtime.sandbox.confinement import Plan
    from lambdas.runtime.sandbox.messages import Message

INPUT, OUTPUT, REPORT = 3, 4, 5  # descriptors: the file, the answer, and what was confined
MAX_TEXT = 8000  # characters of a traceback
# What system calls fail with that the sandbox refuses.
REFUSED = {errno.EPERM, errno.EACCES, errno.EMFILE, errno.ENFILE, errno.EAGAIN, errno.EFBIG}


class Operations(Protocol):
    """The module with the operations on images."""

    def load(self, *formats: str) -> list[str]:
        """Import everything that an operation on formats, by default on any, may need, and return what is missing."""

    def run(
        self, name: str, data: bytes, arguments: Mapping[str, object]
    ) -> tuple[Mapping[str, object], Sequence[bytes]]:
        """Run an operation and return its facts, a JSON object, and its renditions; raises ImageRefusedError."""


def run_child(operations: Operations, request: Message, files: Sequence[int], plan: Plan) -> NoReturn:
    """Do the work of request as planned and exit. files are its input, its output, and the pipe for the report."""
    status = 1
    try:
        _keep_only(files)
        write(REPORT, json.dumps(_confine(plan)).encode())
        write(OUTPUT, *_answer(operations, request))
        status = 0
    finally:
        os._exit(status)


def _confine(plan: Plan) -> Message:
    """Confine this process and return what is missing; raises an error, and reports it, if that is not possible."""
    try:
        return {"missing": confine(plan)}
    except Exception:
        write(REPORT, json.dumps({"failed": traceback.format_exc()[:MAX_TEXT]}).encode())
        raise


def _keep_only(files: Sequence[int]) -> None:
    """Give the files fixed descriptors, and close all others but the standard output and error, which lead nowhere."""
    high = [os.dup2(file, 64 + number) for number, file in enumerate(files)]
    for number, file in enumerate(high):
        os.dup2(file, INPUT + number)
    os.close(0)
    os.closerange(INPUT + len(files), 256)


def _answer(operations: Operations, request: Message) -> list[bytes]:
    """Return the answer in parts: the length of the JSON, the JSON, the renditions; nothing if memory ran out."""
    try:
        data = os.pread(INPUT, request["size"], 0)
        facts, renditions = operations.run(request["operation"], data, request["arguments"])
        return _parts({"facts": facts, "sizes": [len(one) for one in renditions]}, *renditions)
    except ImageRefusedError as refused:
        return _parts({"refused": [refused.reason, refused.message]})
    except MemoryError:
        return []
    except Exception as error:  # noqa: BLE001 - the client raises and logs every error
        if isinstance(error, OSError) and error.errno in REFUSED:
            return _parts({"denied": errno.errorcode[error.errno]})
        return _parts({"failed": traceback.format_exc()[-MAX_TEXT:]})


def _parts(answer: Message, *renditions: bytes) -> list[bytes]:
    text = json.dumps(answer).encode()
    return [len(text).to_bytes(4, "big"), text, *renditions]
