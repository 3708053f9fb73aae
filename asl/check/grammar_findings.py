"""What Step Functions refuses in a state: a field that its type does not have, one that holds no such value, two where one is allowed."""

import json
from collections.abc import Iterator
from typing import Any

from asl.check.error_names import EVERY_ERROR
from asl.check.field_findings import exclusive, field_findings
from asl.check.field_values import BOOLEAN, NUMBER, PATH, PATTERN, TEXT, TIMESTAMP, Value
from asl.check.fields import (
    CATCHER_JSONATA,
    CATCHER_JSONPATH,
    EITHER,
    EXACTLY_ONE,
    INNER,
    JSONATA_FIELDS,
    JSONPATH,
    MACHINE,
    MAX_NAME,
    RETRIER,
    RULE,
    RULE_JSONATA,
)
from asl.check.map_findings import map_findings
from asl.check.templates import Problem
from asl.language import INNER_MACHINES, Machine, Rule, State, each_state, inner_machines, transitions

MAX_DEFINITION = 1_048_576  # bytes of UTF-8: a quota of AWS that is not raised, and that of a whole request
WHOLE = "(machine)"  # in the place of a state's name
NESTED = ("And", "Or", "Not")

Found = Iterator[tuple[str, Problem]]


def grammar_findings(machine: Machine) -> Found:
    """Yield each state of machine with what Step Functions refuses in it; what is around the states has the name WHOLE."""
    yield from ((WHOLE, problem) for problem in field_findings(machine, MACHINE, "", "a state machine"))
    yield from ((WHOLE, problem) for problem in _ends(machine, ""))
    yield from ((WHOLE, problem) for problem in _size(machine))
    yield from _untargeted(machine)
    yield from _labels(machine)
    yield from _states(machine, "JSONPath")


def _untargeted(machine: Machine) -> Found:
    """Yield each state of machine, and of those in it, to which nothing leads: "State is not reachable"."""
    states = machine["States"]
    targets = {one.target for state in states.values() for one in transitions(state)} | {machine["StartAt"]}
    wanted = "a state that StartAt, Next, Default, a rule or a catcher leads to"
    yield from (
        (name, Problem("Type", "a state to which nothing leads", wanted)) for name in states if name not in targets
    )
    for inner in (inner for state in states.values() for inner in inner_machines(state)):
        yield from _untargeted(inner)


def _labels(machine: Machine) -> Found:
    """Yield each distributed Map with the label of another one."""
    first: dict[str, str] = {}
    for name, state in each_state(machine):
        label = state.get("Label")
        if isinstance(label, str) and first.setdefault(label, name) != name:
            yield name, Problem("Label", f"the label of {first[label]}", "a label that no other Map has")


def _ends(machine: Machine, at: str) -> Iterator[Problem]:
    """Yield a problem if no state ends machine."""
    if not any(
        state["Type"] in ("Succeed", "Fail") or state.get("End") is True for state in machine["States"].values()
    ):
        yield Problem(f"{at}States", "no state that ends the machine", "a state with `End`, a Succeed or a Fail")


def _size(machine: Machine) -> Iterator[Problem]:
    """Yield a problem if the definition is too long, also without white space."""
    text = json.dumps(machine, ensure_ascii=False, separators=(",", ":"))
    size = len(text.encode(errors="backslashreplace"))  # half of a surrogate pair is written as its escape
    if size > MAX_DEFINITION:
        yield Problem("States", f"a definition of {size:,} bytes", f"{MAX_DEFINITION:,} bytes at most")


def _inner(state: State) -> Iterator[Problem]:
    """Yield what is wrong in the machines in state, around their states."""
    for name in INNER_MACHINES:
        written = state.get(name, [])
        for number, inner in enumerate(written if isinstance(written, list) else [written]):
            at = f"{name}[{number}]." if isinstance(written, list) else f"{name}."
            yield from field_findings(inner, INNER, at, "a machine in a state")
            yield from _ends(inner, at)


def _states(machine: Machine, language: str) -> Found:
    """Yield each state of machine, and of those in it, with what is wrong; language is that of the machine around."""
    language = machine.get("QueryLanguage", language)
    for name, state in machine["States"].items():
        if len(name) > MAX_NAME:
            yield name, Problem("Type", f"a name of {len(name)} characters", f"a name of {MAX_NAME} characters at most")
        own = state.get("QueryLanguage", language)
        if (own, language) == ("JSONPath", "JSONata"):
            yield name, Problem("QueryLanguage", "JSONPath", "JSONata, which is the language of the whole machine")
        yield from ((name, problem) for problem in _state(state, is_jsonata=own == "JSONata"))
        yield from ((name, problem) for problem in _inner(state))
        for inner in inner_machines(state):
            yield from _states(inner, language)


