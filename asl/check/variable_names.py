"""Names of variables, and which of them Step Functions refuses."""

from collections.abc import Iterator
from typing import Any

from asl.check.templates import Problem
from asl.language import Machine, State, each_state

MAX_CHARACTERS = 80
RESERVED = "states"  # of JSONata: `$states`


def variable_findings(machine: Machine) -> Iterator[tuple[str, Problem]]:
    """Yield each state of machine with a variable that has no name of one."""
    for name, state in each_state(machine):
        for field, variable in assigned(state):
            yield from ((name, problem) for problem in _problems(field, variable))


def assigned(state: State) -> Iterator[tuple[str, str]]:
    """Yield the fields of state that assign a variable, with its name."""
    yield from _names(state, "")
    for handlers in ("Choices", "Catch"):
        for number, one in enumerate(state.get(handlers, [])):
            yield from _names(one, f"{handlers}[{number}].")


def _names(holder: dict[str, Any], at: str) -> Iterator[tuple[str, str]]:
    assigned = holder.get("Assign")
    for name in assigned if isinstance(assigned, dict) else ():
        yield f"{at}Assign.{name}", name.removesuffix(".$")


def _problems(field: str, variable: str) -> Iterator[Problem]:
    if not variable.isidentifier() or variable.startswith("_") or len(variable) > MAX_CHARACTERS:
        wanted = f"a letter, and letters, digits and underscores after it, {MAX_CHARACTERS} characters at most"
        yield Problem(field, f"the variable name `{variable}`", wanted)
    elif variable == RESERVED:
        yield Problem(field, f"the variable name `{variable}`", "another name: `$states` is Step Functions' own")
