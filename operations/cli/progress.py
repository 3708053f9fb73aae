"""What a person sees on standard error while an operation runs, if it is a terminal."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from asl.printable import printable

MAX_NAMES = 4  # shown at a time

Item = TypeVar("Item")


@contextmanager
def spinner(operation: str, *, start: bool = False) -> Iterator[Callable[[list[str]], None]]:
    """Show operation with a spinner; the block gets a function that takes the names of what is in progress.

    The spinner starts with the block if start is set, otherwise at the first call, so that the block can print and ask.
    """
    console = Console(stderr=True)
    status = console.status(_text(operation))

    def update(names: list[str]) -> None:
        if console.is_terminal:
            status.update(_text(f"{operation}: {_abridged(names)}" if names else operation))
            status.start()

    try:
        if start:
            update([])
        yield update
    finally:
        status.stop()


def _text(text: str) -> Text:
    """Return text as rich shows it: names may look like its markup."""
    return Text(printable(text))


def _abridged(names: list[str]) -> str:
    more = len(names) - MAX_NAMES
    return ", ".join(names[:MAX_NAMES]) + (f" and {more} more" if more > 0 else "")


def progress_bar(items: Iterable[Item], total: int, description: str) -> Iterator[Item]:
    """Yield items unchanged, and show how many of total there have been."""
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not (total and console.is_terminal), transient=True) as progress:
        task = progress.add_task(description, total=total)
        for item in items:
            progress.advance(task)
            yield item
