"""What an operator sees: tables on a terminal, plain lines elsewhere, JSON if asked for."""

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from lambdas.domain.record import FAILED, Item, is_final, notification_pending
from lambdas.domain.stalled_uploads import RUNNING_STATUSES
from operations.attempts import Attempt
from operations.cli.tables import show_rows
from operations.stack import Stack
from templates.release import version

# Of a record, in this order: how it stands, why, since when, and what it is about.
FACTS = ("status", "failedIn", "reason", "message")
BEGUN = ("attempt", "createdAt")
TIMES = ("finishedAt", "notifiedAt")
ABOUT = ("owner", "bucket", "key", "versionId", "execution")
SWEPT = {
    "settled": "pictures of dead letters that were never taken up, ended",
    "resumed": "uploads started again, ended or told",
    "cleared": "executions whose staged pictures were removed",
}


def with_progress(attempts: Iterable[Attempt], total: int) -> Iterator[Attempt]:
    """Yield attempts unchanged and show on stderr, if it is a terminal, how many of total are made."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    terminal = Console(stderr=True)
    with Progress(*columns, console=terminal, disable=not (total and terminal.is_terminal), transient=True) as progress:
        task = progress.add_task("pictures", total=total)
        for attempt in attempts:
            progress.advance(task)
            yield attempt


def attempts(tried: Iterable[Attempt], total: int, *, as_json: bool) -> list[Attempt]:
    """Print and return what became of each picture, also of those before an error."""
    done: list[Attempt] = []
    try:
        for attempt in with_progress(tried, total):
            done.append(attempt)
            if as_json:
                print(json.dumps(attempt.told), flush=True)
    finally:
        if not as_json:
            _table(done)
    return done


def hidden(letters: int) -> None:
    """Say on stderr that there are dead letters which cannot be seen now."""
    if letters > 0:
        print(f"{letters} more dead letters are being looked at by a sweep: try again in two minutes", file=sys.stderr)


def _table(done: list[Attempt]) -> None:
    if done:
        show_rows(["id", "attempt", "outcome"], [[one.name, str(one.attempt or ""), one.outcome] for one in done])
    else:
        print("nothing to try again", file=sys.stderr)


def stack(about: Stack, *, as_json: bool) -> None:
    """Print what a stack runs, and whether this checkout may write to it."""
    if as_json:
        known = {"stack": about.name, "version": about.version or None, "checkout": version()}
        print(json.dumps({**known, "sameContracts": about.has_own_contracts}))
        return
    same = "the same" if about.has_own_contracts else "others: redrive and reprocess are refused"
    facts = {"stack": about.name, "version": about.version or "unknown", "this checkout": version(), "contracts": same}
    show_rows(["what", "value"], [[name, value] for name, value in facts.items()])


def picture(image_id: str, found: Item | None, running: str | None, *, as_json: bool) -> None:
    """Print what is known of a picture; running is what Step Functions says of its execution."""
    if as_json:
        print(json.dumps({"imageId": image_id, "record": found, "executionStatus": running}))
        return
    facts = _facts(found, running) if found else [("record", "none: not uploaded, not begun yet, or expired")]
    rows = [[name, value] for name, value in facts]
    show_rows(["imageId", image_id], rows if sys.stdout.isatty() else [["imageId", image_id], *rows])


def _facts(found: Item, running: str | None) -> Iterator[tuple[str, str]]:
    """Yield what an operator may want to know of a record, each with its name."""
    yield from _named(found, FACTS)
    if cause := _cause(found.get("error", "{}")):
        yield "cause", cause
    yield from _named(found, BEGUN)
    yield from sorted(found["steps"].items(), key=lambda item: str(item[1]))
    yield from _named(found, (*TIMES, *ABOUT))
    if running:
        yield "executionStatus", running
    yield from _archived(found.get("archive", {}))
    if advice := _advice(found, running):
        yield "to do", advice


def _named(found: Item, names: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    yield from ((name, str(found[name])) for name in names if name in found)


def _cause(error: str) -> str:
    """Return what the error says that failed a picture, in a line; its traceback is in the record and in the log."""
    said = json.loads(error).get("Cause", "")
    with suppress(ValueError, AttributeError):  # Step Functions' own errors have a sentence there, functions' have JSON
        said = json.loads(said).get("errorMessage", said)
    return " ".join(str(said).split())


def _archived(archive: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield where each archived picture lies."""
    copies = [(name, archive[name]) for name in ("original", "resized", "thumbnail") if archive]
    for name, copy in (*copies, *(("smaller", smaller) for smaller in archive.get("smaller", []))):
        yield name, f"s3://{archive['bucket']}/{copy['key']}"


def _advice(found: Item, running: str | None) -> str:
    """Return what an operator may do about a picture, nothing if there is nothing to do."""
    if not is_final(found):
        if running is None:
            return "wait: a sweep finds what takes too long"
        return "" if running in RUNNING_STATUSES else "sweep: its execution is over, and did not say how it ended"
    if notification_pending(found):
        return "sweep: the end has not been told yet"
    if found["status"] == FAILED:
        return f"mend what failed, then: redrive {found['imageId']}"
    return ""


def swept(done: dict[str, int], *, as_json: bool) -> None:
    """Print how often the sweep did what."""
    if as_json:
        print(json.dumps(done))
        return
    show_rows(["what", "how often", "meaning"], [[what, str(done.get(what, 0)), SWEPT[what]] for what in SWEPT])


def user(about: Stack, email: str, *, invited: bool, generated: str, as_json: bool) -> None:
    """Print that a user was added, the password if it was generated, and what the person needs to sign in."""
    needed = {"email": email, **({"password": generated} if generated else {})}
    needed |= {name: about.outputs[name] for name in ("UserPoolClientId", "UploadUrlEndpoint")}
    if as_json:
        print(json.dumps({"invited": invited, **needed}))
        return
    show_rows(["what", "value"], [[name, value] for name, value in needed.items()])
    if invited:
        print(f"Cognito mails {email} a temporary password. They sign in with it once and choose their own.")
    else:
        print(f"{email} can sign in now." + (" The password is not shown again." if generated else ""))
    print(f'How: docs/api.md, "{"The first sign-in" if invited else "Sign in"}".')
