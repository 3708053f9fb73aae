"""How often each task is tried again: after which errors never, after which for days, after which three times."""

from typing import Final

from workflow.contracts.durations import DAY
from workflow.contracts.errors import (
    ContractViolation,
    ImageRejected,
    NotConfigured,
    PreviousOutcomePending,
    StaleExecution,
)
from workflow.contracts.service_errors import SERVICE_ERRORS
from workflow.sdk import Retry

REJECTED = ImageRejected.__name__

# The image is innocent: a service throttles or is down, the functions are being updated, or an earlier outcome of the image
# is not published yet.
TRANSIENT_ERRORS = [NotConfigured.__name__, PreviousOutcomePending.__name__, *SERVICE_ERRORS]
OUTAGE: Final = 3 * DAY  # of a service, that every task outlasts; one such outage has to fit EXECUTION_TIMEOUT
LONGEST_DELAY: Final = 15 * 60  # seconds before a retry; with FULL jitter the delay is half of it on average
# Half as many again as an outage takes on average: that the drawn delays are shorter than an outage is as good as excluded.
TRANSIENT_RETRIES: Final = 3 * OUTAGE // LONGEST_DELAY
# After any other error, which may be a bug of ours or the image's fault. All attempts of a step that always fails have to fit
# the five minutes of an EXPRESS execution, so that the failure is recorded with its reason.
MAX_RETRIES = 3
SOON: Final = 30  # seconds: the longest delay before such a retry
# Of a batch of an import, whose EXPRESS execution has five minutes: a service that is down for longer fails it.
BATCH_RETRIES = 5
# Of a whole run, if too many batches failed: what was imported before is not imported again. The delays are 7 hours in all.
RUN_RETRIES: Final = 10
RUN_DELAY, LONGEST_RUN_DELAY = 5 * 60, 3600  # seconds before the first of these retries, and before the later ones
TOO_MANY_FAILED: Final = "States.ExceedToleratedFailureThreshold"
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
    """Return the retriers of every task: never for permanent errors, for days for transient ones, else three times."""
    return [
        Retry(error_equals=PERMANENT_ERRORS, max_attempts=0),
        _backing_off(TRANSIENT_ERRORS, max_attempts=TRANSIENT_RETRIES, longest=LONGEST_DELAY),
        _backing_off(["States.ALL"], max_attempts=MAX_RETRIES, longest=SOON),
    ]


def batch_retries() -> list[Retry]:
    """Return the retriers of a batch of an import: never for permanent errors, else while its execution lasts."""
    return [
        Retry(error_equals=[ContractViolation.__name__], max_attempts=0),
        _backing_off(["States.ALL"], max_attempts=BATCH_RETRIES, longest=SOON),
    ]


def run_retries() -> list[Retry]:
    """Return the retriers of a run: for hours if too many batches failed, else three times."""
    return [
        Retry(
            error_equals=[TOO_MANY_FAILED],
            interval_seconds=RUN_DELAY,
            max_attempts=RUN_RETRIES,
            backoff_rate=2.0,
            max_delay_seconds=LONGEST_RUN_DELAY,
        ),
        _backing_off(["States.ItemReaderFailed", "States.ResultWriterFailed"], max_attempts=MAX_RETRIES, longest=SOON),
    ]


def _backing_off(errors: list[str], max_attempts: int, longest: int) -> Retry:
    return Retry(
        error_equals=errors,
        interval_seconds=1,
        max_attempts=max_attempts,
        backoff_rate=2.0,
        max_delay_seconds=longest,
        jitter_strategy="FULL",
    )
