"""The storage class of archived originals: whether a URL can read one, derived from the bucket's rule and the time.

S3 could be asked with HeadObject, which would be a second call for each status. The rule needs none: it moves an original on a
known day. It does not know of an object that an operator restored, or that an earlier rule has moved.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

# S3 answers 403 (InvalidObjectState) to a GET of an object in these, until somebody restores it.
GLACIERS: Final = ("GLACIER", "DEEP_ARCHIVE")
STAYS: Final = "STANDARD"  # the class of objects that do not move
# Bytes. By default S3 moves no smaller object; the rule in templates/resources/storage.py states it, so that both agree.
SMALLEST_MOVED: Final = 128 * 1024
MOVED: Final = {"moved": "true"}  # the tag of the objects that the rule moves
EXPIRING: Final = {"superseded": "true"}  # that of renditions that were replaced; another rule deletes them


@dataclass(frozen=True)
class ArchiveClass:
    """The class to which archived originals move, and after how many days."""

    name: str
    days: int

    def hides(self, size: int, archived_at: datetime, until: datetime) -> bool:
        """Return whether an original of size bytes may be in a glacier before until."""
        return self.name in GLACIERS and size >= SMALLEST_MOVED and until >= self._moves_at(archived_at)

    def _moves_at(self, archived_at: datetime) -> datetime:
        """Return the beginning of the day on which S3 moves the object at the earliest.

        S3 moves it at the first midnight (UTC) after the days since its creation. That is a midnight earlier here, because the
        copy is older than the time in the record, and clocks differ.
        """
        due = archived_at.astimezone(UTC) + timedelta(days=self.days)
        return due.replace(hour=0, minute=0, second=0, microsecond=0)


NEVER_MOVES: Final = ArchiveClass(STAYS, 0)
