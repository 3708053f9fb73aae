"""The scheduler: one actor at a time, and the same schedule for the same seed."""

import pytest

from tests.chaos.runner import Runner
from tests.chaos.scheduler import Gone, Scheduler, Stuck
from tests.effort import times
from tests.permissions import recorder


def _race(seed: int) -> tuple[list[str], Scheduler]:
    """Let three actors take three turns each, and return whose turns they were."""
    scheduler, turns = Scheduler(seed), []

    def work() -> None:
        for _ in range(3):
            turns.append(scheduler.actor.name)
            scheduler.pause("turn")

    for _ in range(3):
        scheduler.spawn("actor", work)
    scheduler.drain()
    return turns, scheduler


def test_one_seed_gives_one_order() -> None:
    """The order of actors depends only on the seed, and other seeds give other orders."""
    orders = [_race(seed)[0] for seed in range(20)]
    assert orders == [_race(seed)[0] for seed in range(20)]
    assert len({tuple(order) for order in orders}) > 10


def test_every_actor_runs_to_its_end() -> None:
    """Every actor takes all of its turns."""
    turns, scheduler = _race(0)
    assert sorted(turns) == sorted(f"actor#{number}" for number in (1, 2, 3) for _ in range(3))
    assert not scheduler.busy()


def test_a_deadlock_of_actors_is_an_error() -> None:
    """If all actors wait for ever, that is an error and not a hang."""
    scheduler = Scheduler(0)
    scheduler.spawn("waiting", lambda: scheduler.wait(lambda: False))
    with pytest.raises(Stuck, match="waiting#1"):
        scheduler.drain()
    scheduler.abandon()


def test_an_ended_actor_does_not_continue() -> None:
    """An actor that is ended runs no exception handler, and does not continue."""
    scheduler, done = Scheduler(0), []

    def work() -> None:
        scheduler.note("begun")
        try:
            scheduler.wait(lambda: False)
        except Exception:  # noqa: BLE001 - what a handler might do
            done.append("caught")
        done.append("went on")

    actor = scheduler.spawn("actor", work)
    scheduler.wait(lambda: bool(scheduler.trace))
    actor.gone = True
    scheduler.drain()
    assert done == []
    assert actor.over


def test_an_error_of_an_actor_ends_the_schedule() -> None:
    """An error that an actor does not handle is raised in the schedule's own thread."""
    scheduler = Scheduler(0)

    def fail() -> None:
        raise ValueError("of the actor")

    scheduler.spawn("failing", fail)
    with pytest.raises(ValueError, match="of the actor"):
        scheduler.drain()


def test_gone_is_no_error_of_the_schedule() -> None:
    """An actor that ends itself raises no error in the schedule."""
    scheduler = Scheduler(0)

    def end() -> None:
        raise Gone

    scheduler.spawn("ending", end)
    scheduler.drain()


def test_a_schedule_can_be_replayed(runner: Runner) -> None:
    """A seed gives the same actors, points and faults each time, and the same outcomes."""
    for seed in range(times(2, 25)):
        first, second = runner.run(seed), runner.run(seed)
        assert first.trace == second.trace
        assert (first.outcomes, first.faults, first.violations) == (second.outcomes, second.faults, second.violations)


def test_shortcuts_give_the_same_schedule_as_requests(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    """Calls that moto's stores answer directly give the same schedule as requests."""
    # Requests are answered as to a caller with all permissions, as shortcuts are: others get AccessDenied for a removed version.
    monkeypatch.setattr(recorder, "role_at_work", lambda: None)
    for seed in range(2, times(5, 12)):  # one of them has dead-letter messages
        short = runner.run(seed)
        runner.patches.shortcuts = False
        long = runner.run(seed)
        runner.patches.shortcuts = True
        assert short.trace == long.trace
        assert (short.outcomes, short.violations) == (long.outcomes, long.violations)
