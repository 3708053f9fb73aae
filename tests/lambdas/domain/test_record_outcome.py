"""How the record gets the end FAILED from outside, is noted as told, and is released when nothing could be started."""

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
from tests.lambdas.bench import RETENTION_DAYS, TABLE, Bench, Payload
from workflow import contracts
from workflow.contracts.errors import StaleExecution
from workflow.contracts.payloads import MetadataRecord

FAILURE = Failure("ResizeImage", "States.Timeout", json.dumps({"Error": "States.Timeout", "Cause": ""}))


def record_of(event: Payload) -> Record:
    """Return the record of event's picture, for its own execution."""
    return Record(TABLE, event["image"], event["execution"])


def failed(record: Payload) -> Payload:
    """Return what record says of a failure."""
    return {name: record.get(name) for name in ("status", "failedIn", "reason", "error")}


WANTED = {"status": FAILED, **FAILURE.attributes()}


def typed(record: Payload) -> MetadataRecord:
    """Return record as the functions read it."""
    return cast("MetadataRecord", record)


def test_an_open_record_fails(bench: Bench) -> None:
    """What is known stays in the record, and state, reason and time of the end stand beside it."""
    event = bench.begun(b"data")
    before = bench.record(event)
    record_of(event).fail(FAILURE, RETENTION_DAYS)
    after = bench.record(event)
    assert failed(after) == WANTED
    assert before["createdAt"] < after["finishedAt"] == after["updatedAt"]
    assert {**before, **WANTED} == {name: after[name] for name in {**before, **WANTED}} | {
        "updatedAt": before["updatedAt"]
    }
    contracts.check("metadata-record", after)


def test_a_record_that_was_never_begun_fails_whole(bench: Bench) -> None:
    """Of a picture on which nothing ever ran there is a whole record, which goes one day as others do."""
    event = bench.uploaded(b"data")
    record_of(event).fail(FAILURE, RETENTION_DAYS)
    record = bench.record(event)
    assert failed(record) == WANTED
    assert event["image"].items() <= record.items()
    assert (record["steps"], record["attempt"]) == ({}, 1)
    assert {"createdAt", "finishedAt", "expiresAt"} <= record.keys()
    contracts.check("metadata-record", record)


@pytest.mark.parametrize("end", [SUCCEEDED, REJECTED, FAILED])
def test_an_end_is_no_failure_afterwards(bench: Bench, end: str) -> None:
    """A record that has its end keeps it, and what it says of it."""
    event = bench.begun(b"data")
    bench.end(event, end)
    before = bench.record(event)
    with pytest.raises(StaleExecution):
        record_of(event).fail(FAILURE, RETENTION_DAYS)
    assert bench.record(event) == before


def test_a_failure_fails_once(bench: Bench) -> None:
    """The first failure that is told of stays."""
    event = bench.begun(b"data")
    record_of(event).fail(FAILURE, RETENTION_DAYS)
    before = bench.record(event)
    with pytest.raises(StaleExecution):
        record_of(event).fail(replace(FAILURE, failed_in="ArchiveImage"), RETENTION_DAYS)
    assert bench.record(event) == before


def test_a_superseded_execution_fails_no_record(bench: Bench) -> None:
    """The failure of an older upload's execution does not touch the newer one's record."""
    event = bench.begun(b"data")
    newer = bench.again(event, b"newer")
    record_of(newer).begin(RETENTION_DAYS)
    before = bench.record(event)
    with pytest.raises(StaleExecution):
        record_of(event).fail(FAILURE, RETENTION_DAYS)
    assert bench.record(event) == before


@pytest.mark.parametrize("end", [SUCCEEDED, REJECTED, FAILED])
def test_an_end_is_noted_as_told(bench: Bench, end: str) -> None:
    """An end is untold until it is noted; noting it changes nothing else and may be done again."""
    event = bench.begun(b"data")
    bench.end(event, end)
    before = bench.record(event)
    assert notification_pending(typed(before))
    for _ in ("first", "again"):
        record_of(event).mark_notified()
        after = bench.record(event)
        assert not notification_pending(typed(after))
        assert after == {**before, NOTIFIED_AT: after[NOTIFIED_AT]}
        contracts.check("metadata-record", after)


def test_what_goes_on_is_not_told(bench: Bench) -> None:
    """A record without its end is neither ended nor untold, and cannot be noted as told."""
    event = bench.begun(b"data")
    before = bench.record(event)
    assert not is_final(typed(before))
    assert not notification_pending(typed(before))
    with pytest.raises(StaleExecution):
        record_of(event).mark_notified()
    assert bench.record(event) == before


def test_another_execution_does_not_note_it(bench: Bench) -> None:
    """What one execution told is not noted for another's end."""
    event = bench.begun(b"data")
    bench.end(event, REJECTED)
    with pytest.raises(StaleExecution):
        Record(TABLE, event["image"], "another").mark_notified()
    assert notification_pending(typed(bench.record(event)))


def test_a_claim_is_released(bench: Bench) -> None:
    """A record that was begun for an execution which could not be started is as if it had never been."""
    event = bench.begun(b"data")
    record_of(event).release()
    assert bench.record(event) == {}
    assert record_of(event).begin(RETENTION_DAYS)
    assert bench.record(event)["status"] == PROCESSING


def test_what_is_read_is_what_stands_there(bench: Bench) -> None:
    """A record is read whoever's it is, and None where there is none."""
    event = bench.begun(b"data")
    assert Record(TABLE, event["image"], "another").read() == bench.record(event)
    record_of(event).release()
    assert record_of(event).read() is None
