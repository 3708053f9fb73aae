"""`operations import FOLDER`: upload the images of a folder of this machine, and wait for their outcomes."""

import sys
from argparse import Namespace
from collections import Counter
from pathlib import Path
from typing import Final

from imaging.formats import parse_formats
from lambdas.domain.import_outcomes import Line
from lambdas.domain.import_sources import Accepted, SkippedError, is_owner
from lambdas.domain.imports import DONE
from lambdas.domain.outcomes import FAILED, is_final
from lambdas.domain.record_batches import with_items
from lambdas.runtime import clock
from operations.cli.confirm import confirm
from operations.cli.progress import progress_bar, spinner
from operations.cli.tables import print_object, print_sentence, print_table
from operations.imports import folders
from operations.imports.errors import SourceError
from operations.imports.reports import Report, write
from operations.stack import Stack, find_stack
from workflow.contracts.payloads import MetadataRecord

PAUSE: Final = 2  # seconds between two looks at the records


def run_folder(options: Namespace) -> int:
    """Upload the folder that the command line names; return 1 if images FAILED."""
    if not is_owner(options.owner or ""):
        raise SourceError("name the owner with --owner SUB, the ID that Cognito calls sub")
    folder = Path(options.source)
    files = folders.find_files(folder)[: options.limit]
    stack = find_stack(options.stack)
    formats = parse_formats(stack.parameters["EnabledFormats"].split(","))
    accepted = Accepted(formats, int(stack.parameters["MaxBytes"]))
    counts = Counter(_expected(folder, file, options.owner, accepted) for file in files)
    if options.dry_run:
        _print(options, {name: str(number) for name, number in counts.items()})
        return 0
    confirm(f"Upload {counts['images']:,} images of {folder}?", yes=options.yes, how="--yes")
    lines = list(progress_bar(folders.upload_all(stack, folder, files, options.owner, accepted), len(files), "files"))
    records = _wait(stack, lines)
    statuses = {image_id: record["status"] for image_id, record in records.items()}
    if options.output:
        reasons = {image_id: record.get("reason", "") for image_id, record in records.items()}
        _write_report(options, Report(f"Import {folder.name}", str(folder), lines, statuses, reasons))
    return _end(options, lines, statuses)


def _expected(folder: Path, file: Path, owner: str, accepted: Accepted) -> str:
    """Return how a file counts: as a picture, or as skipped for a reason."""
    try:
        folders.check_file(folder, file, owner, accepted)
    except SkippedError as skipped:
        return f"skipped: {skipped.reason}"
    return "images"


def _wait(stack: Stack, lines: list[Line]) -> dict[str, MetadataRecord]:
    """Return the record of each image when all have their outcomes; after Ctrl-C they go on."""
    waiting = {line["imageId"] for line in lines if line["outcome"] in DONE}
    found: dict[str, MetadataRecord] = {}
    try:
        with spinner("waiting for outcomes", start=True) as tick:
            while True:
                table = stack.start_settings.metadata_table
                found |= {one: item for one, item in with_items(waiting, str, table) if item and is_final(item)}
                waiting -= found.keys()
                if not waiting:
                    return found
                tick([f"{len(waiting):,} images"])
                clock.sleep(PAUSE)
    except KeyboardInterrupt:
        print("\nThe uploads are processed. The same command shows their outcomes.", file=sys.stderr)
        raise


def _write_report(options: Namespace, report: Report) -> None:
    table, page = write(report, options.output)
    print_sentence(f"wrote {table} and {page}", as_json=options.json)


def _end(options: Namespace, lines: list[Line], statuses: dict[str, str]) -> int:
    for line in lines:
        if options.json:
            print_object({**line, "status": statuses.get(line["imageId"], "")})
    counts = Counter(line["outcome"] for line in lines) + Counter(statuses.values())
    counts += Counter(f"skipped: {line['reason']}" for line in lines if line["reason"])
    if not options.json:
        _print(options, {name: f"{number:,}" for name, number in counts.items()})
    return int(counts[FAILED] > 0)


def _print(options: Namespace, counts: dict[str, str]) -> None:
    print_table(["what", "number"], [[name, number] for name, number in counts.items()], as_json=options.json)
