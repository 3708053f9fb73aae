"""The current time, read in one place, so that a test can set it."""

from datetime import UTC, datetime


def now() -> datetime:
    """Return the current time, in UTC."""
    return datetime.now(UTC)


def timestamp() -> str:
    """Return the current time as RFC 3339 in UTC, to the millisecond."""
    return now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
