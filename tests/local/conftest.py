"""An emulator for each module."""

from collections.abc import Iterator

import pytest

from local.emulator.process import emulator
from tests.local.account import Account
from tests.local.shared import made_once

__all__ = ["made_once"]


@pytest.fixture(scope="module")
def account() -> Iterator[Account]:
    """Run an emulator without enforcement."""
    with emulator() as running:
        yield Account(**vars(running))
