"""`status`: all that is known of a picture, and what to do about it."""

import pytest

from lambdas.domain.record import FAILED, REJECTED, SUCCEEDED, Failure
from lambdas.runtime import clients
from tests.operations.desk import CAUSE, FAILURE, RETENTION, Desk


def _facts(desk: Desk, image_id: str) -> dict[str, str]:
    """Return what `status` says of a picture, by name."""
    told = desk.run("status", image_id)
    assert (told.code, told.err) == (0, "")
    return {name: value for name, value, *_ in told.rows}


def test_failure_is_told_with_what_to_do(desk: Desk) -> None:
    """Of a picture that FAILED it is told where, why, and the command that tries it again."""
    image = desk.ended(FAILED)
    facts = _facts(desk, image["imageId"])
    assert facts["status"] == FAILED
    assert (facts["failedIn"], facts["reason"], facts["cause"]) == (FAILURE.failed_in, FAILURE.reason, CAUSE)
    assert facts["to do"] == f"mend what failed, then: redrive {image['imageId']}"


def test_cause_that_is_no_json_is_told_as_it_is(desk: Desk) -> None:
    """Step Functions' own errors have a sentence for a cause."""
    image = desk.upload()
    desk.begun(image).fail(Failure("ArchiveImage", "States.Timeout", '{"Cause": "It took too long."}'), RETENTION)
    assert _facts(desk, image["imageId"])["cause"] == "It took too long."


def test_picture_whose_execution_is_not_there_is_for_the_sweep(desk: Desk) -> None:
    """Of a picture that is being processed by nobody that is known of, it is said who will find out."""
    image = desk.upload()
    desk.begun(image)
    facts = _facts(desk, image["imageId"])
    assert ("executionStatus" in facts, facts["to do"].partition(":")[0]) == (False, "wait")


def test_success_is_told_with_where_it_lies(desk: Desk) -> None:
    """Of a picture that SUCCEEDED it is told when its step was done and where each archived picture lies."""
    image = desk.ended(SUCCEEDED)
    facts = _facts(desk, image["imageId"])
    assert facts["status"] == SUCCEEDED
    assert facts["ArchiveImage"] == facts["finishedAt"]
    assert all(facts[name].startswith("s3://archive/") for name in ("original", "resized", "smaller", "thumbnail"))
    assert "to do" not in facts


def test_rejection_is_told_with_its_reason(desk: Desk) -> None:
    """Of a picture that was REJECTED the reason is told; there is nothing to do."""
    facts = _facts(desk, desk.ended(REJECTED)["imageId"])
    assert (facts["status"], facts["reason"]) == (REJECTED, "TRUNCATED")
    assert "to do" not in facts


@pytest.mark.parametrize("status", [SUCCEEDED, REJECTED, FAILED])
def test_end_that_was_not_told_wants_a_sweep(desk: Desk, status: str) -> None:
    """Of a picture whose end has not been told yet, it is said that a sweep does that."""
    facts = _facts(desk, desk.ended(status, told=False)["imageId"])
    assert facts["to do"] == "sweep: the end has not been told yet"


def test_execution_under_way_is_told(desk: Desk) -> None:
    """Of a picture that is being processed the status of its execution is told, and nothing is to do."""
    image = desk.upload()
    desk.begun(image)
    desk.start(image)
    facts = _facts(desk, image["imageId"])
    assert (facts["status"], facts["executionStatus"]) == ("PROCESSING", "RUNNING")
    assert "to do" not in facts


def test_execution_that_broke_wants_a_sweep(desk: Desk) -> None:
    """Of a picture that is being processed by an execution that is over, it is said that a sweep ends it."""
    image = desk.upload()
    desk.begun(image)
    clients.stepfunctions().stop_execution(executionArn=desk.start(image))
    facts = _facts(desk, image["imageId"])
    assert (facts["executionStatus"], facts["to do"].partition(":")[0]) == ("ABORTED", "sweep")


def test_unknown_picture_is_told_by_the_exit_code(desk: Desk) -> None:
    """Of several pictures, those without a record are named as such, the others told, and the exit code is 1."""
    image = desk.ended(SUCCEEDED)
    told = desk.run("status", "no-such-id", image["imageId"])
    assert told.code == 1
    assert ("imageId", "no-such-id") in told.rows
    assert ("status", SUCCEEDED) in told.rows


def test_json_holds_the_whole_record(desk: Desk) -> None:
    """With --json each picture is an object on a line of its own, with its record as it is."""
    image = desk.ended(FAILED)
    known, unknown = desk.run("--json", "status", image["imageId"], "no-such-id").objects
    assert known["record"]["execution"].startswith(image["imageId"])
    assert known["record"]["error"] == FAILURE.error
    assert unknown == {"imageId": "no-such-id", "record": None, "executionStatus": None}
