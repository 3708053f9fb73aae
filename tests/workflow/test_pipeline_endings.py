"""The pipeline when the outcome cannot be stored, published, or marked as notified."""

from functools import partial

import pytest

from imaging.errors import Reason
from lambdas.domain.grants import Grant, await_upload
from lambdas.domain.open_records import KEYS
from lambdas.domain.record import EXPIRES_AT
from lambdas.domain.tombstones import replace_record
from lambdas.runtime import clock
from tests.fake_aws.interpreter import refusal
from tests.fake_aws.resources import TABLE
from tests.workflow import images
from tests.workflow.combinations import combined
from tests.workflow.pipeline_graph import MAX_ATTEMPTS
from tests.workflow.processing import Processing
from workflow import contracts
from workflow.contracts.errors import ImageRejected
from workflow.steps import ARCHIVE, VALIDATE

ANNOUNCED = contracts.schema("metadata-record")["examples"][-1]["announced"]
BROKEN = MemoryError("no room")
UNSOUND = ImageRejected(Reason.CORRUPT, "The image cannot be decoded.")
FOR_GOOD = 1 + MAX_ATTEMPTS["States.ALL"]

# The error of the last step that leads to each final status.
ERRORS = {"SUCCEEDED": None, "REJECTED": UNSOUND, "FAILED": BROKEN}
EACH_STATUS = pytest.mark.parametrize(
    ("error", "status"), [(error, status) for status, error in ERRORS.items()], ids=[*ERRORS]
)
PUBLISH = {"SUCCEEDED": "PublishSuccess", "REJECTED": "PublishRejection", "FAILED": "PublishFailure"}
MARK = {"SUCCEEDED": "MarkSuccessNotified", "REJECTED": "MarkRejectionNotified", "FAILED": "MarkFailureNotified"}
RECORD = {"REJECTED": "RecordRejection", "FAILED": "RecordFailure"}


def lead_to(processing: Processing, error: Exception | None) -> None:
    """Make the last step raise error, if there is one."""
    if error is not None:
        processing.break_function(ARCHIVE.function, error)


@pytest.mark.share(1)
@EACH_STATUS
def test_an_outcome_is_marked_as_notified_and_a_success_does_not_expire(
    processing: Processing, error: Exception | None, status: str
) -> None:
    """After the notification the record holds its time; it expires unless it is a success."""
    lead_to(processing, error)
    record = processing.process(images.jpeg()).record or {}
    assert record["status"] == status
    assert record["finishedAt"] <= record["notifiedAt"]
    assert (EXPIRES_AT in record) == (status != "SUCCEEDED")
    # The sweep has to look for what a failed execution leaves in the archive.
    assert {name for name in KEYS if name in record} == (set(KEYS) if status == "FAILED" else set())


@pytest.mark.share(1)
@EACH_STATUS
def test_an_outcome_that_cannot_be_published_is_published_by_finalization(
    processing: Processing, error: Exception | None, status: str
) -> None:
    """If SNS refuses every attempt, the record keeps the image's own outcome, and the execution is FAILED, for the alarm.

    Finalization then publishes that outcome, with the same notification ID.
    """
    lead_to(processing, error)
    processing.interpreter.before[PUBLISH[status]] = refusal("AuthorizationError")
    first = processing.process(images.jpeg())
    assert (first.status, first.announced, first.execution.status) == (status, [], "FAILED")
    assert first.execution.cause == ("MemoryError" if error is BROKEN else "SNS.AuthorizationErrorException")
    assert processing.interpreter.attempts[PUBLISH[status]] == FOR_GOOD
    outcome = processing.finalize(first)
    assert (outcome.status, outcome.announced) == (status, [status])
    assert "notifiedAt" in (outcome.record or {})
    assert outcome.staged == []
    assert processing.finalize(outcome).announced == []


