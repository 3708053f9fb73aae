"""What a person sees of an operation that is under way."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console

from operations.cloudformation.stacks import OnProgress

MAX_NAMES = 4  # resources named at a time


@contextmanager
def spinner(doing: str) -> Iterator[OnProgress]:
    """Show on stderr, if it is a terminal, what is under way, from the first time that the function given hears it."""
    console = Console(stderr=True)
    status = console.status(doing)

    def told(names: list[str]) -> None:
        if console.is_terminal:
            status.update(f"{doing}: {_some(names)}" if names else doing)
            status.start()

    try:
        yield told
    finally:
        status.stop()


def _some(names: list[str]) -> str:
    more = len(names) - MAX_NAMES
    return ", ".join(names[:MAX_NAMES]) + (f" and {more} more" if more > 0 else "")
