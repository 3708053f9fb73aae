"""`status`: what is known of an image, and what to do about it."""

from datetime import UTC, datetime

import pytest

from lambdas.domain.grants import Grant, await_upload
from lambdas.domain.outcomes import AWAITING_UPLOAD, DELETED, FAILED, REJECTED, SUCCEEDED, Failure
from lambdas.domain.tombstones import replace_record
from lambdas.runtime import clients
from tests.operations.stack_in_moto import CAUSE, FAILURE, RETENTION, StackInMoto
from workflow import contracts


def _facts(stack: StackInMoto, image_id: str) -> dict[str, str]:
    """Return the facts that `status` prints about an image, by name."""
    result = stack.run("status", image_id)
    assert (result.code, result.err) == (0, "")
    return {name: value for name, value, *_ in result.rows}


def test_failure_is_shown_with_what_to_do(stack: StackInMoto) -> None:
    """For an image that FAILED the state, the error and the command that starts it again are shown."""
    image = stack.upload_with_status(FAILED)
    facts = _facts(stack, image["imageId"])
    assert facts["status"] == FAILED
    assert (facts["failedIn"], facts["reason"], facts["cause"]) == (FAILURE.failed_in, FAILURE.reason, CAUSE)
    assert facts["to do"] == f"fix the cause, then: redrive {image['imageId']}"


def test_cause_that_is_no_json_is_shown_unchanged(stack: StackInMoto) -> None:
    """The cause of Step Functions' own errors is a sentence."""
    image = stack.upload()
    stack.begin(image).fail(Failure("ArchiveImage", "States.Timeout", '{"Cause": "It took too long."}'), RETENTION)
    assert _facts(stack, image["imageId"])["cause"] == "It took too long."


def test_image_without_an_execution_waits_for_the_sweep(stack: StackInMoto) -> None:
    """For an image in PROCESSING without an execution the advice is to wait for the sweep."""
    image = stack.upload()
    stack.begin(image)
    facts = _facts(stack, image["imageId"])
    assert ("executionStatus" in facts, facts["to do"].partition(":")[0]) == (False, "wait")


def test_success_is_shown_with_its_objects(stack: StackInMoto) -> None:
    """For an image that SUCCEEDED the times of its steps and the URIs of its objects are shown."""
    image = stack.upload_with_status(SUCCEEDED)
    facts = _facts(stack, image["imageId"])
    assert facts["status"] == SUCCEEDED
    assert facts["ArchiveImage"] == facts["finishedAt"]
    assert all(facts[name].startswith("s3://archive/") for name in ("original", "resized", "smaller", "thumbnail"))
    assert "to do" not in facts


def test_rejection_is_shown_with_its_reason(stack: StackInMoto) -> None:
    """For an image that was REJECTED the reason is shown; there is nothing to do."""
    facts = _facts(stack, stack.upload_with_status(REJECTED)["imageId"])
    assert (facts["status"], facts["reason"]) == (REJECTED, "TRUNCATED")
    assert "to do" not in facts


@pytest.mark.share(1)
@pytest.mark.parametrize("status", [SUCCEEDED, REJECTED, FAILED])
def test_pending_notification_needs_a_sweep(stack: StackInMoto, status: str) -> None:
    """For an image whose notification is pending the advice is a sweep."""
    facts = _facts(stack, stack.upload_with_status(status, notified=False)["imageId"])
    assert facts["to do"] == "sweep: the notification of its final status is pending"


def test_running_execution_is_shown(stack: StackInMoto) -> None:
    """For an image that is being processed the status of its execution is shown; there is nothing to do."""
    image = stack.upload()
    stack.begin(image)
    stack.start(image)
    facts = _facts(stack, image["imageId"])
    assert (facts["status"], facts["executionStatus"]) == ("PROCESSING", "RUNNING")
    assert "to do" not in facts


def test_aborted_execution_needs_a_sweep(stack: StackInMoto) -> None:
    """For an image in PROCESSING whose execution has ended the advice is a sweep."""
    image = stack.upload()
    stack.begin(image)
    clients.stepfunctions().stop_execution(executionArn=stack.start(image))
    facts = _facts(stack, image["imageId"])
    assert (facts["executionStatus"], facts["to do"].partition(":")[0]) == ("ABORTED", "sweep")


def test_unknown_image_sets_the_exit_code(stack: StackInMoto) -> None:
    """If one of several images has no record, the others are shown too, and the exit code is 1."""
    image = stack.upload_with_status(SUCCEEDED)
    result = stack.run("status", "no-such-id", image["imageId"])
    assert result.code == 1
    assert ("imageId", "no-such-id") in result.rows
    assert ("status", SUCCEEDED) in result.rows


def test_json_holds_the_whole_record(stack: StackInMoto) -> None:
    """With --json each image is an object on its own line, with the API's document, and the whole record."""
    image = stack.upload_with_status(FAILED)
    succeeded = stack.upload_with_status(SUCCEEDED)
    (shown,) = stack.run("--json", "status", succeeded["imageId"]).objects
    contracts.check("image-status.response", shown["document"])
    assert shown["document"]["status"] == SUCCEEDED
    known, unknown = stack.run("--json", "status", image["imageId"], "no-such-id").objects
    assert known["record"]["execution"].startswith(image["imageId"])
    assert known["record"]["error"] == FAILURE.error
    assert unknown == {"imageId": "no-such-id", "document": None, "record": None, "executionStatus": None}


def test_image_that_awaits_its_upload_is_shown(stack: StackInMoto) -> None:
    """Before the upload the status is known, too; there is nothing to do but to wait."""
    image = stack.upload()
    until = datetime(2026, 11, 24, tzinfo=UTC)
    announced = contracts.schema("metadata-record")["examples"][-1]["announced"]
    table = stack.outputs["MetadataTableName"]
    await_upload(table, Grant(image["owner"], image["imageId"], image["bucket"], image["key"], until), announced)
    facts = _facts(stack, image["imageId"])
    assert (facts["status"], facts["to do"].partition(":")[0]) == (AWAITING_UPLOAD, "wait")


def test_deleted_image_has_no_document(stack: StackInMoto) -> None:
    """For an image that its user has deleted only the tombstone is shown, and who has deleted it."""
    image = stack.upload_with_status(SUCCEEDED)
    replace_record(stack.outputs["MetadataTableName"], image["imageId"], image["owner"])
    facts = _facts(stack, image["imageId"])
    assert (facts["status"], facts["deletedBy"], "to do" in facts) == (DELETED, image["owner"], False)
    (shown,) = stack.run("--json", "status", image["imageId"]).objects
    assert shown["document"] is None
