"""Fixtures of the tests of asl."""

import pytest

from tests.asl.history.events import History


@pytest.fixture
def history() -> History:
    """Give a history with its first event."""
    begun = History()
    begun.add("ExecutionStarted")
    return begun
