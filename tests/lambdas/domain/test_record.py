"""The record in the table: begun once, filled in step by step, ended once."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from imaging.metadata.sanitize import clean_number
from lambdas.domain.outcomes import FAILED, PROCESSING, REJECTED, SUCCEEDED
from lambdas.domain.record import EXPIRES_AT, Record
from lambdas.runtime import clients, clock
from tests.fake_aws.account import Payload
from tests.lambdas.account import RETENTION_DAYS, TABLE, Account, without_times
from workflow import contracts
from workflow.blocks import CONDITION_FAILED
from workflow.contracts.errors import StaleExecution

EXAMPLE = contracts.schema("metadata-record")["examples"][0]
FOUND = {"validation": EXAMPLE["validation"]}


def record_of(event: Payload, execution: str | None = None) -> Record:
    """Return the record of event's picture, for its own execution or another."""
    return Record(TABLE, event["image"], execution or event["execution"])


@pytest.fixture
def event(account: Account) -> Payload:
    """Give an upload without a record."""
    return account.upload(b"data")


def refused() -> pytest.RaisesExc[ClientError]:
    """Expect the table to refuse the change, of a record that is not there."""
    condition_failed = clients.dynamodb().exceptions.ConditionalCheckFailedException
    return pytest.RaisesExc(condition_failed)


def late() -> pytest.RaisesExc[StaleExecution]:
    """Expect the change to be refused because the record has its end or is another's."""
    return pytest.RaisesExc(StaleExecution)


def test_the_tables_refusal_is_known_by_its_name(event: Payload) -> None:
    """The error that comes of a refusal has the class name that the gate, like the state machine, knows it by."""
    with refused() as error:
        record_of(event).complete_step("ResizeImage", {}, PROCESSING)
    assert type(error.value).__name__ == CONDITION_FAILED


def test_times_are_utc_in_the_contracts_form(account: Account, event: Payload) -> None:
    """Times are UTC with a Z, and the contract takes them."""
    record_of(event).begin(RETENTION_DAYS)
    contracts.check("metadata-record", account.record(event))
    assert abs(datetime.fromisoformat(clock.timestamp()) - datetime.now(UTC)) < timedelta(minutes=1)


def test_begin_makes_the_record(account: Account, event: Payload) -> None:
    """A record begins as PROCESSING, with whose it is and where the upload lies, and without a step; it is new."""
    assert record_of(event).begin(RETENTION_DAYS)
    record = account.record(event)
    assert record["status"] == PROCESSING
    assert record["execution"] == event["execution"]
    assert record["createdAt"] == record["updatedAt"]
    assert record["steps"] == {}
    assert event["image"].items() <= record.items()
    assert record["attempt"] == 1
    contracts.check("metadata-record", record)


def test_a_retry_begins_nothing_anew(account: Account, event: Payload) -> None:
    """The same execution may begin again, and is told that it did before: nothing in the record changes."""
    record_of(event).begin(RETENTION_DAYS)
    record_of(event).complete_step("ValidateImage", FOUND, PROCESSING)
    before = account.record(event)
    assert not record_of(event).begin(RETENTION_DAYS)
    assert account.record(event) == before


@pytest.mark.parametrize("days", [1, 90, 3650])
def test_a_record_goes_after_its_retention(account: Account, event: Payload, days: int) -> None:
    """A record that is begun tells the table when to remove it: a number of seconds, as a time to live has to be."""
    record_of(event).begin(days)
    expires = account.record(event)[EXPIRES_AT]
    assert isinstance(expires, int)
    assert abs(datetime.fromtimestamp(expires, UTC) - datetime.now(UTC) - timedelta(days=days)) < timedelta(minutes=1)
    contracts.check("metadata-record", account.record(event))


def test_a_retry_moves_no_expiry(account: Account, event: Payload) -> None:
    """The retention counts from the first beginning."""
    record_of(event).begin(1)
    before = account.record(event)[EXPIRES_AT]
    record_of(event).begin(RETENTION_DAYS)
    assert account.record(event)[EXPIRES_AT] == before


