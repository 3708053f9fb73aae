"""Emulators: one for the tests that leave it as it was, in each worker, and one for each module that deploys the stack."""

from collections.abc import Iterator

import pytest

from local.emulator.process import emulator
from tests.local.account import Account
from tests.local.shared import made_once

__all__ = ["made_once"]


@pytest.fixture(scope="session")
def account() -> Iterator[Account]:
    """Run an emulator without enforcement. Each test gives its resources names that no other test has."""
    with emulator() as running:
        yield Account(**vars(running))


@pytest.fixture(scope="module")
def empty_account() -> Iterator[Account]:
    """Run an emulator without enforcement for one module."""
    with emulator() as running:
        yield Account(**vars(running))
