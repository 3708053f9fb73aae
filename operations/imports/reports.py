"""The report of an import: a CSV with a row for each source object, and a page that sums it up."""

import csv
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Final

from lambdas.domain.import_outcomes import Line
from lambdas.domain.import_sources import MEANINGS, Reason
from lambdas.domain.imports import DONE
from operations.imports.outcomes import RERENDERED, Progress, counts
from operations.imports.runs import Run

COLUMNS: Final = ("key", "version", "bytes", "owner", "image", "outcome", "reason", "status", "status reason")
SHOWN: Final = 1000  # rows of the page; the CSV has all
STYLE: Final = "body{font:1rem/1.5 system-ui;margin:2rem;max-width:75rem}td,th{padding:.2rem 1rem;text-align:left;overflow-wrap:anywhere}"


@dataclass(frozen=True)
class Report:
    """What an import did: its objects, and what became of their images."""

    title: str
    summary: str  # of the source, and of how the import stands
    lines: Sequence[Line]
    statuses: Mapping[str, str]  # of images that are over
    reasons: Mapping[str, str]  # of those that were rejected or failed

    def rows(self) -> Iterator[tuple[str, ...]]:
        """Yield a row for each source object, in the order of the lines."""
        for line in self.lines:
            image = line["imageId"] if line["outcome"] in DONE else ""
            status = self.statuses.get(image, "PROCESSING") if image else ""
            facts = (line["outcome"], line["reason"], status, self.reasons.get(image, ""))
            yield (line["key"], line["version"], str(line["size"]), line["owner"], image, *facts)


def report_of_run(run: Run, progress: Progress) -> Report:
    """Return the report of a run so far."""
    source = run.input["source"]
    summary = f"s3://{source['bucket']}/{source.get('prefix', '')}: {run.status} {run.cause}"
    return Report(f"Import {run.name}", summary, progress.lines, progress.statuses, progress.reasons)


def write(report: Report, folder: Path) -> tuple[Path, Path]:
    """Write a report to folder, and return the CSV and the page."""
    folder.mkdir(parents=True, exist_ok=True)
    table, page = folder / "report.csv", folder / "report.html"
    with table.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([COLUMNS, *report.rows()])
    page.write_text(_page(report), encoding="utf-8")
    return table, page


def _page(report: Report) -> str:
    skipped = Counter(line["reason"] for line in report.lines if line["reason"])
    why = [(reason, str(number), _meaning(reason)) for reason, number in skipped.most_common()]
    found = [(name, str(number)) for name, number in counts(report.lines, report.statuses).items()]
    over = ("SUCCEEDED", RERENDERED, "PROCESSING")
    wanting = [row for row in report.rows() if row[7] not in over][:SHOWN]
    parts = [
        f"<p>{escape(report.summary)}</p>",
        _table(("outcome or status", "objects"), found),
        "<h2>Skipped</h2>",
        _table(("reason", "objects", "meaning"), why),
        f"<h2>Objects without a success</h2><p>At most {SHOWN:,}; report.csv has all objects.</p>",
        _table(COLUMNS, wanting),
    ]
    title = escape(report.title)
    head = f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title><style>{STYLE}</style>'
    return f"{head}<h1>{title}</h1>{''.join(parts)}</html>\n"


def _meaning(reason: str) -> str:
    return MEANINGS[Reason(reason)] if reason in set(Reason) else "its batch failed: resume the run"


def _table(head: tuple[str, ...], cells: Sequence[tuple[str, ...]]) -> str:
    first = "".join(f"<th>{escape(one)}</th>" for one in head)
    others = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in cells)
    return f"<table><tr>{first}</tr>{others}</table>"
