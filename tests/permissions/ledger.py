"""The ledger of used grants and of refused calls."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import cached_property

from lambdas.domain.object_keys import STAGED, UPLOADS
from tests.permissions.calls import Permission
from tests.permissions.grants import Grant, granted

PREFIXES = (UPLOADS, STAGED)  # of keys, as the functions know them


class Ledger:
    """Checks calls against a set of grants, and records the used ones."""

    def __init__(self, take: Callable[[], Iterable[Grant]] = granted) -> None:
        """Use the grants that take returns; it is called at the first call, since making a template takes time."""
        self._take = take
        self.refusals: list[str] = []
        self.uses: dict[Grant, set[str]] = defaultdict(
            set
        )  # the prefixes of the keys that were used; "" for calls without a key

    @cached_property
    def grants(self) -> tuple[Grant, ...]:
        """The grants of this ledger."""
        return tuple(self._take())

    def fitting(self, role: str, permission: Permission) -> list[Grant]:
        """Return the grants that allow role the permission."""
        return [grant for grant in self.grants if grant.role == role and grant.allows(permission)]

    def allows(self, role: str, permission: Permission) -> bool:
        """Return whether role has permission; if so, record the narrowest grant that allows it as used."""
        fitting = self.fitting(role, permission)
        if fitting:
            self.uses[max(fitting, key=lambda grant: len(grant.arn))].add(_prefix(permission))
        return bool(fitting)

    def refuse(self, reason: str) -> None:
        """Record a refused call for the test that made it: a handler may ignore the error."""
        self.refusals.append(reason)

    def taken_refusals(self) -> list[str]:
        """Return and clear the refused calls."""
        taken, self.refusals = self.refusals, []
        return taken

    def unused(self) -> list[Grant]:
        """Return the grants that no call needed."""
        return sorted(set(self.grants) - self.uses.keys())

    def too_wide(self) -> list[Grant]:
        """Return the grants on a whole bucket of which only one prefix was used."""
        return sorted(
            grant
            for grant, prefixes in self.uses.items()
            if prefixes != {""} and len(prefixes) == 1 and f"/{min(prefixes)}" not in grant.resource
        )


def _prefix(permission: Permission) -> str:
    key = permission.arn.partition("/")[2]
    return next((prefix for prefix in PREFIXES if key.startswith(prefix)), "")
