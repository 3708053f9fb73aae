"""DELETE /images/{imageId}: an image of the user's is gone for good, and nothing that arrives late brings it back."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from unittest.mock import Mock
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from lambdas import archive
from lambdas.domain import back_pressure, executions
from lambdas.domain.outcomes import DELETED, FAILED, PROCESSING, REJECTED, SUCCEEDED
from lambdas.domain.tombstones import read_tombstone
from lambdas.runtime import clients
from tests import pictures
from tests.fake_aws.account import ARCHIVE_BUCKET, OWNER, UPLOAD_BUCKET, Payload
from tests.fake_aws.fake_clock import FakeClock
from tests.lambdas.account import CONTEXT, RETENTION_DAYS, STEPS, TABLE, Account, log_lines, numbered, record_of
from tests.lambdas.image_requests import ask, delete
from tests.lambdas.pipeline import Pipeline, pipeline_input
from tests.lambdas.test_list_images import page
from tests.lambdas.url_requests import granted_url
from workflow import contracts
from workflow.contracts.errors import StaleExecution

ANOTHER = "5d3b8a1e-92c4-4f07-8e6d-1c7a40b2f9e3"


def versions() -> list[str]:
    """Return the key of every version and every delete marker in both buckets."""
    pages = [clients.s3().list_object_versions(Bucket=bucket) for bucket in (UPLOAD_BUCKET, ARCHIVE_BUCKET)]
    return [one["Key"] for page in pages for one in (*page.get("Versions", []), *page.get("DeleteMarkers", []))]


def image_id(event: Payload) -> str:
    """Return the id of event's image."""
    return str(event["image"]["imageId"])


@pytest.fixture
def succeeded(pipeline: Pipeline) -> Payload:
    """Give the last step's input of an image that has succeeded and was notified."""
    event = pipeline.run_steps(pictures.examples()["PNG"])
    archive.handler(event, CONTEXT)
    record_of(event).mark_notified()
    return event


def test_nothing_is_left_of_an_image(pipeline: Pipeline, succeeded: Payload) -> None:
    """No version, no delete marker and no fact about the image is left, in particular no file name; only who deleted it."""
    pipeline.upload_again(succeeded, b"an older version")
    pipeline.delete(succeeded)
    other = pipeline.upload(b"of another image")
    assert len(versions()) > 5
    assert delete(image_id(succeeded))["statusCode"] == 204
    assert versions() == [other["image"]["key"]]
    tombstone = pipeline.record(succeeded)
    contracts.check("metadata-record", tombstone)
    assert (tombstone["status"], tombstone["deletedBy"]) == (DELETED, OWNER)
    assert not tombstone.keys() & {
        "filename",
        "validation",
        "metadata",
        "archive",
        "announced",
        "resized",
        "thumbnail",
        "steps",
    }


def test_a_deleted_image_is_shown_nowhere(succeeded: Payload) -> None:
    """Its status is 404, as that of an image which never was, and the list does not have it."""
    delete(image_id(succeeded))
    assert ask(image_id(succeeded)) == ask(str(uuid4()))
    assert page()["images"] == []


@pytest.mark.share(2)
@pytest.mark.parametrize("status", [PROCESSING, SUCCEEDED, REJECTED, FAILED, DELETED])
def test_another_users_image_is_not_deleted(pipeline: Pipeline, status: str) -> None:
    """For another user, and for nobody's image, the answer is the one of a GET; nothing changes."""
    event = pipeline.begin(b"data")
    if status == DELETED:
        delete(image_id(event))
    elif status != PROCESSING:
        pipeline.write_outcome(event, status)
    before = pipeline.record(event), versions()
    answers = [delete(image_id(event), ANOTHER), delete(str(uuid4()), ANOTHER), ask(image_id(event), ANOTHER)]
    assert answers == [answers[0]] * 3
    assert (answers[0]["statusCode"], json.loads(answers[0]["body"])["reason"]) == (404, "NOT_FOUND")
    assert (pipeline.record(event), versions()) == before


def test_a_malformed_id_is_a_bad_request(pipeline: Pipeline) -> None:  # noqa: ARG001 - settings
    """What cannot be an imageId gets the answer of a GET: 400 with the field."""
    assert delete("../x") == ask("../x")
    assert json.loads(delete("../x")["body"])["field"] == "imageId"


def test_a_deletion_is_notified_once(pipeline: Pipeline, succeeded: Payload) -> None:
    """The topic gets one notification, with the attributes that subscribers filter by, however often the user asks."""
    assert [delete(image_id(succeeded))["statusCode"] for _ in range(3)] == [204, 204, 204]
    ((message, attributes),) = pipeline.notifications()
    assert (message["imageId"], message["status"]) == (image_id(succeeded), DELETED)
    assert attributes == {"status": DELETED, "owner": OWNER}
    assert pipeline.record(succeeded)["notifiedAt"]


