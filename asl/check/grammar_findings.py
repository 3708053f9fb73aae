"""What Step Functions refuses in a state: a field that its type does not have, one that holds no such value, two where one is allowed."""

import difflib
from collections.abc import Iterator
from typing import Any

from asl.check.field_values import BOOLEAN, NUMBER, PATH, TEXT, Value
from asl.check.fields import (
    CATCHER_JSONATA,
    CATCHER_JSONPATH,
    DISTRIBUTED_ONLY,
    EITHER,
    EXACTLY_ONE,
    JSONATA_FIELDS,
    JSONPATH,
    RETRIER,
    RULE,
    RULE_JSONATA,
    Fields,
)
from asl.check.templates import Problem
from asl.language import Machine, Rule, State, inner_machines

EVERY_ERROR = "States.ALL"
MAX_SHOWN = 100  # characters of a value in a message
NESTED = ("And", "Or", "Not")

Found = Iterator[tuple[str, Problem]]


def grammar_findings(machine: Machine, language: str = "JSONPath") -> Found:
    """Yield each state of machine with what Step Functions refuses in it; language is that of the machine around."""
    language = machine.get("QueryLanguage", language)
    for name, state in machine["States"].items():
        own = state.get("QueryLanguage", language)
        if (own, language) == ("JSONPath", "JSONata"):
            yield name, Problem("QueryLanguage", "JSONPath", "JSONata, which is the language of the whole machine")
        yield from ((name, problem) for problem in _state(state, is_jsonata=own == "JSONata"))
        for inner in inner_machines(state):
            yield from grammar_findings(inner, language)


def _state(state: State, *, is_jsonata: bool) -> Iterator[Problem]:
    kind = state["Type"]
    table = JSONATA_FIELDS if is_jsonata else JSONPATH
    if kind not in table:  # reported by the proof
        return
    yield from _fields(state, table[kind], "", f"a {kind} in {'JSONata' if is_jsonata else 'JSONPath'}")
    yield from _exclusive(state)
    if kind == "Map":
        yield from _processing(state)
    for number, retrier in enumerate(state.get("Retry", [])):
        yield from _fields(retrier, RETRIER, f"Retry[{number}].", "a retrier")
    for number, catcher in enumerate(state.get("Catch", [])):
        known = CATCHER_JSONATA if is_jsonata else CATCHER_JSONPATH
        yield from _fields(catcher, known, f"Catch[{number}].", "a catcher")
    for name in ("Retry", "Catch"):
        yield from _handlers(state.get(name, []), name)
    for number, rule in enumerate(state.get("Choices", [])):
        yield from _rule(rule, f"Choices[{number}]", is_jsonata=is_jsonata)


def _fields(holder: dict[str, Any], known: Fields, at: str, what: str) -> Iterator[Problem]:
    for name, value in holder.items():
        if name not in known:
            yield Problem(
                f"{at}{name}", f"the field `{name}`", f"a field that {what} has", suggestion=_like(name, known)
            )
        elif not known[name].accepts(value):
            yield _unfit(f"{at}{name}", value, known[name])


def _like(name: str, known: Fields) -> str | None:
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.75)
    return f"did you mean `{close[0]}`?" if close else None


def _unfit(field: str, value: Any, wanted: Value) -> Problem:
    shown = repr(value)
    return Problem(field, shown if len(shown) <= MAX_SHOWN else f"{shown[:MAX_SHOWN]}…", wanted.what)


def _exclusive(state: State) -> Iterator[Problem]:
    for names in EITHER:
        if both := [name for name in names if name in state][1:]:
            yield Problem(both[0], " and ".join(f"`{name}`" for name in names), "only one of them")
    wanted = EXACTLY_ONE.get(state["Type"], ())
    has = [name for name in wanted if name in state]
    if wanted and len(has) != 1:
        provided = " and ".join(f"`{name}`" for name in has) or "none of them"
        yield Problem(has[1] if has else "Type", provided, f"exactly one of {', '.join(wanted)}")
    timeout, heartbeat = state.get("TimeoutSeconds"), state.get("HeartbeatSeconds")
    if isinstance(timeout, int) and isinstance(heartbeat, int) and heartbeat >= timeout:
        yield Problem("HeartbeatSeconds", f"{heartbeat} seconds", f"fewer than the {timeout} of TimeoutSeconds")


def _processing(state: State) -> Iterator[Problem]:
    """Yield the fields of a Map that do not go with its mode."""
    for machine in inner_machines(state):
        config = machine.get("ProcessorConfig", {})
        mode = config.get("Mode", "INLINE")
        if mode == "DISTRIBUTED" and "ExecutionType" not in config:
            yield Problem(
                "ItemProcessor.ProcessorConfig", "DISTRIBUTED without an ExecutionType", "STANDARD or EXPRESS"
            )
        elif mode == "INLINE":
            wanted = "ProcessorConfig with the Mode DISTRIBUTED, or a Map without this field"
            yield from (
                Problem(name, f"`{name}` of an inline Map", wanted) for name in DISTRIBUTED_ONLY if name in state
            )


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
        yield from _fields(rule, RULE_JSONATA, f"{at}.", "a rule in JSONata")
        return
    outer = RULE if is_outer else {"Comment": TEXT}
    operands = {name: _operand(name) for name in rule if name not in RULE}
    yield from _fields(rule, outer | operands, f"{at}.", "a rule inside of another")
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
    if operator.startswith(("Is", "Boolean")):
        return BOOLEAN
    return NUMBER if operator.startswith("Numeric") else TEXT
