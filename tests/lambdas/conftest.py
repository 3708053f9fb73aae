"""An account in moto, whole for each test, and no function's memory of the test before."""

import logging
from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws

from lambdas import clients
from lambdas.log import logger
from tests.lambdas.bench import ARCHIVING, MOTO, PICTURE, REGION, RESIZE, THUMBNAIL, UPLOADING, Bench, export

CACHED = (clients.s3, clients.dynamodb, clients.stepfunctions, logger)


@pytest.fixture(scope="session")
def session() -> boto3.Session:
    """Give the session that all tests share: reading the service models anew would take longer than the tests."""
    return boto3.Session(aws_access_key_id="testing", aws_secret_access_key="testing", region_name=REGION)


@pytest.fixture(autouse=True)
def _cold(session: boto3.Session, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[None]:
    """Let every test begin as a function's first call does, and leave nothing of it behind."""
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", session)
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", request.node.nodeid)
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    filters = {handler: list(handler.filters) for handler in logging.root.handlers}
    yield
    for cached in CACHED:
        cached.cache_clear()
    logging.Logger.manager.loggerDict.pop(request.node.nodeid, None)
    for handler, before in filters.items():
        handler.filters = before


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    """Give a bench, and to every function the environment for it."""
    export(monkeypatch, UPLOADING, PICTURE, RESIZE, THUMBNAIL, ARCHIVING)
    with mock_aws(config=MOTO):
        yield Bench()
