"""A process like that of a function: each file passes the steps, which decode it in their sandbox.

Input: the length of a file, 8 bytes, and the file. Output: a line of JSON with its outcome.
"""

import json
import struct
import sys
import traceback

from tests.hostile.pipeline import passed


def main() -> None:
    """Process files until the input ends; write the outcome of each."""
    while header := sys.stdin.buffer.read(8):
        print(json.dumps(run(sys.stdin.buffer.read(struct.unpack(">Q", header)[0]))), flush=True)


def run(data: bytes) -> str:
    """Return how the picture in data ended, or what no step may raise."""
    try:
        return passed(data)
    except BaseException:  # noqa: BLE001 - the test reports every error
        return traceback.format_exc()


if __name__ == "__main__":
    main()
