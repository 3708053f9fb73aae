"""An outage: services that refuse every call from one moment on, for a while."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError, EndpointConnectionError

from tests.chaos import errors

if TYPE_CHECKING:
    from random import Random

SERVICES: Final = ("s3", "dynamodb", "stepfunctions", "lambda", "sns")
MINUTE, HOUR, DAY = 60, 3600, 24 * 3600  # seconds
LENGTHS: Final = {"1 minute": MINUTE, "15 minutes": 15 * MINUTE, "6 hours": 6 * HOUR, "3 days": 3 * DAY}
# Of a task whose service is down, by service.
TASK_CODES: Final = {
    "lambda": ("ServiceException", "AWSLambdaException", "SdkClientException", "TooManyRequestsException"),
    "dynamodb": (
        "InternalServerError",
        "RequestLimitExceededException",
        "AmazonDynamoDBException",
        "ThrottlingException",
    ),
    "sns": ("InternalErrorException", "ThrottledException", "AmazonSNSException", "KMSThrottlingException"),
}
HEAD: Final[Any] = {"HTTPStatusCode": 503, "RequestId": "of-the-outage"}


@dataclass
class Outage:
    """Services that are down from the call or task with a number on, for so many seconds."""

    services: frozenset[str]
    seconds: int
    after: int  # calls and tasks
    random: Random
    began: datetime | None = None
    lists: bool = False  # whether S3 still lists objects: the sweep then starts what cannot be processed

    @property
    def ends(self) -> datetime | None:
        """When the services are back, if they were down."""
        return self.began and self.began + timedelta(seconds=self.seconds)

    def begin(self, now: datetime) -> None:
        """Begin now, unless it has begun before."""
        self.began = self.began or now

    def count(self, now: datetime) -> None:
        """Count a call or a task, and begin after enough of them."""
        self.after -= 1
        if self.after < 0:
            self.begin(now)

    def is_down(self, service: str, now: datetime) -> bool:
        """Return whether the service refuses now."""
        return service in self.services and self.ends is not None and now < self.ends

    def refuses(self, service: str, operation: str, now: datetime) -> bool:
        """Return whether the service refuses a call now."""
        return self.is_down(service, now) and not (self.lists and operation.startswith("ListObject"))

    def is_over(self, now: datetime) -> bool:
        """Return whether the services were down and are back."""
        return self.ends is not None and now >= self.ends

    def of_call(self, client: Any, operation: str) -> Exception:
        """Return an error of the SDK for a call that a service refuses."""
        return self.random.choice(
            [
                errors.failed(client, operation),
                errors.throttled(client, operation),
                errors.timed_out(),
                EndpointConnectionError(endpoint_url="https://aws.example"),
            ]
        )

    def of_task(self, service: str) -> Exception:
        """Return an error of a task that a service refuses, or that it does not answer."""
        if self.random.random() < 0.2:
            return TimeoutError()
        code: Any = {"Code": self.random.choice(TASK_CODES[service]), "Message": "Refused."}
        return ClientError({"Error": code, "ResponseMetadata": HEAD}, "Call")
