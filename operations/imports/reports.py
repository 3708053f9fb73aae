"""The report of a run: a CSV with a row for each source object, and a page that sums it up."""

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from typing import Final

from lambdas.domain.import_sources import MEANINGS, Reason
from lambdas.domain.imports import DONE
from operations.imports.outcomes import Progress
from operations.imports.runs import Run

COLUMNS: Final = ("key", "version", "bytes", "owner", "image", "outcome", "reason", "status", "status reason")
SHOWN: Final = 1000  # rows of the page; the CSV has all
STYLE: Final = "body{font:1rem/1.5 system-ui;margin:2rem;max-width:75rem}td,th{padding:.2rem 1rem;text-align:left;overflow-wrap:anywhere}"


def rows(progress: Progress) -> Iterator[tuple[str, ...]]:
    """Yield a row for each source object, by key."""
    for line in progress.lines:
        image = line["imageId"] if line["outcome"] in DONE else ""
        status = progress.statuses.get(image, "PROCESSING") if image else ""
        facts = (line["outcome"], line["reason"], status, progress.reasons.get(image, ""))
        yield (line["key"], line["version"], str(line["size"]), line["owner"], image, *facts)


def write(run: Run, progress: Progress, folder: Path) -> tuple[Path, Path]:
    """Write the report to folder, and return the CSV and the page."""
    folder.mkdir(parents=True, exist_ok=True)
    table, page = folder / "report.csv", folder / "report.html"
    with table.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([COLUMNS, *rows(progress)])
    page.write_text(_page(run, progress), encoding="utf-8")
    return table, page


def _page(run: Run, progress: Progress) -> str:
    source = run.input["source"]
    title = f"Import {run.name}"
    skipped = Counter(line["reason"] for line in progress.lines if line["reason"])
    why = [(reason, str(number), _meaning(reason)) for reason, number in skipped.most_common()]
    counts = [(name, str(number)) for name, number in progress.counts().items()]
    wanting = [row for row in rows(progress) if row[7] not in ("SUCCEEDED", "PROCESSING")][:SHOWN]
    parts = [
        f"<p>s3://{escape(source['bucket'])}/{escape(source.get('prefix', ''))}: {escape(run.status)} {escape(run.cause)}</p>",
        _table(("outcome or status", "objects"), counts),
        "<h2>Skipped</h2>",
        _table(("reason", "objects", "meaning"), why),
        f"<h2>Objects without a success</h2><p>At most {SHOWN:,}; report.csv has all objects.</p>",
        _table(COLUMNS, wanting),
    ]
    head = f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(title)}</title><style>{STYLE}</style>'
    return f"{head}<h1>{escape(title)}</h1>{''.join(parts)}</html>\n"


def _meaning(reason: str) -> str:
    return MEANINGS[Reason(reason)] if reason in set(Reason) else "its batch failed: resume the run"


def _table(head: tuple[str, ...], cells: Sequence[tuple[str, ...]]) -> str:
    first = "".join(f"<th>{escape(one)}</th>" for one in head)
    others = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in cells)
    return f"<table><tr>{first}</tr>{others}</table>"
