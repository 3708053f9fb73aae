"""An account in moto with a stack in it, new for each test."""

from collections.abc import Callable, Iterator
from functools import cache
from types import SimpleNamespace
from typing import Final

import boto3
import pytest
from joserfc.jwk import RSAKey
from moto import mock_aws
from moto.cognitoidp import models
from moto.core.config import DefaultConfig

from lambdas.runtime import clients
from tests.fake_aws.fake_clock import FakeClock
from tests.fake_aws.session import shared_session
from tests.local.shared import made_once
from tests.operations.stack_in_moto import StackInMoto

__all__ = ["made_once"]

REGION: Final = "eu-central-1"
# The tests share one session: to read the service models anew would take longer than they do.
MOTO: Final[DefaultConfig] = {"core": {"reset_boto3_session": False}}
CACHED = (clients.s3, clients.dynamodb, clients.sqs, clients.stepfunctions)


@pytest.fixture(scope="session")
def session() -> boto3.Session:
    """Return the session that all tests share."""
    return shared_session(REGION)


@pytest.fixture(scope="session")
def read_key() -> Callable[[dict[str, str]], RSAKey]:
    """Return a function that reads the key of moto's user pools once: reading it takes longer than most tests."""
    read = cache(lambda parts: RSAKey.import_key(dict(parts)))
    return lambda parts: read(tuple(parts.items()))


@pytest.fixture
def account(
    session: boto3.Session, read_key: Callable[[dict[str, str]], RSAKey], monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Create an empty account, and forget the clients of other accounts."""
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", session)
    monkeypatch.setattr(models, "jwk", SimpleNamespace(RSAKey=SimpleNamespace(import_key=read_key)))
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    FakeClock().install(monkeypatch)
    _forget()
    with mock_aws(config=MOTO):
        yield
    _forget()


def _forget() -> None:
    for cached in CACHED:
        cached.cache_clear()


@pytest.fixture
def stack(account: None, capsys: pytest.CaptureFixture[str], request: pytest.FixtureRequest) -> StackInMoto:  # noqa: ARG001 - the stack is in it
    """Return an operator's desk for a stack, with STANDARD workflows unless a test asks for EXPRESS."""
    return StackInMoto(capsys, getattr(request, "param", "STANDARD"))
