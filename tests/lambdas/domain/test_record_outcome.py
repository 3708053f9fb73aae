"""How a record is failed from outside, marked as notified, and released if nothing could be started."""

import json
from dataclasses import replace
from typing import cast

import pytest

from lambdas.domain.outcomes import (
    FAILED,
    NOTIFIED_AT,
    PROCESSING,
    REJECTED,
    SUCCEEDED,
    Failure,
    is_final,
    notification_pending,
)
from lambdas.domain.record import Record
from tests.fake_aws.account import Payload
from tests.lambdas.account import RETENTION_DAYS, TABLE, Account, record_of
from workflow import contracts
from workflow.contracts.errors import StaleExecution
from workflow.contracts.payloads import MetadataRecord

FAILURE = Failure("ResizeImage", "States.Timeout", json.dumps({"Error": "States.Timeout", "Cause": ""}))


def failed(record: Payload) -> Payload:
    """Return the attributes of record about a failure."""
    return {name: record.get(name) for name in ("status", "failedIn", "reason", "error")}


WANTED = {"status": FAILED, **FAILURE.attributes()}


def typed(record: Payload) -> MetadataRecord:
    """Return record as the functions read it."""
    return cast("MetadataRecord", record)


def test_an_open_record_fails(account: Account) -> None:
    """The fields of an open record stay; state, reason and time of the failure are added."""
    event = account.begin(b"data")
    before = account.record(event)
    record_of(event).fail(FAILURE, RETENTION_DAYS)
    after = account.record(event)
    assert failed(after) == WANTED
    assert before["createdAt"] < after["finishedAt"] == after["updatedAt"]
    assert {**before, **WANTED} == {name: after[name] for name in {**before, **WANTED}} | {
        "updatedAt": before["updatedAt"]
    }
    contracts.check("metadata-record", after)


def test_a_record_that_was_never_begun_is_created_as_failed(account: Account) -> None:
    """An image that was never processed gets a complete record, which expires as others do."""
    event = account.upload(b"data")
    record_of(event).fail(FAILURE, RETENTION_DAYS)
    record = account.record(event)
    assert failed(record) == WANTED
    assert event["image"].items() <= record.items()
    assert (record["steps"], record["attempt"]) == ({}, 1)
    assert {"createdAt", "finishedAt", "expiresAt"} <= record.keys()
    contracts.check("metadata-record", record)


@pytest.mark.parametrize("status", [SUCCEEDED, REJECTED, FAILED])
def test_a_final_record_does_not_fail(account: Account, status: str) -> None:
    """A final record refuses the failure and does not change."""
    event = account.begin(b"data")
    account.set_status(event, status)
    before = account.record(event)
    with pytest.raises(StaleExecution):
        record_of(event).fail(FAILURE, RETENTION_DAYS)
    assert account.record(event) == before


def test_a_failure_fails_once(account: Account) -> None:
    """A second failure does not replace the first one."""
    event = account.begin(b"data")
    record_of(event).fail(FAILURE, RETENTION_DAYS)
    before = account.record(event)
    with pytest.raises(StaleExecution):
        record_of(event).fail(replace(FAILURE, failed_in="ArchiveImage"), RETENTION_DAYS)
    assert account.record(event) == before


def test_a_superseded_execution_fails_no_record(account: Account) -> None:
    """The failure of an older upload's execution does not change the newer one's record."""
    event = account.begin(b"data")
    newer = account.upload_again(event, b"newer")
    record_of(newer).begin(RETENTION_DAYS)
    before = account.record(event)
    with pytest.raises(StaleExecution):
        record_of(event).fail(FAILURE, RETENTION_DAYS)
    assert account.record(event) == before


@pytest.mark.parametrize("status", [SUCCEEDED, REJECTED, FAILED])
def test_a_final_record_is_marked_as_notified(account: Account, status: str) -> None:
    """The notification of a final record is pending until the record is marked. Marking it again changes only the time."""
    event = account.begin(b"data")
    account.set_status(event, status)
    before = account.record(event)
    assert notification_pending(typed(before))
    for _ in ("first", "again"):
        record_of(event).mark_notified()
        after = account.record(event)
        assert not notification_pending(typed(after))
        assert after == {**before, NOTIFIED_AT: after[NOTIFIED_AT]}
        contracts.check("metadata-record", after)


def test_an_open_record_is_not_marked_as_notified(account: Account) -> None:
    """An open record is neither final nor pending, and cannot be marked as notified."""
    event = account.begin(b"data")
    before = account.record(event)
    assert not is_final(typed(before))
    assert not notification_pending(typed(before))
    with pytest.raises(StaleExecution):
        record_of(event).mark_notified()
    assert account.record(event) == before


def test_another_execution_does_not_mark_an_outcome(account: Account) -> None:
    """One execution cannot mark the outcome of another."""
    event = account.begin(b"data")
    account.set_status(event, REJECTED)
    with pytest.raises(StaleExecution):
        Record(TABLE, event["image"], "another").mark_notified()
    assert notification_pending(typed(account.record(event)))


def test_a_claim_is_released(account: Account) -> None:
    """A record that was begun for an execution which could not be started is deleted."""
    event = account.begin(b"data")
    record_of(event).release()
    assert account.record(event) == {}
    assert record_of(event).begin(RETENTION_DAYS)
    assert account.record(event)["status"] == PROCESSING


@pytest.mark.parametrize("status", [SUCCEEDED, REJECTED, FAILED])
def test_an_outcome_is_not_released(account: Account, status: str) -> None:
    """A record that has its outcome stays, although Step Functions refused what may have started the execution."""
    event = account.begin(b"data")
    account.set_status(event, status)
    before = account.record(event)
    record_of(event).release()
    assert account.record(event) == before


def test_the_claim_of_another_execution_is_not_released(account: Account) -> None:
    """An execution that could not be started deletes no record that belongs to another one by now."""
    event = account.begin(b"data")
    before = account.record(event)
    record_of(event, "another").release()
    assert account.record(event) == before


def test_any_record_can_be_read(account: Account) -> None:
    """A record is read regardless of its execution, and None if there is none."""
    event = account.begin(b"data")
    assert Record(TABLE, event["image"], "another").read() == account.record(event)
    record_of(event).release()
    assert record_of(event).read() is None
