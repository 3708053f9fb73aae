"""An emulated account for the tests of one module."""

from collections.abc import Iterator

import pytest
from account import Account

from local.emulator import emulator


@pytest.fixture(scope="module")
def account() -> Iterator[Account]:
    """Run an emulator."""
    with emulator() as running:
        yield Account(running.endpoint)
