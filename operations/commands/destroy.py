"""`operations destroy`: delete a stack, after showing what is deleted, kept and lost, and asking."""

from argparse import Namespace
from typing import Any

import boto3

from operations.cli.confirm import confirm
from operations.cli.progress import spinner
from operations.cli.tables import print_object, print_sentence, print_table
from operations.cloudformation.destroy import Resource, destroy, inventory, losses
from operations.cloudformation.target import Client

COLUMNS = ["resource", "type", "id"]


def run(options: Namespace) -> int:
    """Delete the stack that the options name."""
    client: Any = boto3.client
    _show(client, options.stack, inventory(client, options.stack), as_json=options.json)
    confirm(f"Delete stack {options.stack}?", yes=options.yes, how="--yes (make: YES=1)")
    with spinner(f"deleting {options.stack}") as on_progress:
        destroy(client, options.stack, on_progress)
    return 0


def _show(client: Client, stack: str, resources: list[Resource], *, as_json: bool) -> None:
    """Print what is deleted with stack, what is kept, and what is lost for good."""
    if as_json:
        for one in resources:
            print_object(
                {"resource": one.logical_id, "type": one.resource_type, "id": one.physical_id, "kept": one.is_kept}
            )
    else:
        _show_tables(stack, resources)
    for sentence in losses(client, resources):
        print_sentence(sentence, as_json=as_json)


def _show_tables(stack: str, resources: list[Resource]) -> None:
    print_sentence(f"Stack {stack} will be deleted, and with it:")
    print_table(COLUMNS[:2], [[one.logical_id, one.resource_type] for one in resources if not one.is_kept])
    kept = [one for one in resources if one.is_kept]
    if kept:
        print_sentence("Kept, for you to delete or to keep:")
        print_table(COLUMNS, [[one.logical_id, one.resource_type, one.physical_id] for one in kept])
    for one in kept:
        print_sentence(f"{one.logical_id}: {one.manual_deletion}")
