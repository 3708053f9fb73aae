"""The rows of an inventory as the audit reads them: what they name, what is wrong with them, and reads that fail."""

from typing import Any
from urllib.parse import quote_plus
from uuid import uuid4

import pytest

from lambdas import audit as auditing
from lambdas.domain import record_batches
from lambdas.domain.object_keys import upload_key
from lambdas.runtime import clients
from lambdas.runtime.service_errors import error_name
from tests.fake_aws.account import OWNER
from tests.fake_aws.fake_clock import FakeClock
from tests.lambdas.account import TABLE, export
from tests.lambdas.audited import SETTINGS, audit, broken, inventory, item, late, lose_entry, lose_record
from tests.lambdas.pipeline import Pipeline
from tests.lambdas.test_delete_image import image_id
from workflow.contracts.errors import ContractViolation


@pytest.fixture(autouse=True)
def _settings(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001 - it sets others
    export(monkeypatch, SETTINGS)


def test_keys_are_decoded(pipeline: Pipeline, fake_clock: FakeClock) -> None:
    """S3 encodes keys as in URLs; whatever it encodes, the upload is the same."""
    event = pipeline.upload(b"data")
    lose_record(event)
    late(fake_clock)
    (found,) = inventory()
    assert audit([{**found, "Key": quote_plus(event["image"]["key"], safe="").replace("-", "%2D")}]) == {"missing": 1}
    assert item(event)["key"] == event["image"]["key"]


@pytest.mark.parametrize(
    "changed",
    [
        {"Bucket": "another"},
        {"Key": "uploads/no-image"},
        {"Key": f"uploads/{OWNER}/{uuid4()}/more"},
        {"Key": f"staged/{OWNER}/{uuid4()}"},
        {"Key": f"uploads/{OWNER}/picture%00.jpg"},
        {"Key": "%FF%FE"},
        {"Key": ""},
        {"IsDeleteMarker": "true", "Size": ""},
    ],
)
def test_rows_that_name_no_upload_are_passed_over(
    pipeline: Pipeline, fake_clock: FakeClock, changed: dict[str, str]
) -> None:
    """Rows of another bucket, of keys that no upload has, and of delete markers say nothing, whatever comes with them."""
    event = pipeline.upload(b"data")
    lose_record(event)
    late(fake_clock)
    (found,) = inventory()
    assert audit([{**found, **changed}]) == {}
    assert clients.dynamodb().scan(TableName=TABLE)["Items"] == []


def test_a_broken_row_fails_its_batch_after_the_others(pipeline: Pipeline, fake_clock: FakeClock) -> None:
    """Rows without a column or with other values keep no upload back; the error names the first one, and no value of it."""
    event = pipeline.upload(b"data")
    late(fake_clock)
    (found,) = inventory()
    for number, row in enumerate(broken(found)):
        lose_record(event)
        with pytest.raises(ContractViolation) as raised:
            audit([row, found])
        assert "$.items[0]" in str(raised.value), number
        assert OWNER not in str(raised.value)
        assert item(event)["status"] == "AWAITING_UPLOAD"


def test_records_that_dynamodb_does_not_return_fail_the_batch(
    pipeline: Pipeline, fake_clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A throttled table answers for some keys only. What is read is put right, and another attempt does the rest."""
    events = [pipeline.upload(b"data") for _ in range(3)]
    for event in events:
        lose_record(event)
    late(fake_clock)
    real = record_batches._read_items  # noqa: SLF001 - the read of one request

    def throttled(table: str, image_ids: list[str], *more: Any) -> Any:
        found, _ = real(table, image_ids, *more)
        return found, {image_ids[0]}

    with monkeypatch.context() as busy:
        busy.setattr(record_batches, "_read_items", throttled)
        with pytest.raises(auditing.RecordsUnreadError, match="1 of 3"):
            audit(inventory())
    assert audit(inventory()) == {"missing": 1}


def test_an_error_has_the_name_by_which_a_batch_is_tried_again(
    pipeline: Pipeline, fake_clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error of DynamoDB has its code as its name, as in every function of a state machine."""
    pipeline.upload(b"data")
    late(fake_clock)
    rows = inventory()

    def refuse(**_: Any) -> Any:
        raise clients.dynamodb().exceptions.ProvisionedThroughputExceededException({"Error": {}}, "BatchGetItem")

    monkeypatch.setattr(clients.dynamodb(), "batch_get_item", refuse)
    with pytest.raises(Exception) as raised:  # noqa: PT011 - its name is what counts
        audit(rows)
    assert error_name(raised.value) == "ProvisionedThroughputExceededException"


def test_an_upload_with_an_id_of_another_owner_changes_nothing(pipeline: Pipeline, fake_clock: FakeClock) -> None:
    """A key with the ID of another user's image is no upload of that image."""
    event = pipeline.begin(b"data")
    lose_entry(event)
    late(fake_clock)
    (found,) = inventory()
    assert audit([{**found, "Key": upload_key("another", image_id(event))}]) == {}
