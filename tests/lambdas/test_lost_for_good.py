"""How long an image is tried that never gets an outcome by itself."""

from dataclasses import replace
from datetime import timedelta

import pytest

from lambdas.domain.outcomes import PROCESSING
from lambdas.domain.stalled_uploads import EXECUTION_NOT_FOUND, longest_silence
from lambdas.sweep import handler
from templates.parameters import LONGEST_SWEEP
from templates.resources.sweep import STALLED_AFTER
from tests.fake_aws.fake_clock import FakeClock
from tests.lambdas.account import CONTEXT, export
from tests.lambdas.pipeline import Pipeline
from workflow.contracts.durations import DEAD_LETTER_RETENTION

SWEEP, DAILY = timedelta(minutes=LONGEST_SWEEP), timedelta(days=1)
KEPT = timedelta(seconds=DEAD_LETTER_RETENTION)  # a dead-letter message


def test_an_image_is_tried_for_two_weeks_and_then_fails(
    pipeline: Pipeline, fake_clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of its executions disappears, as EXPRESS ones do that time out; a sweep comes as late as a stack allows.

    The last attempt begins when a dead-letter message would not be kept any longer, so that an outage of that length uses up
    no image. The uploader hears of the failure within three days of that.
    """
    settings = replace(pipeline.express, stalled_after_seconds=STALLED_AFTER)
    export(monkeypatch, settings)
    event, record, passed = pipeline.upload(b"data"), dict[str, object](), timedelta()
    starts: dict[object, timedelta] = {}  # when each attempt was found in the record
    while record.get("status", PROCESSING) == PROCESSING:
        wait = longest_silence(int(str(record.get("attempt", 1))), settings) + SWEEP
        fake_clock.advance(seconds=wait.total_seconds())
        passed += wait
        handler({}, CONTEXT)
        record = pipeline.record(event)
        starts.setdefault(record.get("attempt"), passed)
    assert record["reason"] == EXECUTION_NOT_FOUND
    assert [message["status"] for message, _ in pipeline.notifications()] == ["FAILED"]
    assert starts[record["attempt"]] >= KEPT
    assert passed <= KEPT + 3 * DAILY
