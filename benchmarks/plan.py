"""What one run measures, and all of its results."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from benchmarks import answers, largest, variants
from benchmarks.answers import Answer
from benchmarks.imports import Import, handler_modules, imports
from benchmarks.job import Operation
from benchmarks.largest import Peak
from benchmarks.measure import Contest, Row
from benchmarks.quality import Reference
from benchmarks.tables import Table, answered, compared, encoded, imported, peaked
from benchmarks.variants import Variant, Variants
from benchmarks.verdicts import judged, of_answers, of_variants, verdicts
from benchmarks.worker_process import JobError, our_worker, sharp_worker

ANSWERS, IMPORTS, LARGEST, VARIANTS = "answers", "imports", "largest", "variants"
PARTS = (ANSWERS, IMPORTS, LARGEST, VARIANTS)  # beside the formats


@dataclass(frozen=True)
class Plan:
    """What is to be measured, and how often."""

    files: Sequence[Path]
    operations: Sequence[Operation]
    parts: Sequence[str]
    repetitions: int

    def __len__(self) -> int:
        """Return how many results there will be."""
        rows = len(self.files) * len(self.operations)
        others = {
            ANSWERS: len(answers.STATUSES),
            IMPORTS: len(handler_modules()),
            LARGEST: len(largest.KINDS) * len(largest.OPERATIONS),
            VARIANTS: variants.COUNT,
        }
        return rows + sum(others[part] for part in self.parts)

    def results(self, sharp: Path) -> Iterator[Row | Answer | Import | Peak | Variants]:
        """Measure it all, with the sharp in that node_modules folder."""
        yield from self._rows(sharp)
        if ANSWERS in self.parts:
            yield from answers.answers(self.repetitions)
        if IMPORTS in self.parts:
            yield from imports(self.repetitions)
        if LARGEST in self.parts:
            yield from self._peaks()
        if VARIANTS in self.parts:
            yield from variants.variants(self.repetitions)

    def _rows(self, sharp: Path) -> Iterator[Row]:
        if not self.files:
            return
        with Contest(our_worker, partial(sharp_worker, sharp), self.repetitions) as contest:
            for file in self.files:
                reference = Reference(file)
                for operation in self.operations:
                    with _report_errors(f"{file.name}, {operation}"):
                        yield contest.row(file, operation, reference)

    def _peaks(self) -> Iterator[Peak]:
        for kind in largest.KINDS:
            for operation in largest.OPERATIONS:
                with _report_errors(f"{kind}, {operation}"):
                    yield largest.peak(kind, operation)


@contextmanager
def _report_errors(what: str) -> Iterator[None]:
    """Print the library's error for a job that it refused, and continue."""
    try:
        yield
    except JobError as error:
        print(f"benchmarks: {what}: {error}", file=sys.stderr)


@dataclass
class Results:
    """The measurements, by kind."""

    rows: list[Row] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    imports: list[Import] = field(default_factory=list)
    peaks: list[Peak] = field(default_factory=list)
    variants: list[Variant] = field(default_factory=list)

    def add(self, result: Row | Answer | Import | Peak | Variants) -> None:
        """Store result in the list of its type."""
        match result:
            case Row():
                self.rows.append(result)
            case Answer():
                self.answers.append(result)
            case Import():
                self.imports.append(result)
            case Peak():
                self.peaks.append(result)
            case Variants():
                self.variants += result.rows

    def tables(self) -> list[Table]:
        """Return the tables: first what was expected, then the measurements."""
        return [
            judged(
                [*verdicts(self.rows, self.imports, self.peaks), *of_answers(self.answers), *of_variants(self.variants)]
            ),
            *compared(self.rows),
            *([answered(self.answers)] if self.answers else []),
            *([imported(self.imports)] if self.imports else []),
            *([peaked(self.peaks)] if self.peaks else []),
            *([encoded(self.variants)] if self.variants else []),
        ]
