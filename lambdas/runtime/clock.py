"""The current time and pauses, in one place, so that a test can set the time."""

import time
from datetime import UTC, datetime


def now() -> datetime:
    """Return the current time, in UTC."""
    return datetime.now(UTC)


def timestamp() -> str:
    """Return the current time as RFC 3339 in UTC, to the millisecond."""
    return rfc3339(now())


def rfc3339(moment: datetime) -> str:
    """Return a time in UTC as RFC 3339, to the millisecond."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def sleep(seconds: float) -> None:
    """Let so much time pass."""
    time.sleep(seconds)
