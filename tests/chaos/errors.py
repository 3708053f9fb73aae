"""The errors that faults raise: of the SDK in a function, and of a service in a state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError, ReadTimeoutError

if TYPE_CHECKING:
    from collections.abc import Callable

THROTTLES = {
    "dynamodb": ("ProvisionedThroughputExceededException", 400),
    "lambda": ("TooManyRequestsException", 429),
    "s3": ("SlowDown", 503),
    "sns": ("ThrottledException", 429),
    "sqs": ("RequestThrottled", 403),
    "stepfunctions": ("ThrottlingException", 400),
}
SERVICES = {"dynamodb": "DynamoDB", "lambda": "Lambda", "sns": "SNS"}  # prefixes of error names
TASK_THROTTLES = {
    "dynamodb": "ProvisionedThroughputExceededException",
    "lambda": "TooManyRequestsException",
    "sns": "ThrottledException",
}
# No outage, so that the task is given up after three retries.
TASK_FAILURES = {
    "dynamodb": "AccessDeniedException",
    "lambda": "AccessDeniedException",
    "sns": "AuthorizationErrorException",
}
KILLED, OUT_OF_MEMORY, FUNCTION_TIMED_OUT = "Runtime.ExitError", "Runtime.OutOfMemory", "Sandbox.Timedout"
INTERNAL = "InternalError"
# The reasons with which a picture may fail under these faults, and the project's own reasons for a stopped execution.
EXPLAINED = {
    *(code for code, _ in THROTTLES.values()),
    *(f"{name}.{codes[key]}" for codes in (TASK_THROTTLES, TASK_FAILURES) for key, name in SERVICES.items()),
    *(KILLED, OUT_OF_MEMORY, FUNCTION_TIMED_OUT, INTERNAL),
    *("ReadTimeoutError", "States.Timeout", "Aborted", "ExecutionNotFound", "DeadLetter"),
}


def throttled(client: Any, operation: str) -> Exception:
    """Return the error of the SDK for a call that was throttled at every retry."""
    return _refused(client, operation, *THROTTLES[client.meta.service_model.service_name])


def failed(client: Any, operation: str) -> Exception:
    """Return the error of the SDK for a service that fails."""
    return _refused(client, operation, INTERNAL, 500)


def timed_out() -> Exception:
    """Return the error of the SDK for a call without an answer."""
    return ReadTimeoutError(endpoint_url="https://aws.example")


def task_throttled(service: str) -> Exception:
    """Return the error of a state whose service throttles it."""
    return _error(TASK_THROTTLES[service], 429)


def task_failed(service: str) -> Exception:
    """Return the error of a state whose service fails."""
    return _error(TASK_FAILURES[service], 500)


def _error(code: str, status: int) -> ClientError:
    return ClientError(_response(code, status), "Call")


def _refused(client: Any, operation: str, code: str, status: int) -> Exception:
    kind: Callable[[Any, str], Exception] = client.exceptions.from_code(code)
    return kind(_response(code, status), operation)


def _response(code: str, status: int) -> Any:
    head = {"HTTPStatusCode": status, "RequestId": "of-the-refusal"}
    return {"Error": {"Code": code, "Message": "Refused."}, "ResponseMetadata": head}
