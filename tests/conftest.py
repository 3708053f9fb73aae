"""What holds for the whole suite."""

import os
from collections.abc import Generator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.effort import Effort, times
from tests.fake_aws import conditional_copies, moto_speed
from tests.isolation import plugin as isolation
from tests.permissions import plugin as permissions
from tests.worker_messages import send_less

# How long an example takes, or its making, says something of the machine. A failure is replayed by what it prints.
settings.register_profile(
    "suite",
    deadline=None,
    print_blob=True,
    max_examples=times(40, 100),
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("suite")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int | None:
    """Return one worker more than there are processors: tests of the laptop's stack spend much of their time waiting."""
    return None if "PYTEST_XDIST_AUTO_NUM_WORKERS" in os.environ else (os.cpu_count() or 1) + 1


def pytest_configure(config: pytest.Config) -> None:
    """Isolate the tests, hold every handler that one calls to its role in the template, and say how much is repeated.

    No function waits in a test: one that needs time to pass installs a fake clock.
    """
    config.pluginmanager.register(isolation.Isolation(), isolation.NAME)
    config.pluginmanager.register(permissions.LeastPrivilege(), permissions.NAME)
    config.pluginmanager.register(Effort(), "effort")
    patch = pytest.MonkeyPatch()
    config.add_cleanup(patch.undo)
    moto_speed.install(patch)
    conditional_copies.install(patch)
    send_less(config, patch)
    patch.setattr("lambdas.runtime.clock.sleep", _refuse_to_wait)


def _refuse_to_wait(seconds: float) -> None:
    pytest.fail(f"a function waits for {seconds} s in a test without a fake clock")


@pytest.hookimpl(wrapper=True)
def pytest_report_to_serializable() -> Generator[None, Any, Any]:
    """Let a worker hand over what a test has logged or refused, also half of a surrogate pair, which UTF-8 does not have.

    Where a test passes, nobody reads the keywords of its report, which are half of it.
    """
    report = yield
    return _encodable(report | {"keywords": {}} if report.get("outcome") == "passed" else report)


def _encodable(value: Any) -> Any:
    """Return a value of which every text can be encoded; an escape stands for a character that cannot."""
    match value:
        case str():
            return value.encode(errors="backslashreplace").decode()
        case dict():
            return {_encodable(key): _encodable(one) for key, one in value.items()}
        case list() | tuple():
            return type(value)(map(_encodable, value))
    return value
