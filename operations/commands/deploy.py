"""`operations deploy`: create or update a stack, after showing what changes and asking."""

from argparse import Namespace
from typing import Any

import boto3

from operations.cli.confirm import confirm
from operations.cli.progress import spinner
from operations.cli.tables import print_object, print_sentence, print_table
from operations.cloudformation.change_sets import Change
from operations.cloudformation.concurrency import Outlook
from operations.cloudformation.deploy import Options, deploy
from operations.cloudformation.target import Target

COLUMNS = ["action", "resource", "type", "replacement", "properties"]


def run(options: Namespace) -> int:
    """Deploy the stack that the options name, and print its outputs."""
    client: Any = boto3.client
    with spinner(f"deploying {options.stack}") as on_progress:
        how = Options(
            parameters=dict(options.parameter),
            tags=dict(options.tag),
            approve=lambda changes: _approve(options, changes),
            on_progress=on_progress,
            notice=lambda sentence: print_sentence(sentence, as_json=options.json),
            on_outlook=lambda outlook: _show_outlook(outlook, as_json=options.json),
        )
        found = deploy(Target(client, options.artifacts), options.stack, options.build, how)
    print_table(["output", "value"], [list(output) for output in sorted(found.items())], as_json=options.json)
    return 0


def _show_outlook(outlook: Outlook, *, as_json: bool) -> None:
    """Print what the Lambda concurrency of the account means for a burst, and warn if MaxConcurrency does not fit it."""
    for sentence in outlook.sentences():
        print_sentence(sentence, as_json=as_json)
    if as_json:
        print_object(outlook.to_json())


def _approve(options: Namespace, changes: list[Change]) -> None:
    """Show changes and ask; raises NotConfirmedError."""
    show_changes(options.stack, changes, as_json=options.json)
    confirm(f"Apply these {len(changes)} changes?", yes=options.yes, how="--yes (make: YES=1)")


def show_changes(stack: str, changes: list[Change], *, as_json: bool = False) -> None:
    """Print what a change set does to stack, and what is lost or left behind."""
    rows = [
        [change.action, change.logical_id, change.resource_type, change.replacement, ", ".join(change.properties)]
        for change in changes
    ]
    print_sentence(f"Changes to stack {stack}:", as_json=as_json)
    print_table(COLUMNS, rows, as_json=as_json)
    for change in changes:
        if change.warning:
            print_sentence(f"{change.logical_id}: {change.warning}.", as_json=as_json)
