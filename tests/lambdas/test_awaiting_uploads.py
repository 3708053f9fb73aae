"""Images between their upload URL and their upload: their record, its end, and who takes it over."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from lambdas.domain import executions
from lambdas.domain import record as records
from lambdas.domain.grants import Grant, await_upload
from lambdas.domain.outcomes import AWAITING_UPLOAD, FAILED, PROCESSING, REJECTED, Failure
from lambdas.domain.record import Record, read_item, read_record
from lambdas.get_image import SHORTEST_POLL
from lambdas.runtime import clients
from tests.fake_aws.account import OWNER, UPLOAD_BUCKET, Payload
from tests.fake_aws.fake_clock import FakeClock
from tests.lambdas.account import (
    IMAGE_SETTINGS,
    LIST_SETTINGS,
    RETENTION_DAYS,
    TABLE,
    URL_SETTINGS,
    Account,
    before_next_call,
    export,
    numbered,
    record_of,
)
from tests.lambdas.image_requests import ask, document
from tests.lambdas.pipeline import Pipeline, Sweep
from tests.lambdas.test_list_images import page
from tests.lambdas.url_requests import PARAMETERS, granted_url, put_object
from workflow import contracts
from workflow.contracts.errors import StaleExecution

FAILURE = Failure("ValidateImage", "States.Timeout", "{}")


@pytest.fixture
def grant(account: Account) -> Payload:  # noqa: ARG001 - the table
    """Give the response of GET /upload-url."""
    return granted_url()


@pytest.fixture
def granting(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> Pipeline:
    """Give the pipeline with the settings of the API's functions."""
    export(monkeypatch, URL_SETTINGS, IMAGE_SETTINGS, LIST_SETTINGS)
    return pipeline


def uploaded(grant: Payload) -> Payload:
    """Upload the image of a grant, and return the input of its first step."""
    image: Any = {
        "imageId": grant["imageId"],
        "owner": OWNER,
        "bucket": UPLOAD_BUCKET,
        "key": grant["key"],
        "versionId": put_object(grant),
    }
    return {"image": image, "execution": executions.name(image)}


def item(grant: Payload) -> Payload:
    """Return the item in the table, after checking its contract."""
    found: Any = read_item(TABLE, grant["imageId"])
    contracts.check("metadata-record", found)
    return dict(found)


def test_a_grant_has_a_status(grant: Payload) -> None:
    """From the response on, the status is known: what was announced, until when, and that the client may ask soon."""
    found = document(grant["imageId"])
    assert (found["status"], found["filename"], found["steps"]) == (AWAITING_UPLOAD, PARAMETERS["filename"], {})
    assert found["announced"] == {
        "filename": PARAMETERS["filename"],
        "contentType": PARAMETERS["contentType"],
        "size": int(PARAMETERS["size"]),
        "expiresAt": grant["expiresAt"],
    }
    assert ask(grant["imageId"])["headers"]["Retry-After"] == str(SHORTEST_POLL)


def test_a_grant_is_listed(grant: Payload) -> None:
    """The list has the image, and can be restricted to it."""
    (found,) = page(status=AWAITING_UPLOAD)["images"]
    assert (found["imageId"], found["filename"]) == (grant["imageId"], PARAMETERS["filename"])


def test_an_unused_grant_expires(grant: Payload) -> None:
    """DynamoDB deletes the record of an upload that is never made, a day after its URL has expired."""
    expires = datetime.fromisoformat(grant["expiresAt"])
    assert (
        timedelta(0)
        <= datetime.fromtimestamp(item(grant)["expiresAt"], expires.tzinfo) - expires - timedelta(days=1)
        < timedelta(seconds=1)
    )


def test_a_refused_request_has_no_record(account: Account, grant: Payload) -> None:  # noqa: ARG001 - the table
    """A request with a wrong parameter writes nothing."""
    from tests.lambdas.url_requests import request_url

    assert request_url({**PARAMETERS, "size": "0"})[0] == 400
    assert len(page()["images"]) == 1


