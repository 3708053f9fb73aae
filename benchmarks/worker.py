"""Does jobs with this project's own functions: one JSON object a line in, one answer a line out, as in job.py."""

import json
import os
import re
import sys
import time
from dataclasses import asdict
from pathlib import Path

from benchmarks.job import LIMITS, Answer, Job
from benchmarks.ours import OPERATIONS
from imaging.limits import Limits


def main() -> None:
    """Answer every line of standard input; the limits are in a variable of the environment.

    Nothing is imported that the sandbox's server does not import, so that the peaks are those of its child.
    """
    limits = Limits.from_json(json.loads(os.environ[LIMITS]))
    for line in sys.stdin:
        print(json.dumps(_answer(Job(**json.loads(line)), limits)), flush=True)


def _answer(job: Job, limits: Limits) -> dict[str, object]:
    try:
        return asdict(_measured(job, limits))
    except Exception as error:  # noqa: BLE001 - for any error the table has a gap and gives the reason
        return {"error": f"{type(error).__name__}: {error}"}


def _measured(job: Job, limits: Limits) -> Answer:
    data = Path(job.file).read_bytes()
    operation = OPERATIONS[job.operation]
    Path("/proc/self/clear_refs").write_text("5")  # resets the peak to the memory that is resident now
    before = _memory("VmRSS")
    cpu, wall = time.process_time(), time.perf_counter()
    for _ in range(job.rounds):
        made = operation(data, job, limits)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    if job.keep:
        Path(job.keep).write_bytes(made.data)
    return Answer(
        cpu / job.rounds,
        wall / job.rounds,
        len(made.data),
        made.width,
        made.height,
        made.format,
        before,
        _memory("VmHWM"),
    )


def _memory(name: str) -> int:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    found = re.search(rf"^{name}:\s*(\d+) kB$", status, re.MULTILINE)
    return 1024 * int(found[1]) if found else 0


if __name__ == "__main__":
    main()
