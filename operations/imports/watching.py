"""What a person sees while a run goes on."""

import sys
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from asl.printable import printable
from lambdas.runtime import clock
from operations.imports import runs
from operations.imports.outcomes import Progress as Outcomes
from operations.imports.runs import Run
from operations.stack import Stack

PAUSE: Final = 2  # seconds between two looks
NAMES: Final = {
    "COPIED": "copied",
    "STARTED": "started",
    "SKIPPED": "skipped",
    "SUCCEEDED": "succeeded",
    "REJECTED": "rejected",
    "FAILED": "failed",
    "RERENDERED": "renewed",
    "KEPT": "kept as they were",
}


def watch(stack: Stack, run: Run, total: int) -> tuple[Run, Outcomes]:
    """Show a run until it and its images are over, and return it; after Ctrl-C it goes on."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TimeRemainingColumn())
    outcomes, since = Outcomes(stack, run.name), clock.now()
    try:
        with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as bar:
            task = bar.add_task("starting", total=total)
            while True:
                run = runs.find(stack, run.name)  # before the lines: those of an execution that is over are complete
                outcomes.update()
                over = len(outcomes.statuses) + outcomes.counts()["SKIPPED"]
                bar.update(
                    task, completed=over, description=_described(outcomes, (clock.now() - since).total_seconds())
                )
                if not run.is_running and outcomes.is_over:
                    return run, outcomes
                clock.sleep(PAUSE)
    except KeyboardInterrupt:
        print(f"\n{printable(f'The run goes on. Watch it with: operations import status {run.name}')}", file=sys.stderr)
        raise


def _described(outcomes: Outcomes, seconds: float) -> str:
    counts = outcomes.counts()
    parts = [
        f"listed {counts['listed']:,}",
        *(f"{word} {counts[name]:,}" for name, word in NAMES.items() if counts.get(name)),
    ]
    rate = len(outcomes.statuses) / seconds * 60 if seconds else 0
    return printable(", ".join([*parts, f"{rate:,.0f} a minute"]))
