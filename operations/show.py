"""What an operator sees: tables on a terminal, plain lines elsewhere, JSON if asked for."""

import json
from collections.abc import Iterable, Iterator

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from lambdas.record import Item
from local.terminal import show_rows
from operations.attempts import Attempt

FACTS = ("status", "attempt", "failedIn", "reason", "message", "notifiedAt", "execution", "versionId", "key")


def with_progress(attempts: Iterable[Attempt], total: int) -> Iterator[Attempt]:
    """Yield attempts unchanged and show on stderr, if it is a terminal, how many of total are made."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    terminal = Console(stderr=True)
    with Progress(*columns, console=terminal, disable=not terminal.is_terminal, transient=True) as progress:
        task = progress.add_task("pictures", total=total)
        for attempt in attempts:
            progress.advance(task)
            yield attempt


def attempts(done: list[Attempt], *, as_json: bool) -> None:
    """Print what became of each picture."""
    if as_json:
        for attempt in done:
            print(json.dumps(attempt.told))
        return
    show_rows(["picture", "attempt", "outcome"], [[one.image_id, str(one.attempt or ""), one.outcome] for one in done])


def picture(image_id: str, found: Item | None, running: str | None, *, as_json: bool) -> None:
    """Print what is known of a picture; running is what Step Functions says of its execution."""
    if as_json:
        print(json.dumps({"imageId": image_id, "record": found, "executionStatus": running}))
        return
    if found is None:
        show_rows(["picture", ""], [[image_id, "no record: not uploaded, not begun yet, or expired"]])
        return
    rows = [[name, str(found[name])] for name in FACTS if name in found]
    rows += [[f"{step} done", time] for step, time in sorted(found["steps"].items(), key=lambda item: str(item[1]))]
    rows += [["executionStatus", running]] if running else []
    show_rows(["picture", image_id], rows if Console().is_terminal else [["imageId", image_id], *rows])


def swept(done: dict[str, int], *, as_json: bool) -> None:
    """Print how often the sweep did what."""
    if as_json:
        print(json.dumps(done))
        return
    show_rows(["what", "how often"], [[what, str(number)] for what, number in done.items()] or [["nothing to do", ""]])
