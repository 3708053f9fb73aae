"""The pace of a sweep and of an operator's command: both start executions beside the trigger, a few at a time."""

from dataclasses import replace
from datetime import timedelta

import pytest

from lambdas.domain import back_pressure, executions
from lambdas.domain.back_pressure import Pace
from lambdas.runtime import clock
from lambdas.sweep import STARTING
from tests.fake_aws.account import Payload
from tests.fake_aws.fake_clock import FakeClock
from tests.lambdas.account import TABLE, export
from tests.lambdas.pipeline import Pipeline, Sweep


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Give the image ids of each wait for outcomes; a wait takes no time."""
    found: list[list[str]] = []

    def wait(images: list[Payload], table: str) -> None:
        assert table == TABLE
        found.append([image["imageId"] for image in images])

    monkeypatch.setattr(back_pressure, "wait_for_outcomes", wait)
    return found


@pytest.mark.parametrize(("max_concurrency", "at_once"), [(2, 1), (3, 1), (4, 2), (1000, 500)])
def test_half_of_what_the_trigger_may(waits: list[list[str]], max_concurrency: int, at_once: int) -> None:
    """It waits when half as many executions run as the trigger may have, and then for all of them."""
    pace = Pace(max_concurrency, TABLE)
    for number in range(at_once):
        assert pace.admits()
        pace.started({"imageId": str(number), "owner": "", "bucket": "", "key": "", "versionId": ""})
    assert waits == []
    assert pace.admits()
    assert waits == [[str(number) for number in range(at_once)]]
    assert pace.admits()
    assert len(waits) == 1


def test_nothing_is_admitted_after_the_time_limit(fake_clock: FakeClock, waits: list[list[str]]) -> None:
    """After its time limit nothing is admitted, and nothing is waited for."""
    pace = Pace(2, TABLE, clock.now() + timedelta(minutes=1))
    assert pace.admits()
    pace.started({"imageId": "an image", "owner": "", "bucket": "", "key": "", "versionId": ""})
    fake_clock.advance(minutes=2)
    assert not pace.admits()
    assert waits == []


def test_sweep_starts_one_at_a_time(
    pipeline: Pipeline, sweep: Sweep, monkeypatch: pytest.MonkeyPatch, waits: list[list[str]]
) -> None:
    """With a MaxConcurrency of 2, a sweep waits for the outcome of each image before it starts the next one."""
    export(monkeypatch, replace(pipeline.environment, max_concurrency=2))
    started = {pipeline.upload(b"data")["image"]["imageId"] for _ in range(3)}
    assert sweep() == {"resumed": 3}
    assert {name[: executions.UUID_LENGTH] for name in pipeline.executions()} == started
    assert [len(images) for images in waits] == [1, 1]  # and the last one is waited for by nobody


def test_sweep_stops_starting_in_time(
    pipeline: Pipeline, sweep: Sweep, monkeypatch: pytest.MonkeyPatch, fake_clock: FakeClock
) -> None:
    """A sweep whose images take long leaves the others to the next sweep, so that it ends before its own timeout."""
    export(monkeypatch, replace(pipeline.environment, max_concurrency=2))
    for _ in range(10):
        pipeline.upload(b"data")
    before = fake_clock.now()
    done = sweep()["resumed"]
    most = STARTING / timedelta(seconds=back_pressure.LONGEST_WAIT) + 1
    assert 2 <= done <= most
    assert len(pipeline.executions()) == done
    assert fake_clock.now() - before < STARTING + timedelta(seconds=3600 + 2 * back_pressure.LONGEST_WAIT)


def test_record_is_read_after_the_wait(pipeline: Pipeline, sweep: Sweep, monkeypatch: pytest.MonkeyPatch) -> None:
    """An image that gets its outcome while the sweep waits for another one is not started again."""
    export(monkeypatch, replace(pipeline.environment, max_concurrency=2))
    lost = [pipeline.begin(b"data") for _ in range(2)]

    def meanwhile(images: list[Payload], _: str) -> None:
        (started,) = (image["imageId"] for image in images)
        for event in lost:
            if event["image"]["imageId"] != started:
                pipeline.write_outcome(event, "SUCCEEDED", notified=True)

    monkeypatch.setattr(back_pressure, "wait_for_outcomes", meanwhile)
    sweep()
    assert len(pipeline.executions()) == 1
