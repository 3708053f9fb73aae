"""The tables: their content and their form."""

import pytest

from benchmarks.imports import Import
from benchmarks.largest import Peak
from benchmarks.show import show
from benchmarks.tables import MB, Table, compared, imported, peaked
from tests.benchmarks.measured import row, side


def cell(table: Table, column: str, number: int = 0) -> str:
    """Return the cell of column in a row."""
    return table.rows[number][list(table.columns).index(column)]


def test_a_table_for_each_operation_on_each_format() -> None:
    """Rows are grouped by format and operation, in the order of their first row."""
    rows = [
        row(side(1), side(1), operation, format_name)
        for format_name in ("PNG", "JPEG")
        for operation in ("resize", "header", "resize")
    ]
    titles = [table.title for table in compared(rows)]
    assert [title.split(":")[0] for title in titles] == ["PNG", "PNG", "JPEG", "JPEG"]
    assert len(set(titles)) == 4


def test_a_row_has_both_sides() -> None:
    """The value of this project is before sharp's, in readable units."""
    (table,) = compared([row(side(0.0125, psnr=41, peak=60), side(0.05, psnr=40.5, peak=90))])
    assert cell(table, "CPU, ours / sharp") == "0.25"
    assert cell(table, "CPU, ms") == "12.5 / 50.0"
    assert cell(table, "peak, MB") == "60 / 90"
    assert cell(table, "growth, MB") == "40 / 70"
    assert cell(table, "PSNR, dB") == "41.00 / 40.50"
    assert cell(table, "gain, dB") == "+0.50"


def test_a_value_that_sharp_lacks_is_a_dash() -> None:
    """A cell without a number has a dash."""
    (table,) = compared([row(side(1, psnr=40), None)])
    assert cell(table, "CPU, ours / sharp") == "-"
    assert cell(table, "PSNR, dB") == "40.00 / -"


def test_mean_is_geometric() -> None:
    """The mean of a ratio of 2 and one of 0.5 is 1."""
    (table,) = compared([row(side(2), side(1)), row(side(1), side(2))])
    assert cell(table, "image", -1) == "geometric mean"
    assert cell(table, "CPU, ours / sharp", -1) == "1.00"


def test_metadata_has_no_columns_for_renditions() -> None:
    """A table of metadata has no columns about renditions."""
    (table,) = compared([row(side(1), side(1), "metadata")])
    assert "PSNR, dB" not in table.columns


def test_table_of_largest_images_has_a_column_for_each_operation() -> None:
    """A cell that was not measured has a dash, and one of a picture that is not accepted says so."""
    peaks = [Peak("PNG", "resize", 2 * MB, 300 * MB), Peak("PNG", "thumbnail", 2 * MB, 200 * MB)]
    table = peaked([*peaks, Peak("GIF", "resize", MB, 100 * MB), Peak("AVIF", "resize", MB, None)])
    assert table.rows == [["PNG", "2.0", "300", "200"], ["GIF", "1.0", "100", "-"], ["AVIF", "1.0", "rejected", "-"]]


def test_markdown_is_a_table_that_every_row_fits() -> None:
    """Title, head, rule and rows, each with as many cells."""
    title, blank, *lines, end = imported([Import("lambdas.resize", 0.1, 0.1201)]).markdown().split("\n")
    assert (title, blank, end) == ("### Cold imports", "", "")
    assert lines == ["| module | CPU, ms | wall, ms |", "| --- | --: | --: |", "| `lambdas.resize` | 100 | 120 |"]


def test_a_table_is_shown_without_markup(capsys: pytest.CaptureFixture[str]) -> None:
    """Brackets in a cell are text, not markup."""
    show([Table("Title", ["name"], [["[red]a[/red]"]])])
    assert "[red]a[/red]" in capsys.readouterr().out
