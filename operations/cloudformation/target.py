"""The account and region where a stack is deployed, and the bucket for its code and layers."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from botocore.exceptions import ClientError

from operations.errors import OperationError

Client = Callable[[str], Any]  # returns the client of a service

MAX_SECONDS = 1800  # of one operation on a stack


@dataclass(frozen=True)
class Target:
    """An account and region, by the clients of its services, and the bucket for artifacts there."""

    client: Client
    bucket: str
    poll_seconds: float = 5

    @cached_property
    def cloudformation(self) -> Any:
        """The client of CloudFormation."""
        return self.client("cloudformation")

    @cached_property
    def s3(self) -> Any:
        """The client of S3."""
        return self.client("s3")

    @property
    def waiter(self) -> dict[str, float]:
        """The configuration of botocore's waiters."""
        return {"Delay": self.poll_seconds, "MaxAttempts": int(MAX_SECONDS / self.poll_seconds)}


@contextmanager
def explain_validation_errors(what: str) -> Iterator[None]:
    """Raise OperationError with CloudFormation's message if it finds what was sent to it invalid."""
    try:
        yield
    except ClientError as error:
        found = error.response["Error"]
        if found["Code"] != "ValidationError":
            raise
        raise OperationError(f"CloudFormation refuses {what}: {found['Message']}") from error
