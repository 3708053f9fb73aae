"""What the sandbox costs: each operation of the steps in it, and in this process; `python -m benchmarks.sandbox_cost`.

In the sandbox, the processor time of the handler, the server and the child counts: bytes that are passed, the fork, the
confinement, the work, the answer and the end. Both are warm, have the same variables of the allocator, and take turns, because
a busy machine changes its speed. The least of the rounds is what an idle machine takes.
"""

from __future__ import annotations

if __name__ == "__main__":  # before the imports that take time, which Ctrl-C may end
    import sys

    from asl.command import run_module

    sys.exit(run_module("benchmarks.sandbox_cost", "benchmarks.sandbox_cost"))

import os
import sys
import time
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image

from benchmarks.settings import ROOT, limits, resize, thumbnail
from imaging import operations
from imaging.decoding.samples import sample_file
from lambdas.runtime.sandbox import client
from lambdas.runtime.sandbox.server_process import VARIABLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PHOTOGRAPHS = ROOT / "local/photographs"
SIZES = {"12 MP JPEG": (4000, 3000), "24 MP JPEG": (6000, 4000)}
# In each round, so many images here, and then in the sandbox: the clock of the server and its children ticks every 10 ms.
ROUNDS, IMAGES = 3, 25
TICK = 1 / os.sysconf("SC_CLK_TCK")  # seconds


@dataclass(frozen=True)
class Cost:
    """Seconds of one image: of all processors, and on the clock."""

    cpu: float
    wall: float


def files() -> Iterator[tuple[str, bytes]]:
    """Yield images by name, the smallest first."""
    yield "8 by 8 pixels", sample_file("JPEG")
    for name in ("coffee.png", "dogs.jpg"):
        yield name, (PHOTOGRAPHS / name).read_bytes()
    for name, size in SIZES.items():
        buffer = BytesIO()
        with Image.open(PHOTOGRAPHS / "dogs.jpg") as image:
            image.resize(size).save(buffer, "JPEG", quality=90)
        yield name, buffer.getvalue()


def arguments() -> dict[str, dict[str, Any]]:
    """Return the arguments of each operation, at the template's defaults."""
    common = {"limits": limits().limits.to_json()}
    rendition = {**common, "quality": resize().quality, "authorship": {}}
    return {
        "examine": common,
        "describe": common,
        "resize": {**rendition, "edges": resize().resize_edges},
        "crop": {**rendition, "sizes": thumbnail().sizes},
    }


def main() -> None:
    """Print a table."""
    if not VARIABLES.items() <= os.environ.items():  # which the allocator reads as a process starts
        os.execve(sys.executable, [sys.executable, "-m", "benchmarks.sandbox_cost"], {**os.environ, **VARIABLES})  # noqa: S606 - no shell is wanted
    operations.load()
    print(
        "| image | operation | CPU here, ms | CPU in the sandbox, ms | more, ms | clock here, ms | in the sandbox, ms |"
    )
    print("| --- | --- | --: | --: | --: | --: | --: |")
    for name, data in files():
        for operation, options in arguments().items():
            here, there = _compared(operation, data, options)
            times = (here.cpu, there.cpu, there.cpu - here.cpu, here.wall, there.wall)
            print(
                f"| {name} | {operation} |", " | ".join(f"{1000 * seconds:.1f}" for seconds in times), "|", flush=True
            )


def _compared(operation: str, data: bytes, options: dict[str, Any]) -> tuple[Cost, Cost]:
    def here() -> object:
        return operations.run(operation, data, options)

    def there() -> object:
        return client.run(operation, data, lambda answer: answer, **options)

    rounds = [(_cost(here), _cost(there)) for _ in range(ROUNDS)]
    first, second = zip(*rounds, strict=True)
    return _least(first), _least(second)


def _least(costs: tuple[Cost, ...]) -> Cost:
    return Cost(min(cost.cpu for cost in costs), min(cost.wall for cost in costs))


def _cost(work: Callable[[], object]) -> Cost:
    """Return what an image costs after others: the first one is not counted."""
    work()
    cpu, wall = _processor_time(), time.perf_counter()
    for _ in range(IMAGES):
        work()
    return Cost((_processor_time() - cpu) / IMAGES, (time.perf_counter() - wall) / IMAGES)


def _processor_time() -> float:
    """Return the processors' time of this process, the server and the server's children."""
    client.start()
    (server,) = client._servers.values()  # noqa: SLF001 - nobody else needs it
    fields = Path(f"/proc/{server.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return time.process_time() + TICK * sum(map(int, fields[11:15]))
