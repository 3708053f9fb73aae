"""The session that the tests of a process share: to read the service models and make clients takes longer than most tests."""

import os
from functools import cache
from typing import Any

import boto3
from botocore.config import Config


class SharedSession(boto3.Session):
    """A session that makes a client once for each set of options, and gives every test a copy of its own.

    Copies share their event handlers: who registers one takes it back.
    """

    def __init__(self, region: str) -> None:
        """Make a session with credentials that no account knows."""
        super().__init__(aws_access_key_id="testing", aws_secret_access_key="testing", region_name=region)
        self._made: dict[str, Any] = {}

    def client(self, service_name: str, *args: Any, **options: Any) -> Any:
        """Return a client of the service."""
        key = repr([service_name, args, {name: _plain(value) for name, value in options.items()}, _variables()])
        if key not in self._made:
            self._made[key] = super().client(service_name, *args, **options)  # type: ignore[call-overload]
        made = self._made[key]
        own = object.__new__(type(made))
        own.__dict__.update(made.__dict__)
        return own


def _plain(option: object) -> object:
    return vars(option) if isinstance(option, Config) else option


def _variables() -> list[tuple[str, str]]:
    """Return the variables that the SDK reads."""
    return sorted((name, value) for name, value in os.environ.items() if name.startswith("AWS_"))


@cache
def shared_session(region: str) -> SharedSession:
    """Return the session of a region."""
    return SharedSession(region)
