"""What a step left in S3 is taken away if its picture has another end, or is another execution's, by then."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from lambdas import archive, resize, thumbnail
from lambdas.domain import object_keys, record, step_handler
from lambdas.domain.object_keys import STAGED
from lambdas.runtime import clients
from tests import pictures
from tests.lambdas.bench import (
    ARCHIVE_BUCKET,
    CONTEXT,
    RESIZE,
    RETENTION_DAYS,
    TABLE,
    UPLOAD_BUCKET,
    Bench,
    Payload,
    export,
    logged,
)
from workflow.contracts.errors import StaleExecution

Change = Callable[[Bench, Payload], object]


def superseded(bench: Bench, event: Payload) -> None:
    """Let a newer upload take the record over."""
    newer = bench.again(event, b"newer")
    record.Record(TABLE, newer["image"], newer["execution"]).begin(RETENTION_DAYS)


CHANGES: dict[str, Change] = {
    "failed": lambda bench, event: bench.end(event, "FAILED"),
    "rejected": lambda bench, event: bench.end(event, "REJECTED"),
    "superseded": superseded,
}
each_change = pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)


@each_change
@pytest.mark.parametrize("handler", [resize.handler, thumbnail.handler], ids=["resized", "thumbnail"])
def test_what_was_staged_is_removed(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, handler: step_handler.Handler, change: Change
) -> None:
    """All that the step itself staged goes, for nobody will archive it; what others staged stays."""
    export(monkeypatch, replace(RESIZE, resize_edges=(40, 20, 10)))
    event = bench.begun(pictures.examples()["PNG"])
    others = f"{object_keys.staged_folder(event['execution'])}of-another-step.png"
    bench.put(others, b"data")
    change(bench, event)
    before = bench.record(event)
    with pytest.raises(StaleExecution):
        handler(event, CONTEXT)
    assert {key for key in bench.keys(UPLOAD_BUCKET) if key.startswith(STAGED)} == {others}
    assert bench.record(event) == before


@each_change
def test_what_was_archived_is_removed(bench: Bench, monkeypatch: pytest.MonkeyPatch, change: Change) -> None:
    """The archive holds nothing of a picture that did not succeed, and all of those that did."""
    export(monkeypatch, replace(RESIZE, resize_edges=(40, 20, 10)))
    sound = archive.handler(bench.processed(pictures.examples()["PNG"]), CONTEXT)
    kept = bench.keys(ARCHIVE_BUCKET)
    assert sound["original"]["key"] in kept
    event = bench.processed(pictures.examples()["PNG"])
    change(bench, event)
    with pytest.raises(StaleExecution):
        archive.handler(event, CONTEXT)
    assert bench.keys(ARCHIVE_BUCKET) == kept
    assert not [key for key in bench.keys(UPLOAD_BUCKET) if key.startswith(STAGED)]


def test_a_late_copy_of_an_older_success_undoes_nothing(bench: Bench) -> None:
    """ArchiveImage that runs again after a newer upload took the success's record over leaves what was archived."""
    event = bench.processed(pictures.examples()["PNG"])
    archive.handler(event, CONTEXT)
    record.Record(TABLE, event["image"], event["execution"]).mark_notified()
    superseded(bench, event)
    kept = bench.keys(ARCHIVE_BUCKET)
    with pytest.raises(StaleExecution):
        archive.handler(event, CONTEXT)
    assert bench.keys(ARCHIVE_BUCKET) == kept
    assert "expiresAt" not in bench.record(event)


def test_a_repeat_of_a_success_is_not_undone(bench: Bench) -> None:
    """A step that runs again after its answer was lost finds its own end, and leaves the archive."""
    event = bench.processed(pictures.examples()["PNG"])
    first = archive.handler(event, CONTEXT)
    kept = bench.keys(ARCHIVE_BUCKET)
    assert archive.handler(event, CONTEXT) == first
    assert bench.keys(ARCHIVE_BUCKET) == kept


def test_a_fault_of_the_table_undoes_nothing(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only if the record refuses it is the work of no use; after any other error it is tried again."""
    event = bench.begun(pictures.examples()["PNG"])
    with monkeypatch.context() as patch:
        patch.setattr(clients.dynamodb(), "update_item", failing)
        with pytest.raises(ConnectionError):
            resize.handler(event, CONTEXT)
    assert [key for key in bench.keys(UPLOAD_BUCKET) if key.startswith(STAGED)]
    resize.handler(event, CONTEXT)


def failing(**_: Any) -> None:
    """Fail as a broken connection does."""
    raise ConnectionError


def test_what_cannot_be_undone_hides_nothing(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The step still ends as one that came too late, which alarms nobody; the log tells of the leftovers."""
    event = bench.begun(pictures.examples()["PNG"])
    bench.end(event, "FAILED")
    monkeypatch.setattr(clients.s3(), "delete_objects", lambda **_: {"Errors": [{"Code": "SlowDown"}]})
    capsys.readouterr()
    with pytest.raises(StaleExecution):
        resize.handler(event, CONTEXT)
    levels = {line["message"]: line["level"] for line in logged(capsys.readouterr().out)}
    assert levels["objects are left to the sweep: ObjectsNotDeletedError"] == "WARNING"
    assert "ERROR" not in levels.values()
