"""The processes that do the work, ours and sharp's: one job at a time, over pipes."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Self

from benchmarks.job import LIMITS, Answer, Job
from benchmarks.settings import ROOT, limits, variables
from benchmarks.sharp_package import tool

SHARP_WORKER = Path(__file__).with_name("sharp") / "worker.js"
ENDED = '{"error": "the process ended"}'


class JobError(Exception):
    """A worker could not do a job; the message is the library's own."""


class Worker:
    """A process that does jobs; a context manager that ends it."""

    def __init__(self, command: Sequence[str], environ: Mapping[str, str]) -> None:
        """Start command with environ added to this process's environment."""
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**os.environ, **environ},
        )

    def do(self, job: Job) -> Answer:
        """Return the cost of job; raises JobError if the library refuses it or the process ends."""
        answer = self._answer(json.dumps(asdict(job)))
        if "error" in answer:
            raise JobError(answer["error"])
        return Answer(**answer)

    def _answer(self, line: str) -> dict[str, Any]:
        if self._process.stdin is None or self._process.stdout is None:  # never: both are pipes
            raise JobError("the worker has no pipes")
        try:
            print(line, file=self._process.stdin, flush=True)
        except BrokenPipeError as error:
            raise JobError("the process has ended") from error
        answer: dict[str, Any] = json.loads(self._process.stdout.readline() or ENDED)
        return answer

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the input of the process, which ends it."""
        self._process.communicate()


Starter = Callable[[], Worker]


def our_worker() -> Worker:
    """Start a worker for this project's own functions, under the limits that the template sets."""
    given = {LIMITS: json.dumps(limits().limits.to_json())}
    return Worker([sys.executable, "-m", "benchmarks.worker"], variables() | given)


def sharp_worker(modules: Path) -> Worker:
    """Start a worker for sharp from modules, a node_modules folder."""
    return Worker([tool("node"), str(SHARP_WORKER)], {"NODE_PATH": str(modules)})
