"""Results that no state reads, though the payload carries them: a property that ResultPath adds, or a whole result.

What leaves the machine, a branch or an iteration is read; so is what is passed on as a whole.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from asl.check.placeholders import has_placeholder
from asl.check.reads import ALL, OF_RESULT, Name, output_names, reads, result_is_read
from asl.check.steps import PathError, parse_path
from asl.language import Machine, State, inner_machines, transitions

MAX_LOOKED_AT = 100_000  # states of one machine, for all results; beyond it nothing is warned of


@dataclass(frozen=True)
class Carried:
    """The walk of a part of the payload, from state to state of a machine in which states are in a language of their own."""

    machine: Machine
    language: str
    known: dict[str, set[Name]] = field(default_factory=dict)  # what the states read, by name
    looked_at: list[str] = field(default_factory=list)  # states, for all parts together

    def is_jsonata(self, state: State) -> bool:
        """Return whether state is in JSONata."""
        return bool(state.get("QueryLanguage", self.language) == "JSONata")

    def is_read(self, names: list[str], part: Name) -> bool:
        """Return whether a state reads part of its input: one of those called names, or one after them that still gets it."""
        seen: set[str] = set()
        waiting = list(names)
        while waiting:
            if len(self.looked_at) > MAX_LOOKED_AT:
                return True
            name = waiting.pop()
            if name in seen:
                continue
            seen.add(name)
            self.looked_at.append(name)
            state = self.machine["States"][name]
            if self._reads(name, part) or (self._ends(state) and self._is_kept(state, part)):
                return True
            waiting += self._after(state, part)
        return False

    def _reads(self, name: str, part: Name) -> bool:
        state = self.machine["States"][name]
        if name not in self.known:
            self.known[name] = reads(state, is_jsonata=self.is_jsonata(state))
        names = self.known[name]
        if ALL in names or part in names or (part is ALL and names):
            return True
        passes = state["Type"] == "Parallel" and not {"Parameters", "Arguments"} & set(state)
        machines = inner_machines(state) if passes else []
        return any(Carried(one, self.language).is_read([one["StartAt"]], part) for one in machines)

    def _ends(self, state: State) -> bool:
        return state["Type"] == "Succeed" or state.get("End") is True

    def _after(self, state: State, part: Name) -> list[str]:
        """Return the states that get part from state as a part of their input."""
        after = []
        for transition in transitions(state):
            if transition.kind == "catch":
                after += [transition.target] if self._is_caught(state, transition.source, part) else []
            elif self._is_kept(state, part):
                after.append(transition.target)
        return after

    def _is_caught(self, state: State, catcher: State, part: Name) -> bool:
        return not self.is_jsonata(state) and _survives(catcher.get("ResultPath", "$"), part)

    def _is_kept(self, state: State, part: Name) -> bool:
        """Return whether the output of state has part of its input."""
        if self.is_jsonata(state):
            return "Output" not in state and state["Type"] not in OF_RESULT and "Result" not in state
        makes = state["Type"] in OF_RESULT or (state["Type"] == "Pass" and bool({"Parameters", "Result"} & set(state)))
        if makes and not _survives(state.get("ResultPath", "$"), part):
            return False
        names = output_names(state)
        plain = state.get("InputPath", "$") == "$" or makes
        return plain and (ALL in names or part in names or (part is ALL and bool(names)))


def _survives(path: str | None, part: Name) -> bool:
    """Return whether part of an input is still there after a result was put at path."""
    return path is None or (path != "$" and (part is ALL or path not in (f"$.{part}", f"$['{part}']")))


def unread_results(machine: Machine, language: str = "JSONPath") -> Iterator[tuple[str, str, Name]]:
    """Yield each state of machine with a result that no state reads, the field that keeps it, and the name that it has in the payload."""
    own = machine.get("QueryLanguage", language)
    carried = Carried(machine, own)
    for name, state in machine["States"].items():
        for place, part in _kept(state, is_jsonata=carried.is_jsonata(state)) if "Next" in state else ():
            if not carried.is_read([state["Next"]], part):
                yield name, place, part
        for inner in inner_machines(state):
            yield from unread_results(inner, own)


def _kept(state: State, *, is_jsonata: bool) -> Iterator[tuple[str, Name]]:
    """Yield the fields of state that keep its result, or a part of it, with the name that it has in the payload."""
    if state["Type"] not in (*OF_RESULT, "Pass") or result_is_read(state, is_jsonata=is_jsonata):
        return
    if is_jsonata:
        yield from _outputs(state)
    elif state["Type"] != "Pass" or {"Parameters", "Result"} & set(state):
        path = state.get("ResultPath", "$")
        if path is not None and not has_placeholder(path) and state.get("OutputPath", "$") == "$":
            yield from _at(path)


def _outputs(state: State) -> Iterator[tuple[str, Name]]:
    output = state.get("Output")
    if "Output" not in state and state["Type"] in OF_RESULT:
        yield "Output", ALL
    if isinstance(output, dict):
        yield from ((f"Output.{name}", name) for name, one in output.items() if "$states.result" in str(one))


def _at(path: str) -> Iterator[tuple[str, Name]]:
    """Yield ResultPath with the name that it leads to first."""
    try:
        first = next(iter(parse_path(path)), ALL)
    except PathError:
        return
    if first is ALL or isinstance(first, str):
        yield "ResultPath", first