def test_only_the_record_of_a_success_stays(account: Account, event: Payload) -> None:
    """What is archived stays, and with it what is known of it; until then the record is to go."""
    record_of(event).begin(RETENTION_DAYS)
    record_of(event).complete_step("ValidateImage", FOUND, PROCESSING)
    assert EXPIRES_AT in account.record(event)
    for _ in ("first", "again"):
        record_of(event).complete_step("ArchiveImage", {"archive": EXAMPLE["archive"]}, SUCCEEDED)
        assert EXPIRES_AT not in account.record(event)


@pytest.mark.parametrize("end", [REJECTED, FAILED])
def test_the_record_of_no_success_still_goes(account: Account, event: Payload, end: str) -> None:
    """A rejection or failure is to be looked up for as long as the retention, and no longer."""
    record_of(event).begin(RETENTION_DAYS)
    account.set_status(event, end)
    assert EXPIRES_AT in account.record(event)


def test_a_second_execution_is_refused(account: Account, event: Payload) -> None:
    """An attempt has one execution: another can neither begin nor note anything, for the record is not its own."""
    record_of(event).begin(RETENTION_DAYS)
    before = account.record(event)
    other = record_of(event, "another-execution")
    with late():
        other.begin(RETENTION_DAYS)
    for status in (PROCESSING, SUCCEEDED):
        with late():
            other.complete_step("ResizeImage", {}, status)
    assert account.record(event) == before


@pytest.mark.parametrize("end", [SUCCEEDED, REJECTED, FAILED])
def test_an_ended_record_never_changes(account: Account, event: Payload, end: str) -> None:
    """After its end a record takes no beginning, no late step and no other end."""
    record_of(event).begin(RETENTION_DAYS)
    account.set_status(event, end)
    before = account.record(event)
    with late():
        record_of(event).begin(RETENTION_DAYS)
    for status in {PROCESSING, SUCCEEDED} - {end}:
        with late():
            record_of(event).complete_step("ResizeImage", {"resized": EXAMPLE["resized"]}, status)
    assert account.record(event) == before


def test_nothing_is_done_before_the_beginning(account: Account, event: Payload) -> None:
    """A step cannot make a record."""
    with refused():
        record_of(event).complete_step("ResizeImage", {}, PROCESSING)
    assert account.record(event) == {}


def test_done_notes_what_was_found_and_when(account: Account, event: Payload) -> None:
    """A step's findings stand under their name and its time under the step's; the record stays open."""
    record_of(event).begin(RETENTION_DAYS)
    record_of(event).complete_step("ValidateImage", FOUND, PROCESSING)
    record = account.record(event)
    assert record["validation"] == EXAMPLE["validation"]
    assert record["steps"] == {"ValidateImage": record["updatedAt"]}
    assert record["status"] == PROCESSING
    assert "finishedAt" not in record
    contracts.check("metadata-record", record)


def test_the_end_is_noted_with_its_time(account: Account, event: Payload) -> None:
    """The last step moves the record to its end."""
    record_of(event).begin(RETENTION_DAYS)
    record_of(event).complete_step("ArchiveImage", {"archive": EXAMPLE["archive"]}, SUCCEEDED)
    record = account.record(event)
    assert record["status"] == SUCCEEDED
    assert record["finishedAt"] == record["steps"]["ArchiveImage"] >= record["createdAt"]
    contracts.check("metadata-record", record)


@pytest.mark.parametrize("status", [PROCESSING, SUCCEEDED])
def test_done_twice_is_done_once(account: Account, event: Payload, status: str) -> None:
    """A step that runs again finds the same and leaves the same record, but for the times."""
    record_of(event).begin(RETENTION_DAYS)
    record_of(event).complete_step("ValidateImage", FOUND, status)
    before = without_times(account.record(event))
    record_of(event).complete_step("ValidateImage", FOUND, status)
    assert without_times(account.record(event)) == before


def test_steps_side_by_side_keep_each_other(account: Account, event: Payload) -> None:
    """Two steps that run at the same time both stand in the record, whichever is first."""
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


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(found=FINDINGS)
def test_whatever_is_found_is_read_back(account: Account, found: Any) -> None:
    """The record gives back the JSON that a step found, numbers and all: the one bench serves all examples."""
    event = account.begin(b"data")
    record_of(event).complete_step("ValidateImage", {"validation": found}, PROCESSING)
    assert account.record(event)["validation"] == found
