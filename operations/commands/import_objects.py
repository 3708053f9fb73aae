"""`operations import`: bring in a bucket that is already full, watch, stop and resume a run, and report on it."""

import sys
from argparse import Namespace
from pathlib import Path
from typing import Final

from imaging.formats import parse_formats
from lambdas.domain.import_sources import MEANINGS, Accepted, Reason, is_owner
from operations.cli.confirm import confirm
from operations.cli.progress import spinner
from operations.cli.tables import print_object, print_sentence, print_table
from operations.imports import concurrency, reports, runs, watching
from operations.imports.counting import Count, count
from operations.imports.errors import SourceError
from operations.imports.estimates import Estimate, duration, estimate
from operations.imports.folder_command import run_folder
from operations.imports.outcomes import Progress
from operations.imports.runs import Run
from operations.imports.sources import Source, read_source
from operations.imports.summaries import print_summary
from operations.stack import Stack, find_stack

USAGE: Final = 2  # exit code: the source is wrong, and nothing was started
ALL: Final = 100_000_000  # objects: the most that a distributed Map reads


def run(options: Namespace) -> int:
    """Run the action that the command line names, or start an import."""
    actions = {"status": _status, "stop": _stop, "resume": _resume, "report": _report}
    try:
        of_bucket = options.source.startswith("s3:")
        return actions.get(options.source, _import if of_bucket else run_folder)(options)
    except SourceError as error:
        print(f"operations import: {error}", file=sys.stderr)
        return USAGE


def _import(options: Namespace) -> int:
    source = read_source(options.source, options.list, options.inventory, by_path=options.owner_from == "path")
    ownership = _ownership(options, source)
    stack = find_stack(options.stack)
    _check_bucket(stack, source)
    formats = parse_formats(stack.parameters["EnabledFormats"].split(","))
    accepted = Accepted(formats, int(stack.parameters["MaxBytes"]))
    limit = options.limit or ALL
    with spinner("counting objects", start=True) as tick:
        found = count(source, ownership, accepted, limit, tick)
    expected = estimate(stack, found, options.concurrency)
    _show(options, found, expected)
    if warning := concurrency.warning(stack, options.concurrency):
        print(f"operations import: {warning}", file=sys.stderr)
    if options.dry_run:
        return 0
    if unreadable := _unreadable(stack, source):
        raise SourceError(
            f"the stack may not read {unreadable}. Nothing was started: deploy with --parameter "
            f"ImportSources=arn:aws:s3:::{unreadable}, with the other buckets that are named there, separated by commas"
        )
    what = f"{found.images:,} images for about ${expected.total:,.2f}"
    confirm(f"Import {what}?", yes=options.yes, how="--yes")
    payload = {
        "run": runs.new_name(),
        "ownership": ownership,
        "maxConcurrency": options.concurrency,
        "toleratedFailurePercentage": options.tolerated_failures,
        "limit": limit,
    }
    started = runs.start(stack, source, payload)
    print_sentence(f"run {started.name} has started", as_json=options.json)
    return print_summary(options, *watching.watch(stack, started, found.images + found.others))


def _ownership(options: Namespace, source: Source) -> dict[str, str]:
    """Return whose the images are; raises SourceError."""
    if options.owner_from == "path":
        return {"kind": "PATH", "prefix": source.prefix}
    if options.owner_from == "list":
        if source.lines is None:
            raise SourceError("--owner-from list needs a --list with an owner in each line")
        return {"kind": "LIST"}
    if not is_owner(options.owner or ""):
        raise SourceError("name the owner with --owner SUB, the ID that Cognito calls sub, or use --owner-from")
    return {"kind": "ONE", "owner": options.owner}


def _check_bucket(stack: Stack, source: Source) -> None:
    """Raise SourceError for a bucket of the stack itself, which gets an object for each one that is imported from it."""
    if source.bucket in (stack.upload_bucket, stack.outputs["ArchiveBucketName"]):
        raise SourceError(
            f"{source.bucket} is a bucket of the stack: what it has was uploaded before. Nothing was started"
        )


def _unreadable(stack: Stack, source: Source) -> str:
    """Return a bucket that the run has to read and the stack may not; empty if it may read all."""
    allowed = [arn.rpartition(":")[2] for arn in stack.parameters.get("ImportSources", "").split(",")]
    needed = (source.bucket, *(source.manifest or ())[:1])
    return next((bucket for bucket in needed if bucket not in allowed), "")


def _show(options: Namespace, found: Count, expected: Estimate) -> None:
    """Print what is imported, what is skipped, and what it costs."""
    if options.json:
        print_object({"source": options.source, **found.to_json(), "estimate": expected.to_json()})
        return
    size = f"{found.size / 2**30:,.2f} GB" if found.sizes_known else "size not known"
    rows = [["images", f"{found.images:,}", size]]
    rows += [[f"skipped: {name}", f"{number:,}", MEANINGS[Reason(name)]] for name, number in found.skipped.items()]
    rows += [[f"dollars: {name}", f"{value:,.2f}", ""] for name, value in expected.dollars.items()]
    rows += [
        [
            "dollars in all",
            f"{expected.total:,.2f}",
            f"and ${expected.stored:,.2f} a month for each copy that is stored",
        ]
    ]
    rows += [["time", duration(expected.seconds), f"with {options.concurrency} images at the same time"]]
    print_table(["what", "number", ""], rows)


def _status(options: Namespace) -> int:
    stack = find_stack(options.stack)
    if not options.run:
        for name in runs.names(stack):
            one = runs.find(stack, name)
            print_table(
                ["run", "status", "bucket"], [[name, one.status, one.input["source"]["bucket"]]], as_json=options.json
            )
        return 0
    return print_summary(options, *_progress(stack, options.run))


def _progress(stack: Stack, name: str) -> tuple[Run, Progress]:
    found, outcomes = runs.find(stack, name), Progress(stack, name)
    with spinner("reading outcomes", start=True):
        outcomes.update()
    return found, outcomes


def _stop(options: Namespace) -> int:
    stack = find_stack(options.stack)
    found = runs.find(stack, _named(options))
    if not found.is_running:
        print_sentence(f"run {found.name} does not run: it is {found.status}", as_json=options.json)
        return 0
    runs.stop(found)
    print_sentence(
        f"run {found.name} is stopped; go on with: operations import resume {found.name}", as_json=options.json
    )
    return 0


def _resume(options: Namespace) -> int:
    stack = find_stack(options.stack)
    started = runs.resume(stack, runs.find(stack, _named(options)))
    print_sentence(f"run {started.name} goes on", as_json=options.json)
    outcomes = Progress(stack, started.name)
    outcomes.update()
    return print_summary(options, *watching.watch(stack, started, max(1, len(outcomes.lines))))


def _report(options: Namespace) -> int:
    found, outcomes = _progress(find_stack(options.stack), _named(options))
    report = reports.report_of_run(found, outcomes)
    table, page = reports.write(report, options.output or Path(f"import-{found.name}"))
    print_sentence(f"wrote {table} and {page}", as_json=options.json)
    return print_summary(options, found, outcomes)


def _named(options: Namespace) -> str:
    if not options.run:
        raise SourceError(f"name the run: operations import {options.source} RUN")
    return str(options.run)
