"""An emulated account for the tests of one module."""

from collections.abc import Iterator

import pytest

from local.emulator import emulator
from tests.local.account import Account


@pytest.fixture(scope="module")
def account() -> Iterator[Account]:
    """Run an emulator."""
    with emulator() as running:
        yield Account(running.endpoint)
