"""The machines in a file: one in the Amazon States Language, in JSON or YAML, or all in a CloudFormation or SAM template."""

import sys
from dataclasses import dataclass
from pathlib import Path

from asl.check.cloudformation import FoundMachine, is_template, machines_in, parse_definition
from asl.check.grammar_findings import WHOLE
from asl.check.machine_types import UNKNOWN_TYPES, MachineTypes
from asl.check.yaml_documents import Place, PlacedDocument, Way
from asl.command import file_problem
from asl.language import STDIN, InvalidMachineError, Machine, inner_machines


@dataclass(frozen=True)
class Source:
    """A machine with its file: its name is its logical ID in a template, and else empty."""

    name: str
    file: str
    machine: Machine
    document: PlacedDocument
    way: Way = ()
    start: Place = (1, 1)  # of the document in the file
    types: MachineTypes = UNKNOWN_TYPES

    @property
    def folder(self) -> str:
        """The name of the folder with its contracts, among those of others: its own, or that of its file up to the first dot."""
        return self.name or Path(self.file).name.partition(".")[0]

    def place(self, state: str, field: str) -> Place | None:
        """Return the line and column of a field of a state, or of the state if the field is not written there."""
        way = () if state == WHOLE else _state_way(self.machine, state)
        if way is None:
            return None
        found = [place for one in _ways(field) if (place := self.document.places.get((*self.way, *way, *one)))]
        found += [place for one in (way, ()) if (place := self.document.places.get((*self.way, *one)))]
        return (found[0][0] + self.start[0] - 1, found[0][1] + self.start[1] - 1) if found else None


def _state_way(machine: Machine, state: str) -> Way | None:
    """Return the keys that lead to a state of machine, also of an inner one."""
    if state in machine["States"]:
        return "States", state
    for name, one in machine["States"].items():
        for inner in inner_machines(one):
            if (deeper := _state_way(inner, state)) is not None:
                return ("States", name, *_inner_way(one, inner), *deeper)
    return None


def _inner_way(state: dict[str, object], inner: Machine) -> Way:
    for key, value in state.items():
        if value is inner:
            return (key,)
        if isinstance(value, list):
            for number, one in enumerate(value):
                if one is inner:
                    return key, number
    return ()


def _ways(field: str) -> list[Way]:
    """Return what the name of a field may lead through, the whole of it first: a name may have dots itself."""
    parts: list[str | int] = []
    for part in field.replace("[", ".[").split("."):
        if part.startswith("[") and part.endswith("]") and part[1:-1].isdigit():
            parts.append(int(part[1:-1]))
        elif part == "$" and parts:
            parts[-1] = f"{parts[-1]}.$"
        else:
            parts.append(part)
    return [tuple(parts[:end]) for end in range(len(parts), 0, -1)]


def load_sources(file: str) -> list[Source]:
    """Return the machines in file (`-`: standard input); raises InvalidMachineError if it has none, or cannot be read."""
    name = "standard input" if file == STDIN else file
    try:
        text = _standard_input() if file == STDIN else Path(file).read_text(encoding="utf-8")
        document = parse_definition(_not_empty(text), file)
        found = list(machines_in(document, Path(file))) if is_template(document.value) else None
    except (OSError, ValueError) as error:
        raise InvalidMachineError(f"{name} cannot be read: {file_problem(error, file)}") from error
    if found is None:
        return [Source("", file, document.value, document)]
    if not found:
        raise InvalidMachineError(f"{name} is a template without a state machine")
    return [_source(one) for one in found]


def _not_empty(text: str) -> str:
    if not text.strip():
        raise ValueError("it is empty")
    return text


def _standard_input() -> str:
    if sys.stdin is None:
        raise ValueError("it is closed")
    return sys.stdin.read()


def _source(found: FoundMachine) -> Source:
    return Source(found.name, str(found.file), found.definition, found.document, found.way, found.start, found.types)
