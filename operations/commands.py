"""What each command does; it returns the exit code, 1 if something is left that wants a person."""

import json
from argparse import Namespace
from collections.abc import Iterator

import boto3

from lambdas.domain import executions, object_keys
from lambdas.domain.record import Record
from operations import candidates, show
from operations.attempts import Attempt, Outcome, start_next_attempt, uploads
from operations.candidates import Candidate
from operations.cli.progress import spinner
from operations.errors import OperationError
from operations.stack import Stack
from operations.users import Users, generate_password, read_password

UNRESOLVED = {Outcome.UNTOLD, Outcome.GONE, Outcome.STRANGE}
# What a dead letter is needed for still; else the picture has its end, or is under way to one.
NEEDED = {Outcome.WOULD_START, Outcome.GONE, Outcome.STRANGE}
LONGEST = 900  # seconds that a sweep may take


def status(stack: Stack, options: Namespace) -> int:
    """Show all that is known of each picture or, where none is named, what the stack runs."""
    if not options.images:
        show.stack(stack, as_json=options.json)
    missing = 0
    for image_id in options.images:
        found = Record(stack.starting.metadata_table, {"imageId": image_id}, "").read()
        running = executions.status({**found, "attempt": executions.attempt(found)}, stack.starting) if found else None
        show.picture(image_id, found, running, as_json=options.json)
        missing += found is None
    return min(missing, 1)


def redrive(stack: Stack, options: Namespace) -> int:
    """Try again what is chosen of the dead letters and of the pictures that failed."""
    _check_writable(stack, options)
    letters: list[Candidate] = []
    try:
        with spinner("looking for dead letters and failed pictures") as told:
            told([])
            letters.extend(candidates.dead_letter_messages(stack))
            failed = list(candidates.failed_images(stack))
        show.hidden(candidates.messages_in_flight(stack) - len(letters))
        chosen = _chosen([*letters, *failed], options)
        return _tell(options, _redriven(stack, chosen, letters, dry_run=options.dry_run), len(chosen))
    finally:
        for letter in letters:
            candidates.release(stack, letter)


def _check_writable(stack: Stack, options: Namespace) -> None:
    """Raise OperationError if the command is to write what the stack's own code may not understand."""
    if not options.dry_run:
        stack.check_contracts()


def _chosen(found: list[Candidate], options: Namespace) -> list[Candidate]:
    """Return what is asked for of what was found, each picture once; raises OperationError for what was not found."""
    wanted = set(options.ids)
    chosen = {one.name: one for one in reversed(found) if options.all or wanted & {one.name, one.letter}}
    known = {name for one in chosen.values() for name in (one.name, one.letter)}
    if missing := wanted - known:
        raise OperationError(f"neither a dead letter nor a failed picture: {', '.join(sorted(missing))}")
    return [*reversed(chosen.values())]


def _redriven(stack: Stack, chosen: list[Candidate], letters: list[Candidate], *, dry_run: bool) -> Iterator[Attempt]:
    """Try each of chosen again, and remove from letters and from the queue those that are no longer needed."""
    for candidate in chosen:
        if candidate.key is None:
            yield Attempt(candidate.name, 0, Outcome.STRANGE)
            continue
        done = start_next_attempt(stack, candidate.key, rejected=False, dry_run=dry_run)
        about = [letter for letter in letters if letter.name == candidate.name]
        if done.outcome not in NEEDED and not dry_run:
            for letter in about:
                candidates.delete(stack, letter)
                letters.remove(letter)
        yield done


def reprocess(stack: Stack, options: Namespace) -> int:
    """Give each picture named, or under a prefix, another attempt unless it has succeeded."""
    _check_writable(stack, options)
    keys = dict.fromkeys(key for wanted in options.wanted for key in _keys(stack, wanted))
    tried = (start_next_attempt(stack, key, rejected=True, dry_run=options.dry_run) for key in keys)
    return _tell(options, tried, len(keys))


def _keys(stack: Stack, wanted: str) -> list[str]:
    """Return the keys of uploads that wanted means; raises OperationError if there are none."""
    if wanted.startswith(object_keys.UPLOADS):
        keys = [image["key"] for image in uploads(stack, wanted)]
    elif found := Record(stack.starting.metadata_table, {"imageId": wanted}, "").read():
        keys = [found["key"]]
    else:
        keys = [image["key"] for image in uploads(stack, object_keys.UPLOADS) if image["imageId"] == wanted]
    if not keys:
        raise OperationError(f"{wanted} is neither the id of an uploaded picture nor a prefix of some, as uploads/ is")
    return keys


def _tell(options: Namespace, tried: Iterator[Attempt], total: int) -> int:
    done = show.attempts(tried, total, as_json=options.json)
    return int(any(attempt.outcome in UNRESOLVED for attempt in done))


def sweep(stack: Stack, options: Namespace) -> int:
    """Run the stack's own sweep, and show what it did."""
    from botocore.config import Config

    client = boto3.client("lambda", config=Config(read_timeout=LONGEST, retries={"total_max_attempts": 1}))
    payload = json.dumps({"everything": options.everything})
    with spinner("sweeping") as told:
        told([])
        answer = client.invoke(FunctionName=stack.function("SweepFunction"), Payload=payload.encode())
    found = json.loads(answer["Payload"].read())
    if "FunctionError" in answer:
        raise OperationError(f"the sweep failed: {found.get('errorMessage', 'its log says why')}")
    show.swept(found, as_json=options.json)
    return 0


def add_user(stack: Stack, options: Namespace) -> int:
    """Add someone who may upload, and say what they do next."""
    generated = generate_password() if options.generate else ""
    password = read_password() if options.password else generated
    users = Users(boto3.client("cognito-idp"), stack.outputs["UserPoolId"], stack.outputs["UserPoolClientId"])
    users.add(options.email, password)
    show.user(stack, options.email, invited=not password, generated=generated, as_json=options.json)
    return 0
