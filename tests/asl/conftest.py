"""What the tests of graphs share."""

import pytest

from tests.asl.history.events import History


@pytest.fixture
def history() -> History:
    """Give a history that has begun."""
    begun = History()
    begun.add("ExecutionStarted")
    return begun