def test_a_repeated_write_changes_nothing(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001
    """If the response to the write is lost, and the SDK writes again, the grant is issued."""
    client = clients.dynamodb()
    written: list[Any] = []
    real = client.put_item

    def twice(**arguments: Any) -> Any:
        if arguments["TableName"] == TABLE:
            written.append(arguments)
            real(**arguments)
        return real(**arguments)

    monkeypatch.setattr(client, "put_item", twice)
    grant = granted_url()
    assert len(written) == 1
    assert item(grant)["status"] == AWAITING_UPLOAD


def test_to_the_pipeline_there_is_no_record(grant: Payload) -> None:
    """Whoever decides by the record what to do about an image sees none before an execution has begun it."""
    assert read_record(TABLE, grant["imageId"]) is None


def test_an_execution_takes_the_record_over(account: Account, grant: Payload) -> None:
    """The first execution begins the record as one that did not exist: with one write, and only the grant's file name is left."""
    event = uploaded(grant)
    assert record_of(event).begin(RETENTION_DAYS)
    record = account.record(event)
    assert (record["status"], record["execution"], "announced" in record) == (PROCESSING, event["execution"], False)
    assert "earlier" not in record
    assert record["filename"] == PARAMETERS["filename"]
    assert not record_of(event).begin(RETENTION_DAYS)


def test_a_failure_takes_the_record_over(account: Account, grant: Payload) -> None:
    """An execution that fails before its first step gives the image its outcome."""
    event = uploaded(grant)
    record_of(event).fail(FAILURE, RETENTION_DAYS)
    assert account.record(event)["status"] == FAILED


@pytest.mark.parametrize("status", [REJECTED, FAILED])
def test_an_outcome_has_the_name_of_the_file(granting: Pipeline, status: str) -> None:
    """An image that never became one has the name that its user gave it, in its document and in the list."""
    event = uploaded(granted_url())
    record_of(event).begin(RETENTION_DAYS)
    granting.write_outcome(event, status, notified=True)
    found = [document(event["image"]["imageId"]), page()["images"][0]]
    assert [(one["status"], one["filename"]) for one in found] == [(status, PARAMETERS["filename"])] * 2


def test_a_dead_letter_has_the_name_of_the_file(grant: Payload) -> None:
    """An image that no execution began has the name, too."""
    record_of(uploaded(grant)).fail(FAILURE, RETENTION_DAYS)
    assert (item(grant)["status"], document(grant["imageId"])["filename"]) == (FAILED, PARAMETERS["filename"])


def test_a_next_attempt_keeps_the_name(granting: Pipeline) -> None:
    """A later attempt, and one that is rejected at last, has the name that the first one had."""
    event = uploaded(granted_url())
    record_of(event).begin(RETENTION_DAYS)
    granting.write_outcome(event, FAILED, notified=True)
    image = numbered(event["image"], 2)
    again = {"image": image, "execution": executions.name(image)}
    record_of(again).begin(RETENTION_DAYS)
    assert document(image["imageId"])["filename"] == PARAMETERS["filename"]


def test_an_upload_without_a_grant_has_no_name(account: Account) -> None:
    """The name of a file that was not announced is known when it is read."""
    event = account.begin(b"data")
    assert "filename" not in document(event["image"]["imageId"])


def test_a_version_before_takes_the_record_over(
    account: Account, grant: Payload, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Code that knows no such status, to which a stack is rolled back, replaces the record as that of an older version."""
    monkeypatch.setattr(records, "ABSENT", "attribute_not_exists(#status)")
    monkeypatch.setattr(records, "AWAITING", {})
    event = uploaded(grant)
    assert record_of(event).begin(RETENTION_DAYS)
    assert (account.record(event)["status"], account.record(event)["earlier"]) == (PROCESSING, [])


def test_a_late_upload_begins_a_record(account: Account, grant: Payload) -> None:
    """An upload whose grant's record has expired meanwhile is processed as any other."""
    clients.dynamodb().delete_item(TableName=TABLE, Key={"imageId": {"S": grant["imageId"]}})
    event = uploaded(grant)
    assert record_of(event).begin(RETENTION_DAYS)
    assert account.record(event)["status"] == PROCESSING


def test_two_executions_begin_one_record(account: Account, grant: Payload, monkeypatch: pytest.MonkeyPatch) -> None:
    """If another execution begins the record at the same time, one of both has it."""
    event = uploaded(grant)
    other = Record(TABLE, numbered(event["image"], 2), "another-execution")
    before_next_call(monkeypatch, clients.dynamodb(), "update_item", lambda: other.begin(RETENTION_DAYS))
    with pytest.RaisesExc(StaleExecution):
        record_of(event).begin(RETENTION_DAYS)
    assert account.record(event)["execution"] == "another-execution"


def test_the_lifetime_is_that_of_the_url(grant: Payload, fake_clock: FakeClock) -> None:
    """The record and the response have the same end."""
    left = datetime.fromisoformat(grant["expiresAt"]) - fake_clock.now()
    assert left <= timedelta(seconds=URL_SETTINGS.url_expiry_seconds) <= left + timedelta(seconds=2)


def test_the_sweep_starts_an_upload_whose_event_is_lost(
    pipeline: Pipeline, sweep: Sweep, fake_clock: FakeClock
) -> None:
    """An upload that nothing was heard of is started again, though its record awaits the upload."""
    event = pipeline.upload(b"data")
    image = event["image"]
    grant = Grant(image["owner"], image["imageId"], image["bucket"], image["key"], fake_clock.now())
    announced = contracts.schema("metadata-record")["examples"][-1]["announced"]
    await_upload(TABLE, grant, announced)
    assert sweep()["resumed"] == 1
    assert list(pipeline.executions()) == [event["execution"]]
