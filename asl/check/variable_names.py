"""Names of variables: what Step Functions refuses to assign, and where a state assigns a variable of the machine around."""

from collections.abc import Iterator
from typing import Any

from asl.check.templates import Problem
from asl.language import Machine, State, inner_machines, is_distributed

MAX_CHARACTERS = 80
RESERVED = "states"  # of JSONata: `$states`


def variable_findings(machine: Machine, around: frozenset[str] = frozenset()) -> Iterator[tuple[str, Problem]]:
    """Yield each state of machine with a variable that it cannot assign; around are those of the machines around it."""
    for name, state in machine["States"].items():
        for field, variable in assigned(state):
            yield from ((name, problem) for problem in _problems(field, variable, around))
    known = around | {variable for state in machine["States"].values() for _, variable in assigned(state)}
    for state in machine["States"].values():
        for inner in inner_machines(state):
            yield from variable_findings(inner, frozenset() if is_distributed(state) else known)


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


def _problems(field: str, variable: str, around: frozenset[str]) -> Iterator[Problem]:
    if not variable.isidentifier() or variable.startswith("_") or len(variable) > MAX_CHARACTERS:
        wanted = f"a letter, and letters, digits and underscores after it, {MAX_CHARACTERS} characters at most"
        yield Problem(field, f"the variable name `{variable}`", wanted)
    elif variable == RESERVED:
        yield Problem(field, f"the variable name `{variable}`", "another name: `$states` is Step Functions' own")
    elif variable in around:
        wanted = "a name that no state around the Parallel or Map assigns"
        yield Problem(field, f"`${variable}`, which belongs to the machine around", wanted)