@pytest.mark.share(1)
@pytest.mark.parametrize(
    ("error", "state", "cause", "failed_in"),
    [
        (BROKEN, "RecordFailure", "MemoryError", "ArchiveImage"),
        (UNSOUND, "RecordRejection", "DynamoDB.AccessDeniedException", "RecordRejection"),
    ],
    ids=["FAILED", "REJECTED"],
)
def test_an_outcome_that_cannot_be_stored_is_finalized(
    processing: Processing, error: Exception, state: str, cause: str, failed_in: str
) -> None:
    """If DynamoDB refuses every attempt, nothing is published; finalization stores and publishes the outcome."""
    lead_to(processing, error)
    processing.interpreter.before[state] = refusal("AccessDeniedException")
    outcome = processing.process(images.jpeg())
    assert (outcome.status, outcome.announced, outcome.execution.status) == ("PROCESSING", [], "FAILED")
    assert outcome.execution.cause == cause
    assert processing.interpreter.attempts[state] == FOR_GOOD
    finalized = processing.finalize(outcome)
    assert (finalized.status, finalized.announced, finalized.staged) == ("FAILED", ["FAILED"], [])
    message, record = finalized.notifications[0][0], finalized.record or {}
    assert (message["failedIn"], message["reason"]) == (record["failedIn"], record["reason"]) == (failed_in, cause)


@pytest.mark.parametrize("status", RECORD)
def test_a_deletion_before_the_outcome_is_stored_is_no_failure(processing: Processing, status: str) -> None:
    """If the image is deleted after its last step, the execution ends as a stale one: no outcome, no notification, no alarm."""
    lead_to(processing, ERRORS[status])
    image = processing.resources.upload(images.jpeg())
    processing.interpreter.before[RECORD[status]] = partial(replace_record, TABLE, image["imageId"], image["owner"])
    outcome = processing.run(image)
    assert (outcome.status, outcome.announced, outcome.execution.status) == ("DELETED", [], "SUCCEEDED")


def test_a_deletion_before_the_failure_of_the_first_step_is_stored_is_no_failure(processing: Processing) -> None:
    """An execution that never began its record ends in the same way."""
    processing.break_function(VALIDATE.function, BROKEN)
    image = processing.resources.upload(images.jpeg())
    grant = Grant(image["owner"], image["imageId"], image["bucket"], image["key"], clock.now())
    await_upload(TABLE, grant, ANNOUNCED)
    processing.interpreter.before["RecordFailure"] = partial(replace_record, TABLE, image["imageId"], image["owner"])
    outcome = processing.run(image)
    assert (outcome.status, outcome.announced, outcome.execution.status) == ("DELETED", [], "SUCCEEDED")


@pytest.mark.share(1)
@pytest.mark.parametrize(
    ("status", "code"), combined([*ERRORS], ["ConditionalCheckFailedException", "AccessDeniedException"])
)
def test_an_outcome_that_cannot_be_marked_stays(processing: Processing, status: str, code: str) -> None:
    """The execution ends as it would have; the record has no time of the notification."""
    lead_to(processing, ERRORS[status])
    processing.interpreter.before[MARK[status]] = refusal(code)
    outcome = processing.process(images.jpeg())
    assert (outcome.status, outcome.announced) == (status, [status])
    assert outcome.execution.status == ("FAILED" if status == "FAILED" else "SUCCEEDED")
    assert "notifiedAt" not in (outcome.record or {})


@pytest.mark.share(1)
@pytest.mark.parametrize(("status", "code"), combined([*ERRORS], ["Throttled", "InternalError"]))
def test_a_transient_error_of_sns_is_retried(processing: Processing, status: str, code: str) -> None:
    """A transient error of SNS is retried, and the outcome is published once."""
    lead_to(processing, ERRORS[status])
    processing.interpreter.before[PUBLISH[status]] = refusal(code, times=1)
    outcome = processing.process(images.jpeg())
    assert (outcome.status, outcome.announced) == (status, [status])


@pytest.mark.parametrize(("status", "code"), combined([*RECORD], ["ThrottlingException", "InternalServerError"]))
def test_a_transient_error_of_dynamodb_is_retried(processing: Processing, status: str, code: str) -> None:
    """A transient error of DynamoDB is retried, and the outcome is stored and published."""
    lead_to(processing, ERRORS[status])
    processing.interpreter.before[RECORD[status]] = refusal(code, times=1)
    outcome = processing.process(images.jpeg())
    assert (outcome.status, outcome.announced) == (status, [status])
