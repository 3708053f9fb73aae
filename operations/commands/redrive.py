"""`operations redrive`: start images again that FAILED, or whose event is a dead-letter message."""

import sys
from argparse import Namespace
from collections.abc import Iterator

from operations import candidates
from operations.attempts import Attempt, Outcome, start_next_attempt
from operations.candidates import Candidate
from operations.cli.progress import spinner
from operations.commands.outcomes import find_writable_stack, print_outcomes
from operations.errors import OperationError
from operations.stack import Stack

# Outcomes after which the dead-letter message is still needed; after all others the image has its final status, or
# is being processed.
MESSAGE_NEEDED = {Outcome.WOULD_START, Outcome.DELETED, Outcome.EXPIRED, Outcome.NOT_AN_UPLOAD}


def run(options: Namespace) -> int:
    """Start the selected images again, and delete dead-letter messages that are no longer needed."""
    stack = find_writable_stack(options)
    messages: list[Candidate] = []
    try:
        with spinner("reading dead-letter messages and failed images", start=True):
            messages.extend(candidates.dead_letter_messages(stack))
            failed = list(candidates.failed_images(stack))
        _report_hidden(candidates.messages_in_flight(stack) - len(messages))
        selected = _select([*messages, *failed], options)
        return print_outcomes(options, _redrive(stack, selected, messages, dry_run=options.dry_run), len(selected))
    finally:
        for message in messages:
            candidates.release(stack, message)


def _report_hidden(count: int) -> None:
    if count > 0:
        print(f"{count} more dead-letter messages are hidden by a sweep: try again in two minutes", file=sys.stderr)


def _select(found: list[Candidate], options: Namespace) -> list[Candidate]:
    """Return the candidates that the options name, each image once; raises OperationError for an ID that was not found."""
    wanted = set(options.ids)
    selected = {one.name: one for one in reversed(found) if options.all or wanted & {one.name, one.message_id}}
    known = {name for one in selected.values() for name in (one.name, one.message_id)}
    if missing := wanted - known:
        raise OperationError(f"neither a dead-letter message nor a failed image: {', '.join(sorted(missing))}")
    return [*reversed(selected.values())]


def _redrive(stack: Stack, selected: list[Candidate], messages: list[Candidate], *, dry_run: bool) -> Iterator[Attempt]:
    """Start each candidate again; remove its messages from the queue, and from messages, if they are no longer needed."""
    for candidate in selected:
        if candidate.key is None:
            yield Attempt(candidate.name, 0, Outcome.NOT_AN_UPLOAD)
            continue
        attempt = start_next_attempt(stack, candidate.key, rejected=False, dry_run=dry_run)
        if attempt.outcome not in MESSAGE_NEEDED and not dry_run:
            for message in [message for message in messages if message.name == candidate.name]:
                candidates.delete(stack, message)
                messages.remove(message)
        yield attempt
