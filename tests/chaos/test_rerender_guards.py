"""The check of rerenders can fail: without what lets replaced renditions expire, some schedule violates the statement."""

from __future__ import annotations

import pytest

from lambdas.domain import objects
from tests.chaos.runner import ready
from tests.effort import repetition

pytestmark = pytest.mark.heavy

MOST = 30  # schedules, in which the absence of a guard must be found


@repetition
def test_without_retiring_renditions_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the sweep and the last step letting replaced renditions expire, a schedule violates the statement."""
    monkeypatch.setattr(objects, "let_expire", lambda *_: None)
    with ready() as runner:
        found = (runner.run(seed, {}, rerendering=True).violations for seed in range(MOST))
        assert any(text.startswith("rerenders: ") for violations in found for text in violations)
