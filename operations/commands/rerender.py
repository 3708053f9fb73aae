"""`operations rerender`: make the renditions of images anew that have succeeded, after sizes, formats or quality were changed."""

from argparse import Namespace

from costs.workload_profile import RERENDER
from operations.cli.confirm import confirm
from operations.cli.progress import spinner
from operations.cli.tables import print_object, print_sentence, print_table
from operations.commands.outcomes import find_writable_stack
from operations.errors import OperationError
from operations.imports import runs, summaries, watching
from operations.imports.estimates import Estimate, duration, estimate
from operations.imports.renditions import Succeeded, find_succeeded
from operations.imports.sources import Source
from operations.persons import check_owner


def run(options: Namespace) -> int:
    """Count and price the images, ask, and start and watch a run of ImportPipeline."""
    if options.owner:
        check_owner(options.owner)
    stack = find_writable_stack(options)
    table = stack.start_settings.metadata_table
    with spinner("counting images", start=True) as tick:
        found = find_succeeded(table, options.owner, options.since, tick)
    if not found.images:
        raise OperationError("no image has succeeded that these options name: nothing was started")
    _show(options, found, estimate(stack, found, options.concurrency, RERENDER))
    if options.dry_run:
        return 0
    confirm(f"Make the renditions of {found.images:,} images anew?", yes=options.yes, how="--yes")
    payload = {
        "run": runs.new_name(),
        "ownership": {"kind": "RECORD"},
        "maxConcurrency": options.concurrency,
        "toleratedFailurePercentage": options.tolerated_failures,
        "limit": len(found.image_ids),
    }
    source = Source(stack.outputs["ArchiveBucketName"], lines=tuple((image, "", "") for image in found.image_ids))
    started = runs.start(stack, source, payload)
    print_sentence(f"run {started.name} has started", as_json=options.json)
    return summaries.print_summary(options, *watching.watch(stack, started, found.images))


def _show(options: Namespace, found: Succeeded, expected: Estimate) -> None:
    """Print how many images there are, what their renditions cost, and how long it takes."""
    if options.json:
        print_object({"images": found.images, "bytes": found.size, "estimate": expected.to_json()})
        return
    rows = [["images", f"{found.images:,}", f"{found.size / 2**30:,.2f} GB of originals"]]
    rows += [[f"dollars: {name}", f"{value:,.2f}", ""] for name, value in expected.dollars.items()]
    rows += [["dollars in all", f"{expected.total:,.2f}", "and what the storage class of an original costs to read"]]
    rows += [["time", duration(expected.seconds), f"with {options.concurrency} images at the same time"]]
    print_table(["what", "number", ""], rows)
