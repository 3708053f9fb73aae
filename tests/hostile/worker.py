"""A process like that of a function: each file passes the steps in a confined child.

Input: the length of a file, 8 bytes, and the file. Output: a line of JSON with its outcome.
"""

import json
import os
import resource
import signal
import struct
import sys
import traceback
from contextlib import suppress
from typing import NoReturn

from imaging.decoding import decoders
from imaging.errors import ImageRefusedError
from imaging.formats import FORMATS
from tests import pictures
from tests.hostile.pipeline import passed
from tests.patience import PATIENCE

MEMORY = 512 * 2**20  # bytes of data, those of the interpreter and of all modules among them
PROCESSOR_TIME = 10  # seconds
TIME = 2 * PATIENCE  # for what waits and does nothing


def main() -> None:
    """Process files until the input ends; write the outcome of each, or what ended its process."""
    warm_up()
    while header := sys.stdin.buffer.read(8):
        print(json.dumps(run_bounded(sys.stdin.buffer.read(struct.unpack(">Q", header)[0]))), flush=True)


def run_bounded(data: bytes) -> str:
    """Return how the picture in data ended, or what ended its process."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        _bounded(data, writer)
    os.close(writer)
    with os.fdopen(reader, encoding="utf-8") as pipe:
        answer = pipe.read()
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return answer or f"its process ended with {status}"


def warm_up() -> None:
    """Load once what each child would load: decoders, which check that they work, contracts and modules."""
    for name, format_ in FORMATS.items():
        with suppress(ImageRefusedError):
            decoders.open_image(b"", format_)
        passed(pictures.examples()[name])


def _bounded(data: bytes, writer: int) -> NoReturn:
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_TIME, PROCESSOR_TIME))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.alarm(int(TIME))
    try:
        answer = passed(data)
    except BaseException:  # noqa: BLE001 - the test reports every error
        answer = traceback.format_exc()
    os.write(writer, answer.encode())
    os._exit(0)


if __name__ == "__main__":
    main()
