"""The pipeline when the end itself cannot be recorded, told, or noted as told."""

import pytest

from lambdas.record import EXPIRES_AT
from tests.workflow import drawings
from tests.workflow.asl import MAX_ATTEMPTS
from tests.workflow.interpreter import refusal
from tests.workflow.processing import Processing
from workflow.contracts.errors import ImageRejected, Reason
from workflow.steps import ARCHIVE

BROKEN = MemoryError("no room")
UNSOUND = ImageRejected(Reason.CORRUPT, "The picture cannot be decoded.")
FOR_GOOD = 1 + MAX_ATTEMPTS["States.ALL"]

# How the last step leads to each end.
ENDS = pytest.mark.parametrize(
    ("error", "status"),
    [(None, "SUCCEEDED"), (UNSOUND, "REJECTED"), (BROKEN, "FAILED")],
    ids=["SUCCEEDED", "REJECTED", "FAILED"],
)
PUBLISH = {"SUCCEEDED": "PublishSuccess", "REJECTED": "PublishRejection", "FAILED": "PublishFailure"}
NOTE = {"SUCCEEDED": "NoteSuccess", "REJECTED": "NoteRejection", "FAILED": "NoteFailure"}
RECORD = {"REJECTED": "RecordRejection", "FAILED": "RecordFailure"}


def lead_to(processing: Processing, error: Exception | None) -> None:
    """Make the last step end with error, if there is one."""
    if error is not None:
        processing.break_function(ARCHIVE.function, error)


@ENDS
def test_only_the_record_of_a_success_stays(processing: Processing, error: Exception | None, status: str) -> None:
    """What is archived stays and so does its record; of any other end the table may remove it one day."""
    lead_to(processing, error)
    record = processing.process(drawings.jpeg()).record or {}
    assert record["status"] == status
    assert (EXPIRES_AT in record) == (status != "SUCCEEDED")


@ENDS
def test_an_end_that_cannot_be_told_stays_as_it_was_recorded(
    processing: Processing, error: Exception | None, status: str
) -> None:
    """If SNS refuses for good, the record keeps the picture's own end and the execution is FAILED, for the alarm."""
    lead_to(processing, error)
    processing.interpreter.before[PUBLISH[status]] = refusal("InternalError")
    outcome = processing.process(drawings.jpeg())
    assert (outcome.status, outcome.announced, outcome.execution.status) == (status, [], "FAILED")
    assert outcome.execution.cause == ("MemoryError" if error is BROKEN else "SNS.InternalErrorException")
    assert processing.interpreter.attempts[PUBLISH[status]] == FOR_GOOD


@ENDS
def test_an_end_that_cannot_be_told_is_told_by_settling(
    processing: Processing, error: Exception | None, status: str
) -> None:
    """What SNS did not take is published once the execution is settled: the record's own end, under the same id."""
    lead_to(processing, error)
    processing.interpreter.before[PUBLISH[status]] = refusal("InternalError")
    outcome = processing.settle(processing.process(drawings.jpeg()))
    assert (outcome.status, outcome.announced) == (status, [status])
    assert "notifiedAt" in (outcome.record or {})
    assert outcome.staged == []
    assert processing.settle(outcome).announced == []


@pytest.mark.parametrize(
    ("error", "state", "cause", "failed_in"),
    [
        (BROKEN, "RecordFailure", "MemoryError", "ArchiveImage"),
        (UNSOUND, "RecordRejection", "DynamoDB.InternalServerError", "RecordRejection"),
    ],
    ids=["FAILED", "REJECTED"],
)
def test_an_end_that_cannot_be_recorded_is_not_told_but_settled(
    processing: Processing, error: Exception, state: str, cause: str, failed_in: str
) -> None:
    """If DynamoDB refuses for good, nobody is told what the record does not say, until settling says and tells both."""
    lead_to(processing, error)
    processing.interpreter.before[state] = refusal("InternalServerError")
    outcome = processing.process(drawings.jpeg())
    assert (outcome.status, outcome.announced, outcome.execution.status) == ("PROCESSING", [], "FAILED")
    assert outcome.execution.cause == cause
    assert processing.interpreter.attempts[state] == FOR_GOOD
    settled = processing.settle(outcome)
    assert (settled.status, settled.announced, settled.staged) == ("FAILED", ["FAILED"], [])
    told, record = settled.notifications[0][0], settled.record or {}
    assert (told["failedIn"], told["reason"]) == (record["failedIn"], record["reason"]) == (failed_in, cause)


@ENDS
@pytest.mark.parametrize("code", ["ConditionalCheckFailedException", "InternalServerError"])
def test_an_end_that_cannot_be_noted_as_told_is_one_all_the_same(
    processing: Processing, error: Exception | None, status: str, code: str
) -> None:
    """The execution ends as it would have; the record does not say that the end was told."""
    lead_to(processing, error)
    processing.interpreter.before[NOTE[status]] = refusal(code)
    outcome = processing.process(drawings.jpeg())
    assert (outcome.status, outcome.announced) == (status, [status])
    assert outcome.execution.status == ("FAILED" if status == "FAILED" else "SUCCEEDED")
    assert "notifiedAt" not in (outcome.record or {})


@ENDS
def test_an_end_is_noted_as_told(processing: Processing, error: Exception | None, status: str) -> None:
    """Once the topic has taken the notification, the record says when."""
    lead_to(processing, error)
    record = processing.process(drawings.jpeg()).record or {}
    assert record["status"] == status
    assert record["finishedAt"] <= record["notifiedAt"]


@ENDS
@pytest.mark.parametrize("code", ["Throttled", "InternalError"])
def test_sns_may_stumble(processing: Processing, error: Exception | None, status: str, code: str) -> None:
    """A refusal of SNS that passes is retried, and the end is told once."""
    lead_to(processing, error)
    processing.interpreter.before[PUBLISH[status]] = refusal(code, times=1)
    outcome = processing.process(drawings.jpeg())
    assert (outcome.status, outcome.announced) == (status, [status])


@pytest.mark.parametrize(("error", "status"), [(UNSOUND, "REJECTED"), (BROKEN, "FAILED")])
@pytest.mark.parametrize("code", ["ThrottlingException", "InternalServerError"])
def test_dynamodb_may_stumble(processing: Processing, error: Exception, status: str, code: str) -> None:
    """A refusal of DynamoDB that passes is retried, and the end is recorded and told."""
    lead_to(processing, error)
    processing.interpreter.before[RECORD[status]] = refusal(code, times=1)
    outcome = processing.process(drawings.jpeg())
    assert (outcome.status, outcome.announced) == (status, [status])
