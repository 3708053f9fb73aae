"""The pipeline when the end itself cannot be recorded or told, and when a picture has its end already."""

from types import SimpleNamespace

import pytest

from lambdas.record import EXPIRES_AT
from tests.workflow import drawings
from tests.workflow.asl import MAX_ATTEMPTS
from tests.workflow.interpreter import refusal
from tests.workflow.processing import Processing
from workflow.contracts.errors import ImageRejected, Reason
from workflow.steps import ARCHIVE, VALIDATE

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


def test_a_failure_that_cannot_be_recorded_is_told(processing: Processing) -> None:
    """If DynamoDB refuses for good, the record stays open, the failure is told all the same, and the execution fails."""
    lead_to(processing, BROKEN)
    processing.interpreter.before["RecordFailure"] = refusal("InternalServerError")
    outcome = processing.process(drawings.jpeg())
    assert (outcome.status, outcome.announced, outcome.execution.status) == ("PROCESSING", ["FAILED"], "FAILED")
    assert outcome.execution.cause == "MemoryError"
    assert processing.interpreter.attempts["RecordFailure"] == FOR_GOOD


def test_a_rejection_that_cannot_be_recorded_is_a_failure(processing: Processing) -> None:
    """If DynamoDB refuses the rejection, the picture ends as a failure of ours, recorded and told."""
    lead_to(processing, UNSOUND)
    processing.interpreter.before["RecordRejection"] = refusal("InternalServerError")
    outcome = processing.process(drawings.jpeg())
    assert (outcome.status, outcome.announced, outcome.execution.status) == ("FAILED", ["FAILED"], "FAILED")
    assert outcome.execution.cause == "DynamoDB.InternalServerError"


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


@ENDS
def test_an_end_is_the_end(processing: Processing, error: Exception | None, status: str) -> None:
    """A second upload under the key of a picture that has its end changes neither record nor archive, and tells nobody."""
    lead_to(processing, error)
    first = processing.process(drawings.jpeg())
    processing.interpreter.calls.clear()
    second = processing.run(processing.resources.upload(drawings.transparent_png(), image_id=first.image["imageId"]))
    assert first.status == status
    assert second.record == first.record
    assert second.archived == first.archived
    assert (second.announced, second.execution.status) == ([], "SUCCEEDED")
    assert processing.interpreter.calls == {VALIDATE.function: 1}


def test_an_execution_ends_only_its_own_record(processing: Processing) -> None:
    """A second upload under the key of a picture that is being processed leaves the first one's record open."""
    image = processing.resources.upload(drawings.jpeg())
    first_step = {"image": image, "execution": "the-first-execution"}
    processing.interpreter.functions[VALIDATE.function](first_step, SimpleNamespace(aws_request_id="first"))
    first = processing.resources.record(image)
    second = processing.run(processing.resources.upload(drawings.jpeg(), image_id=image["imageId"]))
    assert second.record == first
    assert (second.announced, second.execution.status) == ([], "FAILED")
