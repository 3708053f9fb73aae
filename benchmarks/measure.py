"""Measuring one operation on one picture: ours and sharp in turn, then each alone for its memory."""

import math
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Self

from benchmarks import settings
from benchmarks.job import RENDITIONS, Answer, Job, Operation
from benchmarks.quality import Quality, Reference
from benchmarks.worker_process import JobError, Starter, Worker

SHORTEST = 0.05  # seconds of CPU; what takes less is repeated before the clock is read
MOST_ROUNDS = 100


@dataclass(frozen=True)
class Side:
    """The cost of an operation in one library: medians in seconds, the size of the result in bytes, and its quality."""

    cpu: float
    wall: float
    bytes: int
    before: int  # bytes resident before the operation
    peak: int  # most bytes resident while it ran
    quality: Quality | None


@dataclass(frozen=True)
class Row:
    """One operation on one picture; sharp is None where it cannot read the format."""

    picture: str
    format: str
    megapixels: float
    operation: Operation
    ours: Side
    sharp: Side | None

    @property
    def ratio(self) -> float | None:
        """Our CPU time by sharp's."""
        return self.ours.cpu / self.sharp.cpu if self.sharp else None

    @property
    def gain(self) -> float | None:
        """Our PSNR less sharp's, decibels."""
        if self.sharp is None or self.ours.quality is None or self.sharp.quality is None:
            return None
        return self.ours.quality.psnr - self.sharp.quality.psnr


@dataclass(frozen=True)
class _Entry:
    """A library's worker, its job, and its first answer."""

    start: Starter
    worker: Worker
    job: Job
    first: Answer

    def timed(self) -> tuple[Worker, Job]:
        """Return its worker with the job in as many rounds as the clock needs."""
        rounds = min(MOST_ROUNDS, math.ceil(SHORTEST / max(self.first.cpu, 1e-6)))
        return self.worker, replace(self.job, keep=None, rounds=rounds)


class Contest:
    """Both libraries' workers, kept for all rows; a context manager that ends them."""

    def __init__(self, ours: Starter, sharp: Starter, repetitions: int) -> None:
        """Start both."""
        self._stack = ExitStack()
        self._ours, self._sharp = ((start, self._stack.enter_context(start())) for start in (ours, sharp))
        self._repetitions = repetitions

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End both workers."""
        self._stack.close()

    def row(self, file: Path, operation: Operation, reference: Reference) -> Row:
        """Measure operation on file; raises JobError where ours refuses it."""
        with TemporaryDirectory() as folder:
            entries = self._entries(job(operation, file), Path(folder))
            qualities = [_quality(entry, reference) for entry in entries]
        answers = interleaved([entry.timed() for entry in entries], self._repetitions)
        sides = [
            _side(answer, _alone(entry), quality)
            for answer, entry, quality in zip(answers, entries, qualities, strict=True)
        ]
        sharp = sides[1] if len(sides) > 1 else None
        return Row(file.name, reference.format, reference.megapixels, operation, sides[0], sharp)

    def _entries(self, job: Job, folder: Path) -> list[_Entry]:
        ours = _entry(*self._ours, replace(job, keep=str(folder / "ours")))
        try:
            return [ours, self._matched(replace(job, keep=str(folder / "sharp"), format=ours.first.format), ours.first)]
        except JobError:
            return [ours]

    def _matched(self, job: Job, ours: Answer) -> _Entry:
        """Start sharp's entry, with the exact size of our rendition if sharp's own differs."""
        sharp = _entry(*self._sharp, job)
        size = (ours.width, ours.height)
        if job.operation in RENDITIONS and (sharp.first.width, sharp.first.height) != size:
            return _entry(*self._sharp, replace(job, size=size))
        return sharp


def job(operation: Operation, file: Path) -> Job:
    """Return the job that does operation on file, at the template's defaults."""
    edge = settings.resize().resize_edges[0] if operation == "resize" else settings.thumbnail().thumbnail_edge
    return Job(operation, str(file.resolve()), edge, settings.resize().quality)


def _entry(start: Starter, worker: Worker, job: Job) -> _Entry:
    return _Entry(start, worker, job, worker.do(job))


def interleaved(sides: Sequence[tuple[Worker, Job]], repetitions: int) -> list[list[Answer]]:
    """Return each side's answers; the sides take turns, and who goes first alternates."""
    answers: list[list[Answer]] = [[] for _ in sides]
    for repetition in range(repetitions):
        turns = list(enumerate(sides))
        for place, (worker, job) in turns if repetition % 2 else turns[::-1]:
            answers[place].append(worker.do(job))
    return answers


def _alone(entry: _Entry) -> Answer:
    """Do the job once in a process of its own, for its memory."""
    with entry.start() as worker:
        return worker.do(replace(entry.job, keep=None))


def _quality(entry: _Entry, reference: Reference) -> Quality | None:
    if entry.job.operation not in RENDITIONS or entry.job.keep is None:
        return None
    return reference.quality(Path(entry.job.keep), squared=entry.job.operation == "thumbnail")


def _side(timed: list[Answer], alone: Answer, quality: Quality | None) -> Side:
    cpu, wall = median(answer.cpu for answer in timed), median(answer.wall for answer in timed)
    return Side(cpu, wall, alone.bytes, alone.before, alone.peak, quality)