def _state(state: State, *, is_jsonata: bool) -> Iterator[Problem]:
    kind = state["Type"]
    table = JSONATA_FIELDS if is_jsonata else JSONPATH
    if kind not in table:  # reported by the proof
        return
    yield from field_findings(state, table[kind], "", f"a {kind} in {'JSONata' if is_jsonata else 'JSONPath'}")
    yield from _exclusive(state)
    if kind == "Map":
        yield from map_findings(state, is_jsonata=is_jsonata)
    for number, retrier in enumerate(state.get("Retry", [])):
        yield from field_findings(retrier, RETRIER, f"Retry[{number}].", "a retrier")
    for number, catcher in enumerate(state.get("Catch", [])):
        known = CATCHER_JSONATA if is_jsonata else CATCHER_JSONPATH
        yield from field_findings(catcher, known, f"Catch[{number}].", "a catcher")
    for name in ("Retry", "Catch"):
        yield from _handlers(state.get(name, []), name)
    for number, rule in enumerate(state.get("Choices", [])):
        yield from _rule(rule, f"Choices[{number}]", is_jsonata=is_jsonata)


def _exclusive(state: State) -> Iterator[Problem]:
    for names in EITHER:
        yield from exclusive(state, names)
    wanted = EXACTLY_ONE.get(state["Type"], ())
    has = [name for name in wanted if name in state]
    if wanted and len(has) != 1:
        provided = " and ".join(f"`{name}`" for name in has) or "none of them"
        yield Problem(has[1] if has else "Type", provided, f"exactly one of {', '.join(wanted)}")
    timeout, heartbeat = state.get("TimeoutSeconds"), state.get("HeartbeatSeconds")
    if isinstance(timeout, int) and isinstance(heartbeat, int) and heartbeat >= timeout:
        yield Problem("HeartbeatSeconds", f"{heartbeat} seconds", f"fewer than the {timeout} of TimeoutSeconds")


def _handlers(handlers: list[dict[str, Any]], field: str) -> Iterator[Problem]:
    """Yield where States.ALL is not alone and last, and where a handler names no error."""
    for number, handler in enumerate(handlers):
        names, at = handler["ErrorEquals"], f"{field}[{number}].ErrorEquals"
        if not names:
            yield Problem(at, "no error", "the name of an error, or States.ALL")
        if EVERY_ERROR in names and len(names) > 1:
            yield Problem(at, f"{EVERY_ERROR} beside other names", f"{EVERY_ERROR} alone")
        if EVERY_ERROR in names and number + 1 < len(handlers):
            yield Problem(at, f"{EVERY_ERROR} before others", f"{EVERY_ERROR} as the last one")


def _rule(rule: Rule, at: str, *, is_jsonata: bool, is_outer: bool = True) -> Iterator[Problem]:
    if is_jsonata or "Condition" in rule:
        yield from field_findings(rule, RULE_JSONATA, f"{at}.", "a rule in JSONata")
        return
    outer = RULE if is_outer else {"Comment": TEXT}
    operands = {name: _operand(name) for name in rule if name not in RULE}
    yield from field_findings(rule, outer | operands, f"{at}.", "a rule inside of another")
    for name in NESTED[:2]:
        for number, one in enumerate(rule.get(name, [])):
            yield from _rule(one, f"{at}.{name}[{number}]", is_jsonata=False, is_outer=False)
    if "Not" in rule:
        yield from _rule(rule["Not"], f"{at}.Not", is_jsonata=False, is_outer=False)


def _operand(operator: str) -> Value:
    """Return what an operator of a rule compares with; the grammar has checked that it is one."""
    if operator == "Variable" or operator.endswith("Path"):
        return PATH
    if operator in NESTED:
        return Value("rules", lambda _: True)
    if operator.startswith("Timestamp"):
        return TIMESTAMP
    if operator == "StringMatches":
        return PATTERN
    if operator.startswith(("Is", "Boolean")):
        return BOOLEAN
    return NUMBER if operator.startswith("Numeric") else TEXT
