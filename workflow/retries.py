"""How often each task is tried again: after which errors never, after which patiently."""

from workflow.contracts.errors import (
    ContractViolation,
    ImageRejected,
    NotConfigured,
    PreviousOutcomePending,
    StaleExecution,
)
from workflow.sdk import Retry

REJECTED = ImageRejected.__name__

# Errors that pass: the functions are being updated, an earlier outcome of the image is not published yet, or Lambda,
# DynamoDB or SNS throttles.
TRANSIENT_ERRORS = [
    NotConfigured.__name__,
    PreviousOutcomePending.__name__,
    "Lambda.TooManyRequestsException",
    "DynamoDB.ProvisionedThroughputExceededException",
    "DynamoDB.RequestLimitExceeded",
    "DynamoDB.ThrottlingException",
    "SNS.ThrottledException",
    # As a function reports those of DynamoDB.
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ThrottlingException",
]
MAX_RETRIES = 3  # after any other error
STALE_EXECUTION = StaleExecution.__name__
# After these errors another execution decides the image's outcome, so this one publishes none.
STALE_EXECUTION_ERRORS = [STALE_EXECUTION, PreviousOutcomePending.__name__]
# The record is not this execution's: as a function reports it, and as the integration does.
CONDITION_FAILED = "ConditionalCheckFailedException"
DYNAMODB_CONDITION_FAILED = f"DynamoDB.{CONDITION_FAILED}"
# No retry can help: the image and the payload stay as they are, and the record has its final status.
PERMANENT_ERRORS = [
    REJECTED,
    ContractViolation.__name__,
    STALE_EXECUTION,
    CONDITION_FAILED,
    DYNAMODB_CONDITION_FAILED,
]


def retries() -> list[Retry]:
    """Return the retriers of every task: never for permanent errors, eight times for transient ones, else three times."""
    return [
        Retry(error_equals=PERMANENT_ERRORS, max_attempts=0),
        _backing_off(TRANSIENT_ERRORS, max_attempts=8),
        _backing_off(["States.ALL"], max_attempts=MAX_RETRIES),
    ]


def _backing_off(errors: list[str], max_attempts: int) -> Retry:
    return Retry(
        error_equals=errors,
        interval_seconds=1,
        max_attempts=max_attempts,
        backoff_rate=2.0,
        max_delay_seconds=30,
        jitter_strategy="FULL",
    )
