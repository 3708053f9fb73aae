"""Where to deploy, and what is said when that goes wrong."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from subprocess import CalledProcessError
from typing import Any

from boto3.exceptions import Boto3Error
from botocore.exceptions import BotoCoreError, ClientError

from operations.cloudformation.installed_layers import VersionMismatchError
from operations.errors import OperationError

Client = Callable[[str], Any]  # gives the client of a service

MAX_SECONDS = 1800  # seconds that one operation on a stack may take


# What a person can put right: template, packages, credentials, region, bucket, network.
FAULTS = (OperationError, VersionMismatchError, BotoCoreError, Boto3Error, ClientError, CalledProcessError, OSError)


@dataclass(frozen=True)
class Target:
    """Where to deploy: an account and region, by the clients of its services, and the bucket for artifacts there."""

    client: Client
    bucket: str
    poll_seconds: float = 5

    @cached_property
    def cloudformation(self) -> Any:
        """The client that makes stacks."""
        return self.client("cloudformation")

    @cached_property
    def s3(self) -> Any:
        """The client that uploads."""
        return self.client("s3")

    @property
    def waiter(self) -> dict[str, float]:
        """How long and how often to look."""
        return {"Delay": self.poll_seconds, "MaxAttempts": int(MAX_SECONDS / self.poll_seconds)}


@contextmanager
def explain_validation_errors(what: str) -> Iterator[None]:
    """Raise OperationError with CloudFormation's own sentence where it finds what was sent to it invalid."""
    try:
        yield
    except ClientError as error:
        found = error.response["Error"]
        if found["Code"] != "ValidationError":
            raise
        raise OperationError(f"CloudFormation refuses {what}: {found['Message']}") from error
