"""What a sweep does, and reports, when there is an error with one of the images."""

from typing import Any

import pytest

from lambdas.domain import executions
from lambdas.runtime import clients
from lambdas.runtime.metrics import CONFLICTS, EXECUTIONS_RESTARTED
from lambdas.sweep import SweepIncompleteError
from tests.lambdas.account import TABLE, before_next_call, export, log_lines, metric_lines
from tests.lambdas.pipeline import Pipeline, Sweep
from workflow.contracts.payloads import PipelineInputImage


def test_an_error_with_one_image_does_not_stop_the_others(
    pipeline: Pipeline, sweep: Sweep, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The others are processed, the log names the image and its error, and the sweep itself fails, for the alarm."""
    broken, sound = sorted((pipeline.upload(b"data") for _ in range(2)), key=lambda one: one["image"]["key"])
    start = executions.start

    def failing(image: PipelineInputImage, settings: Any) -> bool:
        if image["imageId"] == broken["image"]["imageId"]:
            raise MemoryError
        return start(image, settings)

    with monkeypatch.context() as patch:
        patch.setattr(executions, "start", failing)
        with pytest.raises(SweepIncompleteError, match="1 images"):
            sweep()
    assert list(pipeline.executions()) == [sound["execution"]]
    faults = [line for line in log_lines(capsys.readouterr().out) if line["level"] == "ERROR"]
    assert faults[0]["imageId"] == broken["image"]["imageId"]
    assert sweep() == {"resumed": 1}


def test_an_expected_race_is_no_failure(
    pipeline: Pipeline, sweep: Sweep, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An older outcome that is written while the sweep starts the newer version makes neither an error nor an alarm.

    The next sweep publishes the outcome and starts the version.
    """
    export(monkeypatch, pipeline.express)
    older = pipeline.begin(b"older")
    newer = pipeline.upload_again(older, b"newer")
    before_next_call(monkeypatch, clients.dynamodb(), "put_item", lambda: pipeline.write_outcome(older, "REJECTED"))
    assert sweep() == {}
    output = capsys.readouterr().out
    assert {line["level"] for line in log_lines(output)} == {"WARNING", "INFO"}
    (line,) = metric_lines(output)
    assert line["_aws"]["CloudWatchMetrics"][0]["Metrics"][0]["Name"] == CONFLICTS
    assert (pipeline.executions(), pipeline.notifications()) == ({}, [])
    assert sweep() == {"resumed": 1}
    assert [message["notificationId"] for message, _ in pipeline.notifications()] == [older["execution"]]
    assert list(pipeline.executions()) == [newer["execution"]]


def test_unprocessed_records_are_left_to_the_next_sweep(
    pipeline: Pipeline, sweep: Sweep, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer that a throttled table leaves out is not taken for an image without a record."""
    events = [pipeline.upload(b"data") for _ in range(2)]
    batches = clients.dynamodb().batch_get_item

    def throttled(RequestItems: Any) -> Any:  # noqa: N803 - the client's own name
        keys = RequestItems[TABLE]["Keys"]
        return {**batches(RequestItems={TABLE: {"Keys": keys[1:]}}), "UnprocessedKeys": {TABLE: {"Keys": keys[:1]}}}

    with monkeypatch.context() as patch:
        patch.setattr(clients.dynamodb(), "batch_get_item", throttled)
        assert sweep() == {"resumed": 1}
    assert len(pipeline.executions()) == 1
    assert sweep() == {"resumed": 1}
    assert set(pipeline.executions()) == {event["execution"] for event in events}


def test_restarts_are_counted_and_logged(pipeline: Pipeline, sweep: Sweep, capsys: pytest.CaptureFixture[str]) -> None:
    """Restarts are counted, because somebody should ask why; the log lines name the image."""
    event = pipeline.upload(b"data")
    capsys.readouterr()
    sweep()
    output = capsys.readouterr().out
    (line,) = metric_lines(output)
    assert line["_aws"]["CloudWatchMetrics"][0]["Metrics"][0]["Name"] == EXECUTIONS_RESTARTED
    assert line["imageId"] == event["image"]["imageId"]
    assert [one["message"] for one in log_lines(output)] == ["started again", "swept"]
    assert log_lines(output)[0]["attempt"] == 1  # by which operators see whether an event or an execution was lost
    assert log_lines(output)[-1]["done"] == {"resumed": 1}
