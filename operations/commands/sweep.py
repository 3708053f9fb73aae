"""`operations sweep`: run the stack's own sweep now, instead of waiting for its schedule."""

import json
from argparse import Namespace
from typing import Any

import boto3
from botocore.config import Config

from operations.cli.progress import spinner
from operations.cli.tables import print_object, print_table
from operations.errors import OperationError
from operations.stack import Stack, find_stack

MAX_SECONDS = 900  # of a sweep: the longest time that Lambda gives a function
MEANINGS = {
    "finalized": "images of dead-letter messages that got their final status",
    "resumed": "uploads that were started again, finalized or notified",
    "cleared": "executions whose staged renditions were removed",
}


def run(options: Namespace) -> int:
    """Run the sweep, and print how often it did what."""
    stack = find_stack(options.stack)
    with spinner("sweeping", start=True):
        done = _invoke(stack, everything=options.everything)
    counts = {name: done.get(name, 0) for name in MEANINGS}  # the sweep leaves out what it did not do
    if options.json:
        print_object(counts)
    else:
        rows = [[name, str(counts[name]), meaning] for name, meaning in MEANINGS.items()]
        print_table(["what", "count", "meaning"], rows)
    return 0


def _invoke(stack: Stack, *, everything: bool) -> dict[str, Any]:
    """Return the sweep's result; raises OperationError if it fails."""
    client = boto3.client("lambda", config=Config(read_timeout=MAX_SECONDS, retries={"total_max_attempts": 1}))
    payload = json.dumps({"everything": everything})
    answer = client.invoke(FunctionName=stack.function("SweepFunction"), Payload=payload.encode())
    result: dict[str, Any] = json.loads(answer["Payload"].read())
    if "FunctionError" in answer:
        raise OperationError(f"the sweep failed: {result.get('errorMessage', 'see its log')}")
    return result
