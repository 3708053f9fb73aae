"""The operations of AWS's services, as botocore's models describe them, which SDKs are made from.

`services.zip` has a table for each service; pages/services.py makes it. What is in no table is unknown to the checker.
"""

import json
import re
import zipfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from asl.language import Target

FILE = Path(__file__).with_name("services.zip")
SDK = "aws-sdk:"
# Services with another name in an optimized integration than in `aws-sdk:`.
NAMES = {
    "states": "sfn",
    "events": "eventbridge",
    "elasticmapreduce": "emr",
    "emr-containers": "emrcontainers",
    "emr-serverless": "emrserverless",
}
CAPITALS = re.compile(r"[A-Z]+(?=[A-Z][a-z0-9])|[A-Z]{2,}")
Ref = int | str | None  # the number of a shape, or the code of a type of single values


@dataclass(frozen=True)
class Structure:
    """An object with members; Step Functions writes their names with a capital."""

    members: dict[str, Ref]
    required: frozenset[str]


@dataclass(frozen=True)
class ListOf:
    """An array of items."""

    item: Ref


@dataclass(frozen=True)
class MapOf:
    """An object whose names are data."""

    value: Ref


Kind = Structure | ListOf | MapOf | str


class Service:
    """The model of a service."""

    def __init__(self, document: dict[str, Any]) -> None:
        """Take the service's table."""
        self.operations: dict[str, tuple[Ref, Ref]] = {name: (one[0], one[1]) for name, one in document["o"].items()}
        self._shapes: list[Any] = document["s"]

    def kind(self, ref: Ref) -> Kind:
        """Return what a reference in the model stands for; "a" is any value."""
        if not isinstance(ref, int):
            return ref or "a"
        shape = self._shapes[ref]
        if isinstance(shape, dict):
            return MapOf(shape[""])
        if len(shape) == 1:
            return ListOf(shape[0])
        members, required = shape
        names = {capital(name): ref for name, ref in members.items()}
        return Structure(names, frozenset(map(capital, required)))


def capital(name: str) -> str:
    """Return name with a capital, as Step Functions writes it."""
    return name[:1].upper() + name[1:]


def java_name(name: str) -> str:
    """Return name as AWS's SDK for Java writes it, which Step Functions uses: `DBInstances` is `DbInstances`."""
    return CAPITALS.sub(lambda found: found[0].capitalize(), name)


@cache
def _tables() -> zipfile.ZipFile:
    return zipfile.ZipFile(FILE)


def version() -> str:
    """Return the version of botocore that the tables were made from."""
    return _tables().read("VERSION").decode()


@cache
def service(name: str) -> Service | None:
    """Return the model of the service called name after `aws-sdk:`, or None."""
    try:
        return Service(json.loads(_tables().read(name)))
    except KeyError:
        return None


def service_of(target: Target) -> Service | None:
    """Return the model of the service that a task calls, or None."""
    own = target.service.removeprefix(SDK)
    return service(NAMES.get(own, own)) if target.action else None
