"""An account in moto, new for each test, and functions without state of the test before."""

import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from moto import mock_aws

from lambdas import sweep as sweeping
from lambdas.domain import executions as execution
from lambdas.runtime import clients
from lambdas.runtime.telemetry import set_log_keys
from tests.fake_aws.account import MOTO, create_state_machine, create_storage, forget_clients, use_session
from tests.fake_aws.fake_clock import FakeClock
from tests.lambdas.account import (
    ARCHIVE_SETTINGS,
    CONTEXT,
    DELETE_SETTINGS,
    IMAGE_SETTINGS,
    LIST_SETTINGS,
    RESIZE_SETTINGS,
    TABLE,
    THUMBNAIL_SETTINGS,
    URL_SETTINGS,
    VALIDATE_SETTINGS,
    Account,
    export,
)
from tests.lambdas.imported import FullBucket, full_bucket
from tests.lambdas.messages import Executions, trigger_settings
from tests.lambdas.pipeline import STALLED_AFTER, Meanwhile, Pipeline, Sweep


@pytest.fixture(autouse=True)
def _cold(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[None]:
    """Start every test like a cold function, and clear the functions' state after it."""
    use_session(monkeypatch)
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", request.node.nodeid)
    filters = {handler: list(handler.filters) for handler in logging.root.handlers}
    forget_clients()
    yield
    set_log_keys()  # they are those of the thread, and would be in the lines of other tests
    forget_clients()
    logging.Logger.manager.loggerDict.pop(request.node.nodeid, None)
    for handler, before in filters.items():
        handler.filters = before


@pytest.fixture
def fake_clock(monkeypatch: pytest.MonkeyPatch) -> FakeClock:
    """Give the clock that functions and services read."""
    made = FakeClock()
    made.install(monkeypatch)
    return made


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch, fake_clock: FakeClock) -> Iterator[Account]:  # noqa: ARG001 - versions go by it
    """Give the account, and its settings to every function."""
    export(monkeypatch, URL_SETTINGS, IMAGE_SETTINGS, LIST_SETTINGS, DELETE_SETTINGS)
    export(monkeypatch, VALIDATE_SETTINGS, RESIZE_SETTINGS, THUMBNAIL_SETTINGS, ARCHIVE_SETTINGS)
    with mock_aws(config=MOTO):
        yield Account()


@pytest.fixture
def pipeline(monkeypatch: pytest.MonkeyPatch, fake_clock: FakeClock) -> Iterator[Pipeline]:  # noqa: ARG001 - as above
    """Give the account with what finalization and sweeps need, and their settings."""
    export(monkeypatch, VALIDATE_SETTINGS, RESIZE_SETTINGS, THUMBNAIL_SETTINGS, ARCHIVE_SETTINGS)
    with mock_aws(config=MOTO):
        made = Pipeline()
        export(monkeypatch, IMAGE_SETTINGS, LIST_SETTINGS, made.environment)
        yield made


@pytest.fixture
def sweep(pipeline: Pipeline, fake_clock: FakeClock) -> Sweep:  # noqa: ARG001 - there must be something to sweep
    """Give a function that sweeps when everything done so far is late."""

    def swept(**event: object) -> dict[str, int]:
        fake_clock.advance(seconds=STALLED_AFTER + 1)
        return sweeping.handler(event, CONTEXT)

    return swept


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    """Give a function that lets something happen once, between the reads of a record and of its execution's status."""

    def let(happen: Callable[[], object]) -> None:
        ask = execution.status

        def asked(*arguments: Any) -> str | None:
            monkeypatch.setattr(execution, "status", ask)
            happen()
            return ask(*arguments)

        monkeypatch.setattr(execution, "status", asked)

    return let


@pytest.fixture
def executions(monkeypatch: pytest.MonkeyPatch, fake_clock: FakeClock) -> Iterator[Executions]:  # noqa: ARG001 - the trigger waits
    """Give a state machine, and the means to see by which names and with which inputs it was started."""
    with mock_aws(config=MOTO):
        client, machine = clients.stepfunctions(), create_state_machine("pipeline")
        create_storage(TABLE)
        export(monkeypatch, trigger_settings(machine))

        def started() -> dict[str, Any]:
            found = client.list_executions(stateMachineArn=machine)["executions"]
            described = (client.describe_execution(executionArn=one["executionArn"]) for one in found)
            return {one["name"]: json.loads(one["input"]) for one in described}

        yield started


@pytest.fixture
def bucket(account: Account, monkeypatch: pytest.MonkeyPatch) -> FullBucket:
    """Give a source bucket without versions, and the settings of ImportFunction. No image is waited for."""
    return full_bucket(FullBucket(account), monkeypatch)


@pytest.fixture
def versioned(account: Account, monkeypatch: pytest.MonkeyPatch) -> FullBucket:
    """Give a source bucket with versions, and the same settings."""
    return full_bucket(FullBucket(account, versioned=True), monkeypatch)
