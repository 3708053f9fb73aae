"""The sources of execution histories: a file that the AWS CLI has written, or Step Functions."""

import json
from pathlib import Path
from typing import Any

from asl.command import file_problem
from asl.documents import parse_json
from asl.history.trace import Event, InvalidHistoryError, event_time

EXAMPLE_ARN = "arn:aws:states:REGION:ACCOUNT:execution:MACHINE:NAME"
EXPRESS = "EXPRESS executions have no history, only logs"
NO_BOTO3 = "an execution is read from AWS with boto3, which is not installed: pip install boto3"


def load_history(file: Path) -> list[Event]:
    """Return the events in the output of `aws stepfunctions get-execution-history`; raises InvalidHistoryError."""
    try:
        found: Any = parse_json(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InvalidHistoryError(f"{file} cannot be read: {file_problem(error, file)}") from error
    events = found.get("events") if isinstance(found, dict) else found
    if not isinstance(events, list) or not all(_is_event(one) for one in events):
        what = 'an object with "events", or a list of them, each with id, type and timestamp'
        raise InvalidHistoryError(f"{file} is no history: it has to be {what}")
    return events


def _is_event(one: Any) -> bool:
    if not isinstance(one, dict) or not {"id", "type", "timestamp"} <= set(one):
        return False
    try:
        event_time(one)
    except (TypeError, ValueError, OverflowError, OSError):
        return False
    numbers = one["id"], one.get("previousEventId", 0)
    return all(isinstance(number, int) for number in numbers) and isinstance(one["type"], str)


def fetch_history(arn: str, client: Any = None) -> tuple[dict[str, Any], list[Event]]:
    """Return the definition of an execution, and its events so far; raises InvalidHistoryError.

    Without a client it calls Step Functions in the ARN's region, or the emulator at AWS_ENDPOINT_URL.
    """
    _check(arn)
    try:
        from botocore.exceptions import BotoCoreError, ClientError
    except ModuleNotFoundError as error:  # asl installed by itself does not bring it
        raise InvalidHistoryError(NO_BOTO3) from error
    try:
        client = client or _client(arn)
        ran = client.describe_state_machine_for_execution(executionArn=arn)
        pages = client.get_paginator("get_execution_history").paginate(executionArn=arn, includeExecutionData=True)
        events = [event for page in pages for event in page["events"]]
    except (BotoCoreError, ClientError) as error:
        raise InvalidHistoryError(f"{arn}: {_why(error)}") from error
    except ValueError as error:  # of boto3, for an invalid endpoint
        raise InvalidHistoryError("AWS_ENDPOINT_URL is not a URL, such as http://localhost:4566") from error
    return json.loads(ran["definition"]), events


def _check(arn: str) -> None:
    parts = arn.split(":")
    if len(parts) <= EXAMPLE_ARN.count(":") or not all(parts):
        raise InvalidHistoryError(f"{arn} is no execution's ARN, such as {EXAMPLE_ARN}")
    if parts[5] == "express":
        raise InvalidHistoryError(f"{arn} has no history: {EXPRESS}")


def _client(arn: str) -> Any:
    import boto3

    return boto3.client("stepfunctions", region_name=arn.split(":")[3])


def _why(error: Exception) -> str:
    """Return the code and message of AWS, without the request."""
    answer: dict[str, Any] = getattr(error, "response", {}).get("Error", {})
    if answer.get("Code") == "ExecutionDoesNotExist":
        return f"there is no such execution ({EXPRESS})"
    return f"{answer['Code']}: {answer.get('Message', '')}" if "Code" in answer else str(error)
