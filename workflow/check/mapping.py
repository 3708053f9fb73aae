"""Which contracts hold where: what the machine starts with, and what each task takes, gives, raises and says."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workflow import contracts
from workflow.check.dialect import shape_of
from workflow.check.integrations import closed
from workflow.check.shapes import Shape, Text

MAPPING_FILE = "mapping.json"

# What a Catch adds, where no contract says more; Step Functions bounds both.
CAUGHT = closed({"Error": Text(1, 256)}, {"Cause": Text(0, 32_768)})


class UnusableMapping(ValueError):  # noqa: N818 - it is the mapping that is
    """The mapping names a contract or a state that does not exist, or says something unknown."""


@dataclass(frozen=True)
class Contract:
    """A contract by name, with its shape."""

    name: str
    shape: Shape


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


def load(folder: Path) -> Mapping:
    """Return the mapping that `mapping.json` in folder makes of the contracts beside it; raises UnusableMapping."""
    try:
        said = json.loads((folder / MAPPING_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UnusableMapping(f"{folder / MAPPING_FILE} cannot be read: {error}") from error
    return read(said, folder)


def read(said: dict[str, Any], folder: Path = contracts.FOLDER) -> Mapping:
    """Return the mapping that said describes, with the contracts in folder; raises UnusableMapping."""
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


def _contract(name: str, folder: Path) -> Contract:
    try:
        return Contract(name, shape_of(contracts.resolved(name, folder), name))
    except FileNotFoundError as error:
        raise UnusableMapping(f"there is no contract {name} in {folder}") from error
