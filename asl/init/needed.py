"""The contracts that a machine needs: those of its input, and of what its tasks take and give where no model says it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from asl.check.integrations import SERVICES
from asl.check.mapping import SKELETON
from asl.check.reads import ALL, reads
from asl.check.service_calls import service_call
from asl.language import CALLBACK, FUNCTION_INVOKE, Machine, State, Target, target, tasks

START = "input"  # the name of the contract of the machine's input


@dataclass(frozen=True)
class Needed:
    """A contract that is needed: its name, the state and the edge that it is for, and what the machine shows of it."""

    name: str
    state: str = ""
    edge: str = ""  # "takes" or "gives"; the input of the machine has none
    written: Any = None  # of "takes" the template that makes the value, of the input the names that are read

    def skeleton(self) -> dict[str, Any]:
        """Return a schema to complete: with the properties that the machine sends, and open."""
        names = sorted(name.removesuffix(".$") for name in self.written) if isinstance(self.written, dict) else []
        comment = "what it reads" if self.edge == "takes" else "what it is" if not self.edge else "what it returns"
        schema: dict[str, Any] = {"$comment": f"{SKELETON}{comment}, with a type and bounds for each property."}
        if self.edge == "takes" and not isinstance(self.written, dict):
            return schema
        return {**schema, "type": "object", "properties": {name: {} for name in names}, "required": names}


def needed_contracts(machine: Machine) -> Iterator[Needed]:
    """Yield the contracts that machine needs."""
    yield Needed(START, written=dict.fromkeys(_read_first(machine)))
    for name, state in tasks(machine):
        called = target(state)
        plain = re.sub(r"[^\w.-]+", "-", _spaced(name)).strip("-.").lower() or "state"
        if is_own(called):
            yield Needed(f"{plain}.input", name, "takes", _template(state, called))
        if is_own(called) or called.pattern == CALLBACK:
            yield Needed(f"{plain}.output", name, "gives")


def _read_first(machine: Machine) -> list[str]:
    """Return the names that the first state reads of the machine's input."""
    first = machine["States"].get(machine["StartAt"])
    is_jsonata = first is not None and first.get("QueryLanguage", machine.get("QueryLanguage")) == "JSONata"
    return sorted(name for name in reads(first, is_jsonata=is_jsonata) if name is not ALL) if first else []


def _spaced(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name)


def is_own(called: Target) -> bool:
    """Return whether nothing but a contract can say what a call takes and gives."""
    if called.integration == FUNCTION_INVOKE:
        return True
    return called.integration not in SERVICES and service_call(called) is None


def _template(state: State, called: Target) -> Any:
    """Return what is written out of the value that a function gets."""
    written = state.get("Arguments", state.get("Parameters"))
    if called.integration == FUNCTION_INVOKE and isinstance(written, dict):
        return written.get("Payload")
    return written
