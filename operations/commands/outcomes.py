"""What `redrive` and `reprocess` have in common: the check of the contracts, and the table of outcomes."""

import sys
from argparse import Namespace
from collections.abc import Iterable

from operations.attempts import Attempt, Outcome
from operations.cli.progress import progress_bar
from operations.cli.tables import print_object, print_table
from operations.stack import Stack, find_stack

UNRESOLVED = {Outcome.NOTIFICATION_PENDING, Outcome.DELETED, Outcome.EXPIRED, Outcome.NOT_AN_UPLOAD}


def find_writable_stack(options: Namespace) -> Stack:
    """Return the stack; raises OperationError if it is to be written to, and has other contracts than this checkout."""
    stack = find_stack(options.stack)
    if not options.dry_run:
        stack.check_contracts()
    return stack


def print_outcomes(options: Namespace, attempts: Iterable[Attempt], total: int) -> int:
    """Print the outcome of each attempt, also of those before an error; return the exit code, 1 if a person is needed."""
    done: list[Attempt] = []
    try:
        for attempt in progress_bar(attempts, total, "images"):
            done.append(attempt)
            if options.json:
                print_object(attempt.to_json())
    finally:
        if not options.json:
            _print_table(done)
    return int(any(attempt.outcome in UNRESOLVED for attempt in done))


def _print_table(done: list[Attempt]) -> None:
    if done:
        rows = [[attempt.name, str(attempt.number or ""), attempt.outcome] for attempt in done]
        print_table(["id", "attempt", "outcome"], rows)
    else:
        print("there is nothing to start again", file=sys.stderr)
