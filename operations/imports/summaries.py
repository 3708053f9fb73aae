"""How a run stands: the counts of its outcomes, and whether it needs a person."""

from argparse import Namespace
from typing import Final

from lambdas.domain.imports import Outcome
from lambdas.domain.outcomes import FAILED, SUCCEEDED
from operations.cli.tables import print_object, print_table
from operations.imports.outcomes import KEPT, Progress
from operations.imports.runs import Run

WANTING: Final = (Outcome.NOT_IMPORTED, Outcome.BEGUN, FAILED, KEPT)


def print_summary(options: Namespace, found: Run, outcomes: Progress) -> int:
    """Print how a run stands, and return 1 if it needs a person."""
    counts = outcomes.counts()
    if options.json:
        print_object({"run": found.name, "status": found.status, "cause": found.cause, **counts})
    else:
        rows = [["run", found.name], ["status", f"{found.status} {found.cause}".strip()]]
        print_table(["what", "value"], [*rows, *([name, f"{number:,}"] for name, number in counts.items())])
    wanting = any(counts.get(name, 0) for name in WANTING)
    return int(not (found.is_running or (found.status == SUCCEEDED and not wanting)))
