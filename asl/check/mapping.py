"""The mapping of a machine's contracts: of its input, and of what each state takes, gives, raises, says and leaves."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from asl.check import contracts
from asl.check.integrations import closed_object
from asl.check.json_schema import shape_of
from asl.check.shapes import Anything, Field, Object, Shape, Text, Unknown
from asl.check.validate import validate
from asl.command import file_problem
from asl.documents import parse_written

MAPPING_FILE = "mapping.json"
SKELETON = "Complete this: "  # how the `$comment` of a contract begins that is to be completed
_NAMES = Object((), Text())
MAPPING_SHAPE = Object(
    (
        ("accepted", Field(_NAMES, required=False)),
        ("startsWith", Field(Text(), required=False)),
        ("states", Field(Object((), _NAMES), required=False)),
    ),
    Anything(),
)

# What a Catch adds without a `raises` contract; Step Functions bounds both.
CAUGHT = closed_object({"Error": Text(1, 256)}, {"Cause": Text(0, 32_768)})

# Without contracts, a missing cause is nothing to report: only some errors, such as timeouts, have none.
CAUGHT_WITH_CAUSE = closed_object({"Error": Text(1, 256), "Cause": Text(0, 32_768, unstated=True)})


class InvalidMappingError(ValueError):
    """A mapping names a contract or a state that does not exist, or has an unknown field."""


@dataclass(frozen=True)
class Contract:
    """A contract: its name, its shape, and the first of the schema's `examples`, if there is one."""

    name: str
    shape: Shape
    example: Any = field(default=None, compare=False)
    is_skeleton: bool = False  # whether `asl-check init` wrote it, and nobody has completed it


@dataclass(frozen=True)
class Edges:
    """The contracts on the edges of one state."""

    takes: Contract | None = None  # a task's input
    gives: Contract | None = None  # a task's result
    raises: Contract | None = None  # what a Catch on the state adds
    says: Contract | None = None  # the message that a task publishes
    leaves: Contract | None = None  # the result of ResultSelector


@dataclass(frozen=True)
class Mapping:
    """The contracts of a machine."""

    starts_with: Contract
    states: dict[str, Edges] = field(default_factory=dict)
    accepted: dict[str, str] = field(
        default_factory=dict
    )  # by `State.Field` that is undecided: the reason to accept it

    is_given: bool = True  # False: nobody states contracts, and what depends on them is not checked

    def edges(self, state: str) -> Edges:
        """Return the contracts on the edges of state, none if it is not mapped."""
        return self.states.get(state, Edges())

    def skeletons(self) -> Iterator[tuple[str, str, str]]:
        """Yield each contract that is to be completed, by state and edge: neither is there for the contract of the input."""
        if self.starts_with.is_skeleton:
            yield "", "startsWith", self.starts_with.name
        for state, edges in self.states.items():
            for edge in Edges.__dataclass_fields__:
                contract: Contract | None = getattr(edges, edge)
                if contract is not None and contract.is_skeleton:
                    yield state, edge, contract.name

    def raised(self, state: str) -> Shape:
        """Return the shape of what a Catch on state adds."""
        if not self.is_given:
            return CAUGHT_WITH_CAUSE
        raises = self.edges(state).raises
        return raises.shape if raises else CAUGHT


NO_MAPPING = Mapping(Contract("input", Unknown()), is_given=False)


def mapping_of(folder: Path | None, name: str, *, alone: bool) -> Mapping:
    """Return the mapping of a machine: that in the folder called name in folder, or that in folder if it is alone.

    Without a folder there is no mapping. Raises InvalidMappingError.
    """
    if folder is None:
        return NO_MAPPING
    own = folder / name
    if name and (own / MAPPING_FILE).exists():
        return load_mapping(own)
    return load_mapping(folder) if alone else NO_MAPPING


def load_mapping(folder: Path) -> Mapping:
    """Return the mapping in folder's `mapping.json`, with the contracts in folder; raises InvalidMappingError."""
    file = folder / MAPPING_FILE
    try:
        document = parse_written(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InvalidMappingError(f"{file} cannot be read: {file_problem(error, file)}") from error
    for name in set(contracts.names(folder)) - {MAPPING_FILE.removesuffix(".json")}:
        _check_readable(name, folder)  # others may refer to it
    return parse_mapping(document, folder)


def parse_mapping(document: Any, folder: Path) -> Mapping:
    """Return the mapping that document describes, with the contracts in folder; raises InvalidMappingError."""
    if wrong := validate(document, MAPPING_SHAPE):
        raise InvalidMappingError(f"{MAPPING_FILE}: {wrong}")
    if unknown := set(document) - {"startsWith", "states", "accepted"}:
        raise InvalidMappingError(f"the mapping has unknown fields: {sorted(unknown)}")
    if "startsWith" not in document:
        raise InvalidMappingError("the mapping does not say what the machine startsWith")
    states = {state: _edges(state, one, folder) for state, one in document.get("states", {}).items()}
    return Mapping(_contract(document["startsWith"], folder), states, document.get("accepted", {}))


def _edges(state: str, named: dict[str, str], folder: Path) -> Edges:
    kinds = Edges.__dataclass_fields__
    if unknown := set(named) - set(kinds):
        raise InvalidMappingError(f"{state}: an edge is one of {', '.join(kinds)}, not {sorted(unknown)}")
    return Edges(**{kind: _contract(name, folder) for kind, name in named.items()})


@cache
def _contract(name: str, folder: Path) -> Contract:
    _check_readable(name, folder)
    schema = _resolved(name, folder)
    examples = schema.get("examples")
    example = examples[0] if isinstance(examples, list) and examples else None
    return Contract(name, shape_of(schema, name), example, str(schema.get("$comment", "")).startswith(SKELETON))


def _check_readable(name: str, folder: Path) -> None:
    """Raise InvalidMappingError unless folder has a contract called name that is a JSON object."""
    try:
        schema = contracts.schema(name, folder)
    except FileNotFoundError as error:
        raise InvalidMappingError(f"there is no contract {name} in {folder}") from error
    except (OSError, ValueError) as error:
        file = folder / f"{name}.json"
        raise InvalidMappingError(f"{file} cannot be read: {file_problem(error, file)}") from error
    if not isinstance(schema, dict):
        raise InvalidMappingError(f"{folder / name}.json is no JSON Schema: it is no object")


def _resolved(name: str, folder: Path) -> dict[str, Any]:
    try:
        return contracts.resolved(name, folder)
    except contracts.LargeContractError as error:
        raise InvalidMappingError(f"{name}: {error}") from error
    except RecursionError as error:
        raise InvalidMappingError(f"{name} refers to itself, so its payloads have no bound") from error
    except Exception as error:  # the resolver's own, of several kinds
        where = getattr(error, "ref", error)
        raise InvalidMappingError(f"{name} refers to {where}, which is not in {folder}") from error
