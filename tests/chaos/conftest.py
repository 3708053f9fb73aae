"""What runs schedules, ready once a module."""

from collections.abc import Iterator

import pytest

from tests.chaos.runner import Runner, ready


@pytest.fixture(scope="module")
def runner() -> Iterator[Runner]:
    """Give the runner of schedules."""
    with ready() as made:
        yield made
