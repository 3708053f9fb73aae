"""The global state that the tests of a process share."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

import boto3

from lambdas.runtime import clients, telemetry
from tests.isolation.everywhere.loopback import NOTES, TEST

# Variables that lead to an account or a proxy, or that change what the functions do.
STRANGE = ("AWS_", "BOTO_", "POWERTOOLS_", "MOTO_", "_X_AMZN_")
PROXIES = {"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"}
# No credentials, no region and no settings are found anywhere.
NOWHERE = {
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}
# What os.environ keeps: the variables as the system has them. To decode all of them twice would be a tenth of a short test.
VARIABLES: dict[bytes, bytes] = vars(os.environ)["_data"]
CACHES = [
    cached for module in (clients, telemetry) for cached in vars(module).values() if hasattr(cached, "cache_clear")
]


def isolated(variables: dict[bytes, bytes], notes: Path) -> dict[bytes, bytes]:
    """Return variables without those of a user, and with those that make processes record connections in a file."""
    environ = {os.fsdecode(name): os.fsdecode(value) for name, value in variables.items()}
    own = {
        name: value for name, value in environ.items() if not name.startswith(STRANGE) and name.upper() not in PROXIES
    }
    guarded = [str(Path(__file__).with_name("everywhere")), environ.get("PYTHONPATH", "")]
    guards = {NOTES: str(notes), "PYTHONPATH": os.pathsep.join(filter(None, guarded))}
    return {os.fsencode(name): os.fsencode(value) for name, value in (own | NOWHERE | guards).items()}


@dataclass(frozen=True)
class Surroundings:
    """The global state at one moment."""

    variables: dict[bytes, bytes]
    folder: str
    path: list[str]
    session: boto3.Session | None

    @classmethod
    def now(cls) -> Surroundings:
        """Record the state."""
        variables = VARIABLES.copy()
        variables.pop(TEST.encode(), None)
        return cls(variables, str(Path.cwd()), sys.path.copy(), boto3.DEFAULT_SESSION)

    def restore(self) -> list[str]:
        """Restore the state, and return the names of what was changed. A default session counts as no change, since every client creates it."""
        now = self.now()
        names = sorted({name for name, _ in now.variables.items() ^ self.variables.items()})
        for name in names:
            _set(name, self.variables.get(name))
        os.chdir(self.folder)
        sys.path[:] = self.path
        boto3.DEFAULT_SESSION = self.session
        changes = [f"the variable {os.fsdecode(name)}" for name in names]
        changes += ["the working directory"] if now.folder != self.folder else []
        return changes + (["sys.path"] if now.path != self.path else [])


def _set(name: bytes, value: bytes | None) -> None:
    if value is None:
        del os.environb[name]
    else:
        os.environb[name] = value


def forget() -> None:
    """Drop the clients that the functions keep: they remember the credentials and the account of their test."""
    for cached in CACHES:
        cached.cache_clear()