def test_an_image_that_awaits_its_upload_is_deleted(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001
    """A user can give an upload URL back."""
    monkeypatch.setattr(clients.sns(), "publish", lambda **_: {})
    grant = granted_url()
    assert delete(grant["imageId"])["statusCode"] == 204
    assert ask(grant["imageId"])["statusCode"] == 404


# What arrives late, after a deletion.


def test_a_running_execution_ends_without_an_outcome(pipeline: Pipeline) -> None:
    """The answer is 202. Each step ends as a stale execution, before and after its own work, and writes no record."""
    event = pipeline.begin(pictures.examples()["PNG"])
    assert delete(image_id(event))["statusCode"] == 202
    tombstone = pipeline.record(event)
    for name in ("validate-image", "extract-metadata", "resize-image", "generate-thumbnail"):
        with pytest.raises(StaleExecution):
            STEPS[name](event, CONTEXT)
    assert pipeline.record(event) == tombstone
    assert delete(image_id(event))["statusCode"] == 204


@pytest.mark.share(1)
@pytest.mark.parametrize("name", ["resize-image", "generate-thumbnail"])
def test_a_step_in_the_middle_of_its_work_is_undone(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """A step that has read the upload before the deletion finds the tombstone, and hides what it has staged."""
    event = pipeline.begin(pictures.examples()["PNG"])
    during(monkeypatch, "put_object", lambda: delete(image_id(event)))
    with pytest.raises(StaleExecution):
        STEPS[name](event, CONTEXT)
    assert pipeline.keys(UPLOAD_BUCKET) == set()
    assert pipeline.record(event)["status"] == DELETED


def test_an_archiving_step_is_undone(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    """ArchiveImage cannot bring the image into the archive: neither with the upload still there, nor without it."""
    event = pipeline.run_steps(pictures.examples()["PNG"])
    during(monkeypatch, "head_object", lambda: delete(image_id(event)))
    with pytest.raises(StaleExecution):
        archive.handler(event, CONTEXT)
    with pytest.raises(StaleExecution):
        archive.handler(event, CONTEXT)


def during(monkeypatch: pytest.MonkeyPatch, call: str, happen: Callable[[], object]) -> None:
    """Let something happen at the first call of S3 with that name, before its effect."""
    real = getattr(clients.s3(), call)

    def called(**parameters: Any) -> Any:
        monkeypatch.setattr(clients.s3(), call, real)
        happen()
        return real(**parameters)

    monkeypatch.setattr(clients.s3(), call, called)


@pytest.mark.parametrize("workflow_type", ["STANDARD", "EXPRESS"])
def test_a_late_event_begins_nothing(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch, workflow_type: str) -> None:
    """The event of the upload arrives after the deletion: no execution gets past its first step, no record is begun."""
    monkeypatch.setenv("WORKFLOW_TYPE", workflow_type)
    event = pipeline.begin(b"data")
    delete(image_id(event))
    tombstone = pipeline.record(event)
    image = pipeline_input(event)
    later = numbered(image, 2)
    for one in (image, later):
        with pytest.raises(StaleExecution):
            record_of({"image": one}, executions.name(one)).begin(RETENTION_DAYS)
    assert pipeline.record(event) == tombstone


def test_the_trigger_waits_for_no_deleted_image(pipeline: Pipeline, fake_clock: FakeClock) -> None:
    """The execution of a deleted image gets no outcome, and those of other images may start at once."""
    event = pipeline.begin(b"data")
    delete(image_id(event))
    before = fake_clock.now()
    back_pressure.wait_for_outcomes([event["image"]], TABLE)
    assert fake_clock.now() - before < timedelta(seconds=1)


@pytest.mark.share(1)
@pytest.mark.parametrize("status", [SUCCEEDED, REJECTED, FAILED])
def test_a_late_outcome_is_not_written(pipeline: Pipeline, status: str) -> None:
    """Neither a function nor the state machine writes an outcome, or its mark, to a tombstone."""
    event = pipeline.begin(b"data")
    delete(image_id(event))
    tombstone = pipeline.record(event)
    record = record_of(event)
    with pytest.raises(StaleExecution):
        record.complete_step("ArchiveImage", {}, status)
    for mark in (record.mark_notified, record.mark_cleared):
        with pytest.raises(StaleExecution):
            mark()
    record.release()
    assert pipeline.record(event) == tombstone


# A deletion that dies half way.


@pytest.fixture(params=["delete_objects", "publish"])
def broken(pipeline: Pipeline, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Payload]:
    """Give an event for whose deletion a call fails."""
    client = clients.s3() if request.param == "delete_objects" else clients.sns()
    error: Any = {"Error": {"Code": "InternalError", "Message": "no"}, "ResponseMetadata": {}}
    event = pipeline.begin(b"data")
    with monkeypatch.context() as patch:
        if request.param == "publish":
            patch.setattr(client, "publish", Mock(side_effect=ClientError(error, "Publish")))
        else:
            patch.setattr(client, "delete_objects", lambda **_: {"Errors": [{"Code": "SlowDown", "Key": "k"}]})
        yield event


@pytest.mark.share(1)
def test_a_deletion_that_fails_half_way_is_accepted(broken: Payload, capsys: pytest.CaptureFixture[str]) -> None:
    """The tombstone stands, so that the deletion will be completed: 202. The log has the error, and no alarm counts it."""
    capsys.readouterr()
    assert delete(image_id(broken))["statusCode"] == 202
    levels = [line["level"] for line in log_lines(capsys.readouterr().out)]
    assert levels == ["INFO", "ERROR"]
    assert read_tombstone(TABLE, image_id(broken))
    assert ask(image_id(broken))["statusCode"] == 404
