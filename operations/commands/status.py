"""`operations status`: what is known of images or, without an image, which version the stack runs."""

import sys
from argparse import Namespace

from lambdas.domain import executions
from lambdas.domain.record import is_begun, read_item
from operations.cli.tables import print_object, print_table
from operations.documents import document
from operations.record_facts import facts
from operations.stack import Stack, find_stack
from templates.release import version
from workflow.contracts.payloads import MetadataRecord


def run(options: Namespace) -> int:
    """Print the status of each image, or the version of the stack; return 1 if an image has no record."""
    stack = find_stack(options.stack)
    if not options.images:
        _print_version(stack, as_json=options.json)
    return min(1, sum(not _print_image(stack, image_id, as_json=options.json) for image_id in options.images))


def _print_version(stack: Stack, *, as_json: bool) -> None:
    """Print which version the stack runs, and whether this checkout may write to it."""
    if as_json:
        versions = {"stack": stack.name, "version": stack.version or None, "checkout": version()}
        print_object({**versions, "sameContracts": stack.has_own_contracts})
        return
    contracts = "the same" if stack.has_own_contracts else "others: redrive and reprocess are refused"
    rows = [
        ["stack", stack.name],
        ["version", stack.version or "unknown"],
        ["this checkout", version()],
        ["contracts", contracts],
    ]
    print_table(["what", "value"], rows)


def _print_image(stack: Stack, image_id: str, *, as_json: bool) -> bool:
    """Print what is known of an image, and return whether it has a record."""
    record = read_item(stack.start_settings.metadata_table, image_id)
    execution_status = _execution_status(stack, record) if record and is_begun(record) else None
    if as_json:
        shown = {"imageId": image_id, "document": document(stack, record)}
        print_object({**shown, "record": record, "executionStatus": execution_status})
    else:
        _print_facts(image_id, record, execution_status)
    return record is not None


def _execution_status(stack: Stack, record: MetadataRecord) -> str | None:
    return executions.status_of(record["execution"], stack.start_settings)


def _print_facts(image_id: str, record: MetadataRecord | None, execution_status: str | None) -> None:
    unknown = [("record", "none: no upload URL was issued, or the record has expired")]
    rows = [list(fact) for fact in (facts(record, execution_status) if record else unknown)]
    head = ["imageId", image_id]
    print_table(head, rows if sys.stdout.isatty() else [head, *rows])
