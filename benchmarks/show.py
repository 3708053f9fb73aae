"""The tables of the results on standard output."""

import sys
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from benchmarks.tables import Table

PLAIN_WIDTH = 200  # columns where there is no terminal to measure
COLORS = {"yes": "green", "no": "red"}


def show(tables: Sequence[Table]) -> None:
    """Print tables."""
    console = Console() if sys.stdout.isatty() else Console(width=PLAIN_WIDTH)
    for table in tables:
        console.print(_rich(table), end="\n\n")


def _rich(table: Table) -> RichTable:
    shown = RichTable(title=table.title, title_justify="left", box=None, pad_edge=False)
    for number, column in enumerate(table.columns):
        shown.add_column(column, justify="left" if table.words or number == 0 else "right")
    for row in table.rows:
        shown.add_row(*(Text(cell, COLORS.get(cell, "")) for cell in row))
    return shown
