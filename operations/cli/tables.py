"""What a person sees of a deployment: tables on a terminal, and plain lines elsewhere."""

import sys

from rich.console import Console
from rich.table import Table
from rich.text import Text

from asl.printable import printable
from operations.cloudformation.change_sets import Change

COLORS = {"Add": "green", "Remove": "red", "True": "bold red", "Conditional": "yellow"}


def show_changes(stack: str, changes: list[Change]) -> None:
    """Print what a change set does to stack, and what is lost or left behind."""
    rows = [
        [change.action, change.logical_id, change.kind, change.replacement, ", ".join(change.properties)]
        for change in changes
    ]
    print(f"Changes to stack {stack}:")
    show_rows(["action", "resource", "type", "replacement", "properties"], rows)
    for change in changes:
        if change.warning:
            print(f"{change.logical_id}: {change.warning}.")


def show_rows(heads: list[str], rows: list[list[str]]) -> None:
    """Print rows under heads, and elsewhere than on a terminal as plain lines, with tabs between."""
    rows = [[printable(cell) for cell in row] for row in rows]
    if not sys.stdout.isatty():
        for row in rows:
            print("\t".join(row).rstrip())
        return
    table = Table(box=None, pad_edge=False)
    for head in heads:
        table.add_column(head, overflow="fold")  # names are to be copied from here: none is cut short
    for row in rows:
        table.add_row(*(Text(cell, COLORS.get(cell, "")) for cell in row))
    Console().print(table)
