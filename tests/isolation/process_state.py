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
CACHES = [
    cached for module in (clients, telemetry) for cached in vars(module).values() if hasattr(cached, "cache_clear")
]


def isolated(environ: dict[str, str], notes: Path) -> dict[str, str]:
    """Return environ without the variables of a user, and with those that make processes record connections in a file."""
    own = {
        name: value for name, value in environ.items() if not name.startswith(STRANGE) and name.upper() not in PROXIES
    }
    guarded = [str(Path(__file__).with_name("everywhere")), environ.get("PYTHONPATH", "")]
    return own | NOWHERE | {NOTES: str(notes), "PYTHONPATH": os.pathsep.join(filter(None, guarded))}


@dataclass(frozen=True)
class Surroundings:
    """The global state at one moment."""

    environ: dict[str, str]
    folder: str
    path: list[str]
    session: boto3.Session | None

    @classmethod
    def now(cls) -> Surroundings:
        """Record the state."""
        environ = {name: value for name, value in os.environ.items() if name != TEST}
        return cls(environ, str(Path.cwd()), list(sys.path), boto3.DEFAULT_SESSION)

    def changes(self) -> list[str]:
        """Return the names of what has changed."""
        now = self.now()
        names = sorted(name for name, _ in now.environ.items() ^ self.environ.items())
        found = [f"the variable {name}" for name in dict.fromkeys(names)]
        found += ["the working directory"] if now.folder != self.folder else []
        return found + (["sys.path"] if now.path != self.path else [])

    def restore(self) -> None:
        """Restore the state. A default session counts as no change, since every client creates it."""
        for name in {*os.environ} - {*self.environ, TEST}:
            del os.environ[name]
        os.environ.update(self.environ)
        os.chdir(self.folder)
        sys.path[:] = self.path
        boto3.DEFAULT_SESSION = self.session


def forget() -> None:
    """Drop the clients that the functions keep: they remember the credentials and the account of their test."""
    for cached in CACHES:
        cached.cache_clear()
