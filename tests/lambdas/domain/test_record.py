"""The record in the table: begun once, updated by each step, given one final status."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from imaging.metadata.sanitize import clean_number
from lambdas.domain.outcomes import FAILED, PROCESSING, REJECTED, SUCCEEDED
from lambdas.domain.record import EXPIRES_AT
from lambdas.runtime import clients
from tests.effort import times
from tests.fake_aws.account import Payload
from tests.lambdas.account import RETENTION_DAYS, Account, record_of, without_times
from workflow import contracts
from workflow.contracts.errors import StaleExecution
from workflow.retries import CONDITION_FAILED

EXAMPLE = contracts.schema("metadata-record")["examples"][0]
FOUND = {"validation": EXAMPLE["validation"]}


@pytest.fixture
def event(account: Account) -> Payload:
    """Give an upload without a record."""
    return account.upload(b"data")


def refused() -> pytest.RaisesExc[ClientError]:
    """Expect the table to refuse the change of a record that does not exist."""
    condition_failed = clients.dynamodb().exceptions.ConditionalCheckFailedException
    return pytest.RaisesExc(condition_failed)


def late() -> pytest.RaisesExc[StaleExecution]:
    """Expect the change to be refused because the record is final or another execution's."""
    return pytest.RaisesExc(StaleExecution)


def test_a_false_condition_has_the_name_that_the_graph_knows(event: Payload) -> None:
    """The error for a false condition has the class name by which the state machine knows it."""
    with refused() as error:
        record_of(event).complete_step("ResizeImage", {}, PROCESSING)
    assert type(error.value).__name__ == CONDITION_FAILED


def test_begin_creates_the_record(account: Account, event: Payload) -> None:
    """A new record is PROCESSING, holds the owner and the place of the upload, and has no step."""
    assert record_of(event).begin(RETENTION_DAYS)
    record = account.record(event)
    assert record["status"] == PROCESSING
    assert record["execution"] == event["execution"]
    assert record["createdAt"] == record["updatedAt"]
    assert record["steps"] == {}
    assert event["image"].items() <= record.items()
    assert record["attempt"] == 1
    contracts.check("metadata-record", record)


def test_a_retry_changes_nothing(account: Account, event: Payload) -> None:
    """The same execution may begin again: it learns that the record is not new, and nothing in it changes."""
    record_of(event).begin(RETENTION_DAYS)
    record_of(event).complete_step("ValidateImage", FOUND, PROCESSING)
    before = account.record(event)
    assert not record_of(event).begin(RETENTION_DAYS)
    assert account.record(event) == before


@pytest.mark.parametrize("days", [1, 90, 3650])
def test_a_record_expires_after_its_retention(account: Account, event: Payload, days: int) -> None:
    """A record that is begun has a time to live in seconds, by which DynamoDB deletes it."""
    record_of(event).begin(days)
    expires = account.record(event)[EXPIRES_AT]
    assert isinstance(expires, int)
    assert abs(datetime.fromtimestamp(expires, UTC) - datetime.now(UTC) - timedelta(days=days)) < timedelta(minutes=1)
    contracts.check("metadata-record", account.record(event))


def test_a_retry_moves_no_expiry(account: Account, event: Payload) -> None:
    """The retention counts from the first time that the record was begun."""
    record_of(event).begin(1)
    before = account.record(event)[EXPIRES_AT]
    record_of(event).begin(RETENTION_DAYS)
    assert account.record(event)[EXPIRES_AT] == before


def test_record_of_a_success_does_not_expire(account: Account, event: Payload) -> None:
    """Archived objects stay, and so does the record about them; until then the record has an expiry."""
    record_of(event).begin(RETENTION_DAYS)
    record_of(event).complete_step("ValidateImage", FOUND, PROCESSING)
    assert EXPIRES_AT in account.record(event)
    for _ in ("first", "again"):
        record_of(event).complete_step("ArchiveImage", {"archive": EXAMPLE["archive"]}, SUCCEEDED)
        assert EXPIRES_AT not in account.record(event)


