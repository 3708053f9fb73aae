"""An account in moto, whole for each test, and no function's memory of the test before."""

import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from lambdas import sweep as sweeping
from lambdas.domain import executions as execution
from lambdas.runtime import clients
from lambdas.runtime.telemetry import logger, tracer
from tests.lambdas.aftermath import STALLED_AFTER, Aftermath, Meanwhile, Sweep
from tests.lambdas.bench import (
    ARCHIVING,
    CONTEXT,
    MOTO,
    REGION,
    RESIZE,
    THUMBNAIL,
    UPLOADING,
    VALIDATING,
    Bench,
    export,
)
from tests.lambdas.messages import Executions, triggering
from tests.lambdas.watch import Watch
from tests.sessions import shared_session

DEFINITION = {"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}
CACHED = (clients.s3, clients.dynamodb, clients.sns, clients.sqs, clients.stepfunctions, logger, tracer)


@pytest.fixture(scope="session")
def session() -> boto3.Session:
    """Give the session that all tests share."""
    return shared_session(REGION)


def _forget() -> None:
    """Drop what functions keep from one call to the next, whoever called them."""
    for cached in CACHED:
        cached.cache_clear()


@pytest.fixture(autouse=True)
def _cold(session: boto3.Session, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[None]:
    """Let every test begin as a function's first call does, and leave nothing of it behind."""
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", session)
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", request.node.nodeid)
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    filters = {handler: list(handler.filters) for handler in logging.root.handlers}
    _forget()
    yield
    _forget()
    logging.Logger.manager.loggerDict.pop(request.node.nodeid, None)
    for handler, before in filters.items():
        handler.filters = before


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    """Give the watch that functions and services go by."""
    made = Watch()
    made.install(monkeypatch)
    return made


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch, watch: Watch) -> Iterator[Bench]:  # noqa: ARG001 - versions go by it
    """Give a bench, and to every function the environment for it."""
    export(monkeypatch, UPLOADING, VALIDATING, RESIZE, THUMBNAIL, ARCHIVING)
    with mock_aws(config=MOTO):
        yield Bench()


@pytest.fixture
def aftermath(monkeypatch: pytest.MonkeyPatch, watch: Watch) -> Iterator[Aftermath]:  # noqa: ARG001 - as above
    """Give a bench with what settling and sweeping need, and their environment."""
    export(monkeypatch, VALIDATING, RESIZE, THUMBNAIL, ARCHIVING)
    with mock_aws(config=MOTO):
        made = Aftermath()
        export(monkeypatch, made.environment)
        yield made


@pytest.fixture
def sweep(aftermath: Aftermath, watch: Watch) -> Sweep:  # noqa: ARG001 - there must be something to sweep
    """Give what sweeps once all that was done so far is late."""

    def swept(**event: object) -> dict[str, int]:
        watch.set_on(seconds=STALLED_AFTER + 1)
        return sweeping.handler(event, CONTEXT)

    return swept


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    """Give what lets something happen once, after a record was read and before its execution is asked for."""

    def let(happen: Callable[[], object]) -> None:
        ask = execution.status

        def asked(*arguments: Any) -> str | None:
            monkeypatch.setattr(execution, "status", ask)
            happen()
            return ask(*arguments)

        monkeypatch.setattr(execution, "status", asked)

    return let


@pytest.fixture
def executions(monkeypatch: pytest.MonkeyPatch) -> Iterator[Executions]:
    """Give a state machine, and the means to see by which names and with which inputs it was started."""
    with mock_aws(config=MOTO):
        client = clients.stepfunctions()
        role = "arn:aws:iam::123456789012:role/pipeline"
        made = client.create_state_machine(name="pipeline", definition=json.dumps(DEFINITION), roleArn=role)
        machine = made["stateMachineArn"]
        export(monkeypatch, triggering(machine))

        def started() -> dict[str, Any]:
            found = client.list_executions(stateMachineArn=machine)["executions"]
            described = (client.describe_execution(executionArn=one["executionArn"]) for one in found)
            return {one["name"]: json.loads(one["input"]) for one in described}

        yield started
