"""Which contracts hold where: what the machine starts with, and what each task takes, gives, raises and says."""

import json
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from asl.check import contracts
from asl.check.dialect import shape_of
from asl.check.integrations import closed_object
from asl.check.shapes import Anything, Field, Object, Shape, Text
from asl.check.validate import validate

MAPPING_FILE = "mapping.json"
_NAMES = Object((), Text())
MAPPING_SHAPE = Object(  # a mapping, but for the names in it
    (
        ("accepted", Field(_NAMES, required=False)),
        ("startsWith", Field(Text(), required=False)),
        ("states", Field(Object((), _NAMES), required=False)),
    ),
    Anything(),
)

# What a Catch adds, where no contract says more; Step Functions bounds both.
CAUGHT = closed_object({"Error": Text(1, 256)}, {"Cause": Text(0, 32_768)})


class UnusableMapping(ValueError):  # noqa: N818 - it is the mapping that is
    """The mapping names a contract or a state that does not exist, or says something unknown."""


@dataclass(frozen=True)
class Contract:
    """A contract by name, with its shape and the first of the schema's `examples`, if it has any."""

    name: str
    shape: Shape
    example: Any = field(default=None, compare=False)


@dataclass(frozen=True)
class Edges:
    """The contracts on the edges of one state."""

    takes: Contract | None = None  # a task's input
    gives: Contract | None = None  # a task's result
    raises: Contract | None = None  # what a Catch on the state adds
    says: Contract | None = None  # the message that it publishes
    leaves: Contract | None = None  # what ResultSelector makes of the result


@dataclass(frozen=True)
class Mapping:
    """The contracts of a machine."""

    starts_with: Contract
    states: dict[str, Edges] = field(default_factory=dict)
    accepted: dict[str, str] = field(default_factory=dict)  # `State.Field` that cannot be decided, and why that is fine

    def edges(self, state: str) -> Edges:
        """Return the contracts on the edges of state, none if it is not mapped."""
        return self.states.get(state, Edges())

    def raised(self, state: str) -> Shape:
        """Return the shape of what a Catch on state adds."""
        raises = self.edges(state).raises
        return raises.shape if raises else CAUGHT


def load_mapping(folder: Path) -> Mapping:
    """Return the mapping that `mapping.json` in folder makes of the contracts beside it; raises UnusableMapping."""
    try:
        said = json.loads((folder / MAPPING_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UnusableMapping(f"{folder / MAPPING_FILE} cannot be read: {error}") from error
    for name in set(contracts.names(folder)) - {MAPPING_FILE.removesuffix(".json")}:
        _read(name, folder)  # each may be referred to
    return parse_mapping(said, folder)


def parse_mapping(said: Any, folder: Path) -> Mapping:
    """Return the mapping that said describes, with the contracts in folder; raises UnusableMapping."""
    if wrong := validate(said, MAPPING_SHAPE):
        raise UnusableMapping(f"{MAPPING_FILE}: {wrong}")
    if strange := set(said) - {"startsWith", "states", "accepted"}:
        raise UnusableMapping(f"the mapping says {sorted(strange)}, which nothing here understands")
    if "startsWith" not in said:
        raise UnusableMapping("the mapping does not say what the machine startsWith")
    states = {state: _edges(state, one, folder) for state, one in said.get("states", {}).items()}
    return Mapping(_contract(said["startsWith"], folder), states, said.get("accepted", {}))


def _edges(state: str, said: dict[str, str], folder: Path) -> Edges:
    kinds = Edges.__dataclass_fields__
    if strange := set(said) - set(kinds):
        raise UnusableMapping(f"{state}: an edge is one of {', '.join(kinds)}, not {sorted(strange)}")
    return Edges(**{kind: _contract(name, folder) for kind, name in said.items()})


@cache
def _contract(name: str, folder: Path) -> Contract:
    _read(name, folder)
    schema = _resolved(name, folder)
    examples = schema.get("examples")
    return Contract(name, shape_of(schema, name), examples[0] if isinstance(examples, list) and examples else None)


def _read(name: str, folder: Path) -> None:
    """Raise UnusableMapping unless folder has a contract called name that is JSON."""
    try:
        schema = contracts.schema(name, folder)
    except FileNotFoundError as error:
        raise UnusableMapping(f"there is no contract {name} in {folder}") from error
    except (OSError, ValueError) as error:
        raise UnusableMapping(f"{folder / name}.json cannot be read: {error}") from error
    if not isinstance(schema, dict):
        raise UnusableMapping(f"{folder / name}.json is no JSON Schema: it is no object")


def _resolved(name: str, folder: Path) -> dict[str, Any]:
    try:
        return contracts.resolved(name, folder)
    except RecursionError as error:
        raise UnusableMapping(f"{name} refers to itself, and no payload of it is bounded") from error
    except Exception as error:  # the resolver's own, of several kinds
        where = getattr(error, "ref", error)
        raise UnusableMapping(f"{name} refers to {where}, which is not in {folder}") from error
