"""Settling while others do: one end, one notification or repeats of it, and nothing removed that is of use."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

import pytest

from lambdas.domain import finalization, object_keys
from lambdas.domain.outcomes import PROCESSING, Failure
from lambdas.domain.record import Record
from lambdas.runtime import clients
from tests.lambdas.aftermath import FACTS, NOTIFICATIONS, Aftermath
from tests.lambdas.bench import ARCHIVE_BUCKET, TABLE, UPLOAD_BUCKET, Payload
from workflow import contracts
from workflow.contracts.errors import INTERNAL_ERROR_MESSAGE, PreviousOutcomePending

if TYPE_CHECKING:
    from workflow.contracts.payloads import MetadataRecord

FAILURE = Failure("ResizeImage", "States.Timeout", "{}")


def record_of(event: Payload) -> Record:
    """Return the record of event's picture, for its own execution."""
    return Record(TABLE, event["image"], event["execution"])


def settle(aftermath: Aftermath, event: Payload) -> None:
    """Settle event's picture for its own execution."""
    finalization.finalize(record_of(event), FAILURE, aftermath.environment)


@pytest.mark.parametrize("example", contracts.schema("metadata-record")["examples"], ids=lambda one: one["status"])
def test_a_notification_says_what_the_record_does(example: Payload) -> None:
    """Every end can be told from its record alone, as its contract has it and as the state machine tells it."""
    told = finalization.notification(cast("MetadataRecord", example))
    contracts.check(NOTIFICATIONS[example["status"]], told)
    assert told["notificationId"] == example["execution"]
    shared = {name: example[name] for name in ("status", "imageId", "owner")}
    if example["status"] == "SUCCEEDED":
        shared |= {"archive": example["archive"], "filename": example["validation"]["filename"]}
        shared |= {name: example["validation"][name] for name in ("format", "width", "height")}
    elif example["status"] == "REJECTED":
        shared |= {name: example[name] for name in ("reason", "message")}
    else:
        shared |= {name: example[name] for name in ("failedIn", "reason")} | {"message": INTERNAL_ERROR_MESSAGE}
    assert {**shared, "notificationId": told["notificationId"], "at": told["at"]} == told


@pytest.mark.parametrize("end", FACTS)
def test_subscribers_may_filter(aftermath: Aftermath, end: str) -> None:
    """Status, owner and, of a success, format are attributes, and say what the message does."""
    event = aftermath.begun(b"data")
    aftermath.ended(event, end)
    settle(aftermath, event)
    ((message, attributes),) = aftermath.notifications()
    assert attributes == {name: message[name] for name in ("status", "owner", "format") if name in message}
    assert ("format" in attributes) == (end == "SUCCEEDED")


def meanwhile(monkeypatch: pytest.MonkeyPatch, client: Any, call: str, what: Callable[[], object]) -> None:
    """Let something happen just before the next call of that name by client."""
    real = getattr(client, call)

    def late(**arguments: Any) -> Any:
        monkeypatch.setattr(client, call, real)
        what()
        return real(**arguments)

    monkeypatch.setattr(client, call, late)


@pytest.mark.parametrize("call", ["put_item", "update_item", "get_item"])
def test_two_at_once_give_one_end(aftermath: Aftermath, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    """Whichever is first, wherever the other is, the record has one end, told under one id, and both are content."""
    event = aftermath.begun(b"data")
    meanwhile(monkeypatch, clients.dynamodb(), call, lambda: settle(aftermath, event))
    settle(aftermath, event)
    told = aftermath.notifications()
    assert {message["notificationId"] for message, _ in told} == {event["execution"]}
    assert aftermath.record(event)["status"] == "FAILED"
    assert len(told) == 1


def test_two_that_tell_at_once_repeat_one_notification(aftermath: Aftermath, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the look at the record and the note another may have told it: the repeat says the same under the same id."""
    event = aftermath.begun(b"data")
    meanwhile(monkeypatch, clients.sns(), "publish", lambda: settle(aftermath, event))
    settle(aftermath, event)
    first, second = (message for message, _ in aftermath.notifications())
    assert {**first, "at": second["at"]} == second
    assert "notifiedAt" in aftermath.record(event)


def test_a_success_meanwhile_is_no_failure(aftermath: Aftermath, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the last step is just done, the picture has succeeded, is told so, and keeps its archive."""
    event = aftermath.begun(b"data")
    _, archived = aftermath.left(event)
    meanwhile(monkeypatch, clients.dynamodb(), "update_item", lambda: aftermath.ended(event, "SUCCEEDED"))
    settle(aftermath, event)
    assert [message["status"] for message, _ in aftermath.notifications()] == ["SUCCEEDED"]
    assert aftermath.keys(ARCHIVE_BUCKET) == {archived}


def test_a_record_taken_over_meanwhile_is_left(aftermath: Aftermath, monkeypatch: pytest.MonkeyPatch) -> None:
    """If a newer version takes the record over, it goes on, and nobody is told of the older one."""
    event = aftermath.begun(b"older")
    newer = aftermath.again(event, b"newer")
    aftermath.left(event)
    kept = set(aftermath.left(newer))
    meanwhile(monkeypatch, clients.dynamodb(), "update_item", lambda: record_of(newer).begin(90))
    settle(aftermath, event)
    record = aftermath.record(event)
    assert (record["execution"], record["status"]) == (newer["execution"], PROCESSING)
    assert aftermath.notifications() == []
    assert aftermath.keys(UPLOAD_BUCKET) | aftermath.keys(ARCHIVE_BUCKET) == {event["image"]["key"], *kept}


def test_it_waits_for_an_older_versions_end_to_be_told(aftermath: Aftermath) -> None:
    """A version that never began does not take over an end that nobody was told of."""
    older = aftermath.begun(b"older")
    before = aftermath.ended(older, "SUCCEEDED")
    newer = aftermath.again(older, b"newer")
    with pytest.raises(PreviousOutcomePending):
        settle(aftermath, newer)
    assert (aftermath.record(older), aftermath.notifications()) == (before, [])


def test_what_goes_on_is_not_cleared(aftermath: Aftermath) -> None:
    """Staged pictures of an execution whose record is open wait for the archive."""
    event = aftermath.begun(b"data")
    kept = set(aftermath.left(event))
    finalization.remove_leftovers(record_of(event), record_of(event).read(), aftermath.environment)
    assert kept <= aftermath.keys(UPLOAD_BUCKET) | aftermath.keys(ARCHIVE_BUCKET)


def test_more_than_a_page_is_cleared(aftermath: Aftermath) -> None:
    """However much an execution left, nothing of it stays."""
    event = aftermath.begun(b"data")
    aftermath.fill(UPLOAD_BUCKET, object_keys.staged_folder(event["execution"]), 1001)
    settle(aftermath, event)
    assert aftermath.keys(UPLOAD_BUCKET) == {event["image"]["key"]}
