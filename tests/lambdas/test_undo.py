"""A step deletes what it wrote to S3 if its image has another outcome, or is another execution's, by then."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from lambdas import archive, resize, thumbnail
from lambdas.domain import object_keys, record, step_handler
from lambdas.domain.object_keys import STAGED
from lambdas.runtime import clients
from tests import pictures
from tests.fake_aws.account import ARCHIVE_BUCKET, UPLOAD_BUCKET, Payload
from tests.lambdas.account import CONTEXT, RESIZE_SETTINGS, RETENTION_DAYS, TABLE, Account, export, log_lines
from workflow.contracts.errors import StaleExecution

Change = Callable[[Account, Payload], object]


def superseded(account: Account, event: Payload) -> None:
    """Let a newer upload replace the record."""
    newer = account.upload_again(event, b"newer")
    record.Record(TABLE, newer["image"], newer["execution"]).begin(RETENTION_DAYS)


CHANGES: dict[str, Change] = {
    "failed": lambda account, event: account.set_status(event, "FAILED"),
    "rejected": lambda account, event: account.set_status(event, "REJECTED"),
    "superseded": superseded,
}
each_change = pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)


@pytest.mark.share(2)
@each_change
@pytest.mark.parametrize("handler", [resize.handler, thumbnail.handler], ids=["resized", "thumbnail"])
def test_staged_objects_are_removed(
    account: Account, monkeypatch: pytest.MonkeyPatch, handler: step_handler.Handler, change: Change
) -> None:
    """All objects that the step itself staged are deleted, because no step will archive them; those of others stay."""
    export(monkeypatch, replace(RESIZE_SETTINGS, resize_edges=(40, 20, 10)))
    event = account.begin(pictures.examples()["PNG"])
    others = f"{object_keys.staged_folder(event['execution'])}of-another-step.png"
    account.put(others, b"data")
    change(account, event)
    before = account.record(event)
    with pytest.raises(StaleExecution):
        handler(event, CONTEXT)
    assert {key for key in account.keys(UPLOAD_BUCKET) if key.startswith(STAGED)} == {others}
    assert account.record(event) == before


@pytest.mark.share(1)
@each_change
def test_archived_objects_are_removed(account: Account, monkeypatch: pytest.MonkeyPatch, change: Change) -> None:
    """The archive holds nothing of an image that did not succeed, and everything of those that did."""
    export(monkeypatch, replace(RESIZE_SETTINGS, resize_edges=(40, 20, 10)))
    sound = archive.handler(account.run_steps(pictures.examples()["PNG"]), CONTEXT)
    kept = account.keys(ARCHIVE_BUCKET)
    assert sound["original"]["key"] in kept
    event = account.run_steps(pictures.examples()["PNG"])
    change(account, event)
    with pytest.raises(StaleExecution):
        archive.handler(event, CONTEXT)
    assert account.keys(ARCHIVE_BUCKET) == kept
    assert not [key for key in account.keys(UPLOAD_BUCKET) if key.startswith(STAGED)]


def test_a_late_run_of_an_older_success_undoes_nothing(account: Account) -> None:
    """If ArchiveImage runs again after a newer upload replaced the record of its success, the archived objects stay."""
    event = account.run_steps(pictures.examples()["PNG"])
    archive.handler(event, CONTEXT)
    record.Record(TABLE, event["image"], event["execution"]).mark_notified()
    superseded(account, event)
    kept = account.keys(ARCHIVE_BUCKET)
    with pytest.raises(StaleExecution):
        archive.handler(event, CONTEXT)
    assert account.keys(ARCHIVE_BUCKET) == kept
    assert "expiresAt" not in account.record(event)


def test_a_repeat_of_a_success_is_not_undone(account: Account) -> None:
    """A step that runs again after its response was lost finds its own outcome, and the archived objects stay."""
    event = account.run_steps(pictures.examples()["PNG"])
    first = archive.handler(event, CONTEXT)
    kept = account.keys(ARCHIVE_BUCKET)
    assert archive.handler(event, CONTEXT) == first
    assert account.keys(ARCHIVE_BUCKET) == kept


def test_an_error_of_the_table_undoes_nothing(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """The work is undone only if the record belongs to another execution; after any other error it is retried."""
    event = account.begin(pictures.examples()["PNG"])
    with monkeypatch.context() as patch:
        patch.setattr(clients.dynamodb(), "update_item", failing)
        with pytest.raises(ConnectionError):
            resize.handler(event, CONTEXT)
    assert [key for key in account.keys(UPLOAD_BUCKET) if key.startswith(STAGED)]
    resize.handler(event, CONTEXT)


def failing(**_: Any) -> None:
    """Fail as a broken connection does."""
    raise ConnectionError


def test_a_failed_undo_hides_no_error(
    account: Account, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The step still ends as a stale execution, which raises no alarm; the log reports the leftovers."""
    event = account.begin(pictures.examples()["PNG"])
    account.set_status(event, "FAILED")
    monkeypatch.setattr(clients.s3(), "delete_objects", lambda **_: {"Errors": [{"Code": "SlowDown"}]})
    capsys.readouterr()
    with pytest.raises(StaleExecution):
        resize.handler(event, CONTEXT)
    lines = {line["message"]: line for line in log_lines(capsys.readouterr().out)}
    left = lines["objects are left to the sweep: ObjectsNotDeletedError"]
    assert (left["level"], left["exception_name"]) == ("WARNING", "ObjectsNotDeletedError")
    assert "SlowDown" in left["exception"]
    assert "ERROR" not in {line["level"] for line in lines.values()}