def test_a_second_execution_is_refused(account: Account, event: Payload) -> None:
    """An attempt has one execution: another can neither begin nor write anything, because the record is not its own."""
    record_of(event).begin(RETENTION_DAYS)
    before = account.record(event)
    other = record_of(event, "another-execution")
    with late():
        other.begin(RETENTION_DAYS)
    for status in (PROCESSING, SUCCEEDED):
        with late():
            other.complete_step("ResizeImage", {}, status)
    assert account.record(event) == before


@pytest.mark.parametrize("final", [SUCCEEDED, REJECTED, FAILED])
def test_a_final_record_never_changes(account: Account, event: Payload, final: str) -> None:
    """A final record accepts no begin, no late step and no other final status."""
    record_of(event).begin(RETENTION_DAYS)
    account.set_status(event, final)
    before = account.record(event)
    with late():
        record_of(event).begin(RETENTION_DAYS)
    for status in {PROCESSING, SUCCEEDED} - {final}:
        with late():
            record_of(event).complete_step("ResizeImage", {"resized": EXAMPLE["resized"]}, status)
    assert account.record(event) == before


def test_a_step_cannot_create_a_record(account: Account, event: Payload) -> None:
    """A step whose record does not exist fails."""
    with refused():
        record_of(event).complete_step("ResizeImage", {}, PROCESSING)
    assert account.record(event) == {}


def test_a_completed_step_is_stored_with_result_and_time(account: Account, event: Payload) -> None:
    """A step's result is stored under its attribute, and its time under the step's name; the record stays open."""
    record_of(event).begin(RETENTION_DAYS)
    record_of(event).complete_step("ValidateImage", FOUND, PROCESSING)
    record = account.record(event)
    assert record["validation"] == EXAMPLE["validation"]
    assert record["steps"] == {"ValidateImage": record["updatedAt"]}
    assert record["status"] == PROCESSING
    assert "finishedAt" not in record
    contracts.check("metadata-record", record)


def test_final_status_is_stored_with_its_time(account: Account, event: Payload) -> None:
    """The last step sets the final status and its time."""
    record_of(event).begin(RETENTION_DAYS)
    record_of(event).complete_step("ArchiveImage", {"archive": EXAMPLE["archive"]}, SUCCEEDED)
    record = account.record(event)
    assert record["status"] == SUCCEEDED
    assert record["finishedAt"] == record["steps"]["ArchiveImage"] >= record["createdAt"]
    contracts.check("metadata-record", record)


@pytest.mark.parametrize("status", [PROCESSING, SUCCEEDED])
def test_a_step_that_runs_twice_leaves_the_same_record(account: Account, event: Payload, status: str) -> None:
    """A step that runs again leaves the same record, apart from the times."""
    record_of(event).begin(RETENTION_DAYS)
    record_of(event).complete_step("ValidateImage", FOUND, status)
    before = without_times(account.record(event))
    record_of(event).complete_step("ValidateImage", FOUND, status)
    assert without_times(account.record(event)) == before


def test_parallel_steps_keep_each_others_results(account: Account, event: Payload) -> None:
    """The results of two steps that run in parallel are both in the record, whichever is first."""
    record_of(event).begin(RETENTION_DAYS)
    for step, name in (("GenerateThumbnail", "thumbnail"), ("ResizeImage", "resized")):
        record_of(event).complete_step(step, {name: EXAMPLE[name]}, PROCESSING)
    record = account.record(event)
    assert record["steps"].keys() == {"GenerateThumbnail", "ResizeImage"}
    assert (record["thumbnail"], record["resized"]) == (EXAMPLE["thumbnail"], EXAMPLE["resized"])


# What a step finds: JSON, with the numbers that the functions make.
NUMBERS = st.integers(-(10**15), 10**15) | st.floats(allow_nan=False).map(
    lambda value: clean_number(value, -1e15, 1e15) or 0
)
FINDINGS = st.recursive(
    NUMBERS | st.booleans() | st.text(max_size=20), lambda inner: st.dictionaries(st.text(min_size=1), inner)
)


@settings(max_examples=times(12, 25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(found=FINDINGS)
def test_every_result_is_read_back(account: Account, found: Any) -> None:
    """The record returns the JSON that a step stored, including numbers: one bench serves all examples."""
    event = account.begin(b"data")
    record_of(event).complete_step("ValidateImage", {"validation": found}, PROCESSING)
    assert account.record(event)["validation"] == found
