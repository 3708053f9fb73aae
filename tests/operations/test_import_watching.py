"""What a person sees while a run goes on, and when that ends."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from lambdas.runtime import clock
from operations.imports import runs, watching
from operations.imports.runs import RUNNING, Run

RUN = Run("a-run", 1, RUNNING, "", {}, "arn")


def test_the_last_lines_of_a_run_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run may end between the look at it and the look at its lines: those that it wrote last are not missed."""
    looks = iter([False])

    def has_ended() -> bool:
        """Return whether the run has ended, which it does after the first look at anything of it."""
        return next(looks, True)

    class Outcomes:
        statuses: dict[str, str] = {}  # noqa: RUF012 - nothing changes it
        is_over, is_complete = True, False

        def __init__(self, *_: object) -> None: ...

        def update(self) -> None:
            self.is_complete = has_ended()

        def counts(self) -> dict[str, int]:
            return {"listed": 1, "SKIPPED": 1}

    monkeypatch.setattr(runs, "find", lambda *_: replace(RUN, status="SUCCEEDED") if has_ended() else RUN)
    monkeypatch.setattr(watching, "Outcomes", Outcomes)
    monkeypatch.setattr(clock, "sleep", lambda _: None)
    stack: Any = None
    run, outcomes = watching.watch(stack, RUN, 1)
    seen: Any = outcomes
    assert (run.status, seen.is_complete) == ("SUCCEEDED", True)


def test_an_interruption_says_how_to_go_on(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """After Ctrl-C there is one sentence, and nothing of the bar where no terminal is."""

    def interrupt(_: float) -> None:
        raise KeyboardInterrupt

    outcomes = SimpleNamespace(statuses={}, update=lambda: None, counts=lambda: {"listed": 1, "SKIPPED": 1})
    monkeypatch.setattr(runs, "find", lambda *_: RUN)
    monkeypatch.setattr(watching, "Outcomes", lambda *_: outcomes)
    monkeypatch.setattr(clock, "sleep", interrupt)
    stack: Any = None
    with pytest.raises(KeyboardInterrupt):
        watching.watch(stack, RUN, 1)
    message = "The run goes on. Watch it with: operations import status a-run"
    assert capsys.readouterr() == ("", f"\n{message}\n")


@pytest.mark.parametrize(("seconds", "rate"), [(0, 0), (30, 4), (120, 1)])
def test_a_run_is_described(seconds: float, rate: int) -> None:
    """The line has what was found so far, without what was not, and how many images are over in a minute."""
    counts = {"listed": 1200, "COPIED": 3, "SKIPPED": 0, "REJECTED": 2}
    outcomes: Any = SimpleNamespace(statuses={"1": "REJECTED", "2": "REJECTED"}, counts=lambda: counts)
    text = watching._described(outcomes, seconds)  # noqa: SLF001 - it is shown on a terminal alone
    assert text == f"listed 1,200, copied 3, rejected 2, {rate} a minute"
