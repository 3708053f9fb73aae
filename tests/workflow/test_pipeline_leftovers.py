"""The leftovers of executions that did not succeed: finalization removes all but the record of the failure."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from imaging.errors import Reason
from lambdas.domain import execution_history, object_keys
from tests.fake_aws.interpreter import Handler, refusal
from tests.fake_aws.resources import ARCHIVE, UPLOADS
from tests.workflow import images
from tests.workflow.combinations import combined, named, some
from tests.workflow.processing import Outcome, Processing
from workflow.contracts.errors import ImageRejected
from workflow.steps import ARCHIVE as LAST
from workflow.steps import METADATA, RESIZE, STEPS, THUMBNAIL, VALIDATE, Step

REJECTION = ImageRejected(Reason.CORRUPT, "The image cannot be decoded.")
Break = Callable[[Processing, Step], None]


def time_out() -> None:
    """Raise the error that moto treats as a task's timeout."""
    raise TimeoutError


def _fault(processing: Processing, step: Step) -> None:
    processing.break_function(step.function, MemoryError("no room"))


def _throttle(processing: Processing, step: Step) -> None:
    processing.interpreter.before[step.state] = refusal("TooManyRequestsException")


def _timeout(processing: Processing, step: Step) -> None:
    processing.interpreter.before[step.state] = time_out


FAILURES: dict[str, tuple[Break, str]] = {
    "fault": (_fault, "MemoryError"),
    "throttle": (_throttle, "Lambda.TooManyRequestsException"),
    "timeout": (_timeout, "States.Timeout"),
}


def assert_nothing_left(processing: Processing, outcome: Outcome) -> None:
    """Assert that neither execution nor image has anything staged or archived."""
    assert (outcome.staged, outcome.archived) == ([], {})
    assert (
        processing.resources.keys(ARCHIVE, object_keys.image_folder(outcome.image["owner"], outcome.image["imageId"]))
        == []
    )
    assert processing.resources.keys(UPLOADS, object_keys.STAGED) == []


@pytest.mark.share(2)
@pytest.mark.parametrize(("step", "failure"), combined(STEPS, [*FAILURES]), ids=named)
def test_every_failure_is_located_and_leaves_nothing(processing: Processing, step: Step, failure: str) -> None:
    """For any failure of any step, record, notification and history agree, and after finalization no object is left."""
    make, reason = FAILURES[failure]
    make(processing, step)
    first = processing.process(images.jpeg())
    outcome = processing.finalize(first)
    messages = [message for message, _ in (*first.notifications, *outcome.notifications)]
    record = outcome.record or {}
    assert [(one["failedIn"], one["reason"]) for one in messages] == [(step.state, reason)]
    assert (record["status"], record["failedIn"], record["reason"]) == ("FAILED", step.state, reason)
    assert "notifiedAt" in record
    found = execution_history.read_failure(outcome.execution.arn, outcome.execution.status)
    assert (found.failed_in, found.reason) == (step.state, reason)
    assert_nothing_left(processing, outcome)


def test_an_image_whose_first_step_never_ran_is_finalized(processing: Processing) -> None:
    """Without a record the execution itself publishes nothing; finalization creates the record and publishes it."""
    _fault(processing, VALIDATE)
    first = processing.process(images.jpeg())
    assert (first.record, first.notifications, first.execution.status) == (None, [], "FAILED")
    outcome = processing.finalize(first)
    known = ("imageId", "owner", "bucket", "key", "versionId")
    assert [(outcome.record or {})[name] for name in known] == [outcome.image[name] for name in known]
    assert outcome.announced == ["FAILED"]
    assert {"createdAt", "finishedAt", "expiresAt"} <= (outcome.record or {}).keys()


@pytest.mark.share(1)
@pytest.mark.parametrize("state", ["PublishSuccess", "RecordFailure", "PublishFailure"])
def test_a_failed_publish_is_found_in_the_history(processing: Processing, state: str) -> None:
    """For a success the history names the failed publish; for a failure it names what failed before."""
    if state != "PublishSuccess":
        _fault(processing, LAST)
    processing.interpreter.before[state] = refusal("InternalError")
    outcome = processing.process(images.jpeg())
    found = execution_history.read_failure(outcome.execution.arn, "FAILED")
    wanted = (state, "SNS.InternalErrorException") if state == "PublishSuccess" else (LAST.state, "MemoryError")
    assert (found.failed_in, found.reason) == wanted


def half_done(handler: Handler) -> Handler:
    """Wrap the last step so that it copies into the archive and then fails."""

    def handle(event: dict[str, Any], _: object) -> dict[str, Any]:
        key = f"{object_keys.archive_folder(event['image'], event['execution'])}original.jpg"
        boto3.client("s3").put_object(Bucket=ARCHIVE, Key=key, Body=b"data")
        raise MemoryError(handler)

    return handle


def test_incomplete_archive_is_removed(processing: Processing) -> None:
    """Objects that a step archived before it failed are removed, with all staged objects."""
    processing.wrap(LAST.function, half_done)
    first = processing.process(images.jpeg())
    assert first.staged
    assert first.archived
    assert_nothing_left(processing, processing.finalize(first))


@pytest.mark.share(1)
@pytest.mark.parametrize("step", some(STEPS[1:], METADATA, THUMBNAIL), ids=named)
def test_a_late_rejection_leaves_nothing_after_a_sweep(processing: Processing, step: Step) -> None:
    """The next sweep removes objects that were staged before a later step rejected the image; the outcome stays."""
    processing.break_function(step.function, REJECTION)
    first = processing.process(images.jpeg())
    assert (first.status, first.announced) == ("REJECTED", ["REJECTED"])
    outcome = processing.sweep(first)
    assert (outcome.record, outcome.notifications) == (first.record, [])
    assert_nothing_left(processing, outcome)


def test_a_success_leaves_nothing_but_its_archive(processing: Processing) -> None:
    """Neither finalization nor a sweep removes objects of a success, or publishes it again."""
    first = processing.process(images.jpeg())
    for outcome in (processing.sweep(first), processing.finalize(as_failed(first))):
        assert (outcome.record, outcome.notifications, outcome.archived) == (first.record, [], first.archived)


def as_failed(outcome: Outcome) -> Outcome:
    """Return outcome with the execution's status FAILED."""
    return replace(outcome, execution=replace(outcome.execution, status="FAILED"))


@pytest.mark.share(1)
@pytest.mark.parametrize("step", some(STEPS[1:], RESIZE, LAST), ids=named)
def test_a_lost_failure_is_found_by_a_sweep(processing: Processing, step: Step) -> None:
    """If the execution cannot store its failure and its event is lost, the sweep publishes state and reason."""
    _fault(processing, step)
    processing.interpreter.before["RecordFailure"] = refusal("InternalServerError")
    outcome = processing.sweep(processing.process(images.jpeg()))
    assert (outcome.status, outcome.announced) == ("FAILED", ["FAILED"])
    assert ((outcome.record or {})["failedIn"], (outcome.record or {})["reason"]) == (step.state, "MemoryError")
    assert_nothing_left(processing, outcome)


def test_image_of_a_lost_event_is_processed(processing: Processing) -> None:
    """An upload whose event was lost succeeds after a sweep, and is published once."""
    image = processing.resources.upload(images.jpeg())
    outcome = processing.swept(image)
    assert (outcome.status, outcome.announced) == ("SUCCEEDED", ["SUCCEEDED"])
    with pytest.raises(ClientError, match="ExecutionAlreadyExists"):
        processing.run(image)
