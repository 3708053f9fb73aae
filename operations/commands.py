"""What each command does; it returns the exit code, 1 if something was left that was asked for."""

import json
from argparse import Namespace
from collections.abc import Iterable, Iterator

import boto3

from lambdas import execution, storage
from lambdas.record import Record
from local.target import DeploymentError
from operations import candidates, show
from operations.attempts import Attempt, Outcome, again, uploads
from operations.candidates import Candidate
from operations.stack import Stack

DONE = {Outcome.STARTED, Outcome.WOULD_START}
# What a dead letter is no longer needed for: another attempt is under way, or none is needed.
ANSWERED = {Outcome.STARTED, Outcome.SUCCEEDED}
LONGEST = 900  # seconds that a sweep may take


def status(stack: Stack, options: Namespace) -> int:
    """Show the record of each picture, and its execution."""
    missing = 0
    for image_id in options.images:
        found = Record(stack.starting.metadata_table, {"imageId": image_id}, "").read()
        running = execution.status({**found, "attempt": found.get("attempt", 1)}, stack.starting) if found else None
        show.picture(image_id, found, running, as_json=options.json)
        missing += found is None
    return min(missing, 1)


def redrive(stack: Stack, options: Namespace) -> int:
    """Try again what is chosen of the dead letters and of the pictures that failed."""
    wanted = set(options.ids)
    chosen = [one for one in _candidates(stack) if options.all or one.name in wanted]
    if missing := wanted - {one.name for one in chosen}:
        raise DeploymentError(f"neither a dead letter nor a failed picture: {', '.join(sorted(missing))}")
    return _tell(options, [*show.with_progress(_redriven(stack, chosen, options.dry_run), len(chosen))])


def _candidates(stack: Stack) -> Iterator[Candidate]:
    """Yield dead letters and failed pictures, each picture once."""
    seen = set()
    for candidate in (*candidates.dead(stack), *candidates.failed(stack)):
        if candidate.receipt or candidate.name not in seen:
            yield candidate
        seen.add(candidate.name)


def _redriven(stack: Stack, chosen: Iterable[Candidate], dry_run: bool) -> Iterator[Attempt]:  # noqa: FBT001 - one use
    for candidate in chosen:
        if candidate.key is None:
            yield Attempt(candidate.name, 0, Outcome.STRANGE)
            continue
        done = again(stack, candidate.key, dry_run=dry_run)
        if candidate.receipt and done.outcome in ANSWERED and not dry_run:
            candidates.remove(stack, candidate)
        yield done


def reprocess(stack: Stack, options: Namespace) -> int:
    """Give each picture named, or under a prefix, another attempt unless it has succeeded."""
    keys = dict.fromkeys(key for wanted in options.wanted for key in _keys(stack, wanted))
    tried = (again(stack, key, dry_run=options.dry_run) for key in keys)
    return _tell(options, [*show.with_progress(tried, len(keys))])


def _keys(stack: Stack, wanted: str) -> Iterator[str]:
    """Yield the keys of uploads that wanted means; raises DeploymentError if there are none."""
    is_prefix = wanted.startswith(storage.UPLOADS)
    found = uploads(stack, wanted if is_prefix else storage.UPLOADS)
    keys = [image["key"] for image in found if is_prefix or image["imageId"] == wanted]
    if not keys:
        raise DeploymentError(f"{wanted} is neither the id of an uploaded picture nor a prefix of some, as uploads/ is")
    yield from keys


def _tell(options: Namespace, done: list[Attempt]) -> int:
    show.attempts(done, as_json=options.json)
    return int(any(attempt.outcome not in DONE for attempt in done))


def sweep(stack: Stack, options: Namespace) -> int:
    """Run the stack's own sweep, and show what it did."""
    from botocore.config import Config

    client = boto3.client("lambda", config=Config(read_timeout=LONGEST, retries={"total_max_attempts": 1}))
    payload = json.dumps({"everything": options.everything})
    answer = client.invoke(FunctionName=stack.function("SweepFunction"), Payload=payload.encode())
    told = json.loads(answer["Payload"].read())
    if "FunctionError" in answer:
        raise DeploymentError(f"the sweep ended early: {told.get('errorMessage', 'its log says why')}")
    show.swept(told, as_json=options.json)
    return 0
