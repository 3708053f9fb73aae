"""What holds for the whole suite."""

import pytest

from tests.effort import Effort
from tests.permissions import plugin


def pytest_configure(config: pytest.Config) -> None:
    """Hold every handler that a test calls to its role in the template, and say how much is repeated."""
    config.pluginmanager.register(plugin.LeastPrivilege(), plugin.NAME)
    config.pluginmanager.register(Effort(), "effort")
