"""The check of imports can fail: without any one guard, some schedule loses an object or its line, or copies it twice."""

from __future__ import annotations

from typing import Any

import pytest

from lambdas import import_images
from lambdas.domain import import_outcomes, imports
from tests.chaos.faults import Fault
from tests.chaos.guard import Guard
from tests.chaos.runner import ready
from tests.effort import repetition

pytestmark = pytest.mark.heavy

MOST = 30  # schedules, in which the absence of a guard must be found


def _lines_replaced(patch: pytest.MonkeyPatch) -> None:
    """Let each attempt replace the lines of the others."""

    def write(bucket: str, key: str, _: Any, lines: list[Any]) -> None:
        there = import_outcomes.read(bucket, key)
        import_outcomes._replace(bucket, key, there, tuple(lines))

    patch.setattr(import_outcomes, "write", write)


def _copies_replace(patch: pytest.MonkeyPatch) -> None:
    """Copy without the condition that there is no upload."""
    copied = imports._copied  # noqa: SLF001 - the only place of the condition
    patch.setattr(imports, "_copied", lambda source, owner, settings, **_: copied(source, owner, settings))


def _beginnings_unwritten(patch: pytest.MonkeyPatch) -> None:
    """Copy objects without having written which images are about to be made."""
    patch.setattr(import_images._Batch, "_begun", lambda _: [])  # noqa: SLF001 - the only place of it


GUARDS = [
    Guard(
        "lines that are merged", _lines_replaced, "imports: run", {Fault.ZOMBIE: 0.5, Fault.CALL_FAILS: 0.05}, start=5
    ),
    Guard("copies that replace nothing", _copies_replace, "imports: ", {Fault.ZOMBIE: 0.5}),
    Guard("images that are begun", _beginnings_unwritten, "imports: ", {Fault.KILLED_AFTER: 0.15}, start=5),
]


@repetition
@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.name)
def test_without_a_guard_an_object_is_lost_or_repeated(guard: Guard) -> None:
    """Without the guard, a schedule violates the statement about imports."""
    with pytest.MonkeyPatch.context() as patch:
        guard.remove(patch)
        with ready() as runner:
            found = (
                runner.run(seed, guard.faults, importing=True).violations
                for seed in range(guard.start, guard.start + MOST)
            )
            assert any(text.startswith(guard.statement) for violations in found for text in violations)
