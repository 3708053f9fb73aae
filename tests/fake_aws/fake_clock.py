"""A clock for the functions and for moto: it moves when it is read, and when a test advances it."""

from datetime import UTC, datetime, timedelta

import pytest
from moto.core import utils
from moto.s3 import models as s3
from moto.sqs.models import Queue

from lambdas.runtime import clock

TICK = timedelta(milliseconds=1)  # moto's versions of an object differ by at least this


class FakeClock:
    """The time of functions and services; no two readings are equal."""

    def __init__(self) -> None:
        """Begin now."""
        self._now = datetime.now(UTC)

    def now(self) -> datetime:
        """Return the time, in UTC."""
        self._now += TICK
        return self._now

    def advance(self, **units: float) -> None:
        """Let so much time pass, in timedelta's units."""
        self._now += timedelta(**units)

    def install(self, patch: pytest.MonkeyPatch) -> None:
        """Let the functions, S3's versions and SQS's queues use this clock."""

        def wait(_: Queue, seconds: float) -> None:
            self.advance(seconds=seconds)

        patch.setattr(clock, "now", self.now)
        patch.setattr(clock, "sleep", lambda seconds: self.advance(seconds=seconds))
        for module in (utils, s3):
            patch.setattr(module, "utcnow", lambda: self.now().replace(tzinfo=None))
        patch.setattr(Queue, "wait_for_messages", wait)
