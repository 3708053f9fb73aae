"""Markdown: the one writer of tables."""

from collections.abc import Collection, Iterable, Sequence

BREAK = "<br>"  # between the lines of a cell


def table(columns: Sequence[str], rows: Iterable[Sequence[str]], *, right: Collection[str] = ()) -> str:
    """Return a table, without a newline at its end; the columns named in right are aligned to the right.

    A cell holds Markdown; a `|` in it is escaped.
    """
    rule = ["--:" if column in right else "---" for column in columns]
    return "\n".join(map(_line, [columns, rule, *rows]))


def code(text: str) -> str:
    """Return text as code."""
    return f"`{text}`"


def lines(entries: Iterable[str]) -> str:
    """Return entries as the lines of one cell."""
    return BREAK.join(entries)


def _line(cells: Sequence[str]) -> str:
    escaped = (cell.replace("|", "\\|") for cell in cells)
    return f"| {' | '.join(escaped)} |"
