"""Where the history of an execution comes from: a file that the AWS CLI wrote, or Step Functions itself."""

import json
from pathlib import Path
from typing import Any

from asl.history.trace import Event, UnusableHistory, time_of

EXAMPLE = "arn:aws:states:REGION:ACCOUNT:execution:MACHINE:NAME"
UNKEPT = "those have no history, only what they logged"


def load(file: Path) -> list[Event]:
    """Return the events in a file, as `aws stepfunctions get-execution-history` prints them; raises UnusableHistory."""
    try:
        found: Any = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UnusableHistory(f"{file} cannot be read: {error}") from error
    events = found.get("events") if isinstance(found, dict) else found
    if not isinstance(events, list) or not all(_is_event(one) for one in events):
        what = 'an object with "events", or a list of them, each with id, type and timestamp'
        raise UnusableHistory(f"{file} is no history: it has to be {what}")
    return events


def _is_event(one: Any) -> bool:
    if not isinstance(one, dict) or not {"id", "type", "timestamp"} <= set(one):
        return False
    try:
        time_of(one)
    except (TypeError, ValueError, OverflowError, OSError):
        return False
    numbers = one["id"], one.get("previousEventId", 0)
    return all(isinstance(number, int) for number in numbers) and isinstance(one["type"], str)


def fetch(arn: str, client: Any = None) -> tuple[dict[str, Any], list[Event]]:
    """Return the definition that an execution ran, and its events so far; raises UnusableHistory.

    Without a client it asks Step Functions in the ARN's region or, where AWS_ENDPOINT_URL says so, an emulator.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    _check(arn)
    try:
        client = client or _client(arn)
        ran = client.describe_state_machine_for_execution(executionArn=arn)
        pages = client.get_paginator("get_execution_history").paginate(executionArn=arn, includeExecutionData=True)
        events = [event for page in pages for event in page["events"]]
    except (BotoCoreError, ClientError) as error:
        raise UnusableHistory(f"{arn}: {_why(error)}") from error
    except ValueError as error:  # boto3 has no error of its own for this
        raise UnusableHistory("AWS_ENDPOINT_URL is no address, such as http://localhost:4566") from error
    return json.loads(ran["definition"]), events


def _check(arn: str) -> None:
    parts = arn.split(":")
    if len(parts) <= EXAMPLE.count(":") or not all(parts):
        raise UnusableHistory(f"{arn} is no execution's ARN, such as {EXAMPLE}")
    if parts[5] == "express":
        raise UnusableHistory(f"{arn} is of an EXPRESS execution: {UNKEPT}")


def _client(arn: str) -> Any:
    import boto3

    return boto3.client("stepfunctions", region_name=arn.split(":")[3])


def _why(error: Exception) -> str:
    """Return what AWS says, without what it was asked with."""
    told: dict[str, Any] = getattr(error, "response", {}).get("Error", {})
    if told.get("Code") == "ExecutionDoesNotExist":
        return f"there is no such execution; if its machine is EXPRESS, {UNKEPT}"
    return f"{told['Code']}: {told.get('Message', '')}" if "Code" in told else str(error)
