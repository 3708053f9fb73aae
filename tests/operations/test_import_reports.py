"""The report of an import: what each row says, and which objects a person has to look at."""

import csv
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from lambdas.domain.import_outcomes import Line, new_line
from lambdas.domain.import_sources import Listed, Reason
from lambdas.domain.imports import Outcome
from operations.imports import reports
from operations.imports.failed_batches import BATCH_FAILED
from operations.imports.reports import Report
from operations.imports.runs import Run

STATUSES = {"1": "SUCCEEDED", "2": "REJECTED", "3": "RERENDERED"}
RUN = Run("a-run", 2, "FAILED", "Stopped: <b>", {"source": {"bucket": "a-bucket", "prefix": "2019/"}}, "arn")


def line(image: str, outcome: Outcome, reason: str = "") -> Line:
    """Return a line of an object with the name of its image."""
    made = new_line(Listed(f"{image}.jpg", version="v", owner="anna"))
    return {**made, "imageId": image, "outcome": outcome, "reason": reason, "size": 7}


LINES = [
    line("1", Outcome.COPIED),
    line("2", Outcome.ALREADY_IMPORTED),
    line("3", Outcome.STARTED),
    line("4", Outcome.COPIED),
    line("5", Outcome.BEGUN),
    line("6", Outcome.NOT_IMPORTED, BATCH_FAILED),
    line("7", Outcome.SKIPPED, Reason.EMPTY),
    line("8", Outcome.SKIPPED, Reason.EMPTY),
]


@pytest.fixture
def report() -> Report:
    """Give the report of a run with an object of each kind."""
    progress: Any = SimpleNamespace(lines=LINES, statuses=STATUSES, reasons={"2": "CORRUPT"})
    return reports.report_of_run(RUN, progress)


def test_a_row_says_what_became_of_an_object(report: Report, tmp_path: Path) -> None:
    """An image that is not over is PROCESSING; an object whose image may not be there has none. Folders are made."""
    table, _ = reports.write(report, tmp_path / "a" / "b")
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == list(reports.COLUMNS)
    assert rows[1] == ["1.jpg", "v", "7", "anna", "1", "COPIED", "", "SUCCEEDED", ""]
    assert [(row[4], *row[6:]) for row in rows[2:]] == [
        ("2", "", "REJECTED", "CORRUPT"),
        ("3", "", "RERENDERED", ""),
        ("4", "", "PROCESSING", ""),
        ("", "", "", ""),
        ("", "BATCH_FAILED", "", ""),
        ("", "EMPTY", "", ""),
        ("", "EMPTY", "", ""),
    ]


def test_the_page_shows_what_wants_a_look(report: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It has the objects without a success, up to a number; the most frequent reason is the first one, and each is explained."""
    page = reports.write(report, tmp_path)[1].read_text(encoding="utf-8")
    assert [number for number in range(1, 9) if f"{number}.jpg" in page] == [2, 5, 6, 7, 8]
    assert "<p>s3://a-bucket/2019/: FAILED Stopped: &lt;b&gt;</p>" in page
    assert "<td>EMPTY</td><td>2</td><td>the object is empty</td>" in page
    assert "<td>BATCH_FAILED</td><td>1</td><td>its batch failed: resume the run</td>" in page
    assert page.index("<td>EMPTY</td><td>2") < page.index("<td>BATCH_FAILED</td><td>1")
    assert "<tr><td></td>" not in page  # an object without a reason is not among those that are skipped
    monkeypatch.setattr(reports, "SHOWN", 1)
    page = reports.write(report, tmp_path)[1].read_text(encoding="utf-8")
    assert [number for number in range(1, 9) if f"{number}.jpg" in page] == [2]
