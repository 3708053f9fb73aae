"""An account in moto with a stack in it, new for each test."""

from collections.abc import Callable, Iterator
from functools import cache
from types import SimpleNamespace

import pytest
from joserfc.jwk import RSAKey
from moto.cognitoidp import models

from templates.bytecode import find_interpreter
from templates.packaging import RUNTIME
from tests.fake_aws.account import fake_account
from tests.fake_aws.fake_clock import FakeClock
from tests.local.shared import made_once
from tests.operations.imports_in_moto import Imports
from tests.operations.stack_in_moto import StackInMoto

__all__ = ["made_once"]


@pytest.fixture(autouse=True)
def _bytecode_looked_for() -> None:
    """Look for the interpreter that makes bytecode: where there is none, the line that says so once is not the test's."""
    find_interpreter(RUNTIME)


@pytest.fixture(scope="session")
def read_key() -> Callable[[dict[str, str]], RSAKey]:
    """Return a function that reads the key of moto's user pools once: reading it takes longer than most tests."""
    read = cache(lambda parts: RSAKey.import_key(dict(parts)))
    return lambda parts: read(tuple(parts.items()))


@pytest.fixture
def account(read_key: Callable[[dict[str, str]], RSAKey], monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Create an empty account, and forget the clients of other accounts."""
    monkeypatch.setattr(models, "jwk", SimpleNamespace(RSAKey=SimpleNamespace(import_key=read_key)))
    FakeClock().install(monkeypatch)
    with fake_account(monkeypatch):
        yield


@pytest.fixture
def stack(account: None, capsys: pytest.CaptureFixture[str], request: pytest.FixtureRequest) -> StackInMoto:  # noqa: ARG001 - the stack is in it
    """Return an operator's desk for a stack, with STANDARD workflows unless a test asks for EXPRESS."""
    return StackInMoto(capsys, getattr(request, "param", "STANDARD"))


@pytest.fixture
def imports(stack: StackInMoto, monkeypatch: pytest.MonkeyPatch) -> Imports:
    """Give a bucket with two images and three other objects."""
    return Imports(stack, monkeypatch)
