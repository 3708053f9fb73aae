"""What operations print: tables that are aligned on a terminal and tab-separated elsewhere, or JSON if asked for."""

import sys
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from asl.printable import printable, printable_json

# Of cells that begin with the word: CloudFormation's actions and replacements, and the final status of images.
COLORS = {
    "Add": "green",
    "Remove": "red",
    "True": "bold red",
    "Conditional": "yellow",
    "SUCCEEDED": "green",
    "REJECTED": "yellow",
    "FAILED": "red",
    "UNFINISHED": "red",
}


def print_table(columns: list[str], rows: list[list[str]], *, as_json: bool = False) -> None:
    """Print rows under the names of their columns; without a terminal one line for each row, and no names.

    as_json prints one JSON object for each row instead.
    """
    if as_json:
        for row in rows:
            print_object(dict(zip(columns, row, strict=True)))
        return
    cells = [[printable(cell) for cell in row] for row in rows]
    if sys.stdout.isatty():
        _print_aligned(columns, cells)
        return
    for row in cells:
        print("\t".join(row).rstrip())


def _print_aligned(columns: list[str], rows: list[list[str]]) -> None:
    table = Table(box=None, pad_edge=False)
    for column in columns:
        table.add_column(Text(printable(column)), overflow="fold")  # so that long names can be copied
    for row in rows:
        table.add_row(*(Text(cell, COLORS.get(cell.partition(" ")[0], "")) for cell in row))
    Console().print(table)


def print_object(value: dict[str, Any]) -> None:
    """Print value as JSON on one line, at once."""
    print(printable_json(value), flush=True)


def print_sentence(text: str, *, as_json: bool = False) -> None:
    """Print text for a person; beside JSON it goes to standard error."""
    print(printable(text), file=sys.stderr if as_json else sys.stdout, flush=True)
