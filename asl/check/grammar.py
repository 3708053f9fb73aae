"""The part of the grammar of the Amazon States Language that the proof relies on; statelint checks the whole grammar."""

from collections.abc import Iterator
from typing import Any

from asl.check.shapes import NULL, Anything, Array, Field, Object, Shape, Text, union
from asl.check.validate import validate
from asl.language import OPERATORS, PROCESSORS, inner_machines, operators

ENDS = ("Choice", "Succeed", "Fail")  # types of state that have neither Next nor End


def _open_object(required: dict[str, Shape], optional: dict[str, Shape]) -> Object:
    """Return the shape of an object with these properties, which may have others."""
    fields = {name: Field(shape) for name, shape in required.items()}
    fields |= {name: Field(shape, required=False) for name, shape in optional.items()}
    return Object(tuple(sorted(fields.items())), Anything())


TEXT = Text()
OBJECT = Object((), Anything())
NON_EMPTY = Array((), OBJECT, 1)
_PATHS = dict.fromkeys(("InputPath", "OutputPath", "ResultPath"), union(TEXT, NULL))
_TEXTS = ("Next", "Default", "Resource", "QueryLanguage", "Error", "Cause")
_READ = ("ItemsPath", "SecondsPath", "TimestampPath", "ErrorPath", "CausePath")
_INNER = {"Branches": NON_EMPTY, **dict.fromkeys(PROCESSORS, OBJECT)}
_OBJECTS = dict.fromkeys(("Assign", "ItemReader", "ItemBatcher", "ResultWriter"), OBJECT)
_HANDLERS = dict.fromkeys(("Catch", "Retry"), Array((), OBJECT))
MACHINE = _open_object(
    {"StartAt": TEXT, "States": Object((), OBJECT)}, {"QueryLanguage": TEXT, "ProcessorConfig": OBJECT}
)
STATE = _open_object(
    {"Type": TEXT},
    {**dict.fromkeys((*_TEXTS, *_READ), TEXT), **_PATHS, **_OBJECTS, **_INNER, "Choices": NON_EMPTY, **_HANDLERS},
)
RETRIER = _open_object({"ErrorEquals": Array((), TEXT)}, {})
CATCHER = _open_object(
    {"ErrorEquals": Array((), TEXT), "Next": TEXT}, {"ResultPath": union(TEXT, NULL), "Assign": OBJECT}
)
# Fields that a state of a type has to have.
REQUIRED: dict[str, dict[str, Shape]] = {
    "Task": {"Resource": TEXT},
    "Choice": {"Choices": NON_EMPTY},
    "Parallel": {"Branches": NON_EMPTY},
}
REQUIRED_SHAPES = {kind: _open_object(fields, {}) for kind, fields in REQUIRED.items()}
ANY_STATE = _open_object({}, {})


def grammar_error(machine: Any) -> str | None:
    """Return the first violation of the grammar, with its place, or None."""
    return next((wrong for wrong in _machine(machine, "$") if wrong), None)


def _machine(machine: Any, at: str) -> Iterator[str | None]:
    yield validate(machine, MACHINE, at)
    if "" in machine["States"]:
        yield f"{at}.States: a state has no name"
    for name, state in machine["States"].items():
        yield from _state(state, f"{at}.States.{name}")


def _state(state: dict[str, Any], at: str) -> Iterator[str | None]:
    yield validate(state, STATE, at)
    yield validate(state, REQUIRED_SHAPES.get(state["Type"], ANY_STATE), at)
    if state["Type"] not in ENDS and ("Next" in state) is (state.get("End") is True):
        yield f"{at}: needs either Next or End: true"
    if state["Type"] == "Map" and len(inner_machines(state)) != 1:
        yield f"{at}: needs either {' or '.join(PROCESSORS)}"
    for number, rule in enumerate(state.get("Choices", [])):
        yield validate(rule, _open_object({"Next": TEXT}, {"Assign": OBJECT}), f"{at}.Choices[{number}]")
        yield from _rule(rule, f"{at}.Choices[{number}]")
    for number, catcher in enumerate(state.get("Catch", [])):
        yield validate(catcher, CATCHER, f"{at}.Catch[{number}]")
    for number, retrier in enumerate(state.get("Retry", [])):
        yield validate(retrier, RETRIER, f"{at}.Retry[{number}]")
    for number, branch in enumerate(state.get("Branches", [])):
        yield from _machine(branch, f"{at}.Branches[{number}]")
    for name in PROCESSORS:
        if name in state:
            yield from _machine(state[name], f"{at}.{name}")


def _rule(rule: dict[str, Any], at: str) -> Iterator[str | None]:
    for operator in ("And", "Or"):
        yield validate(rule, _open_object({}, {operator: NON_EMPTY, "Not": OBJECT}), at)
        for number, one in enumerate(rule.get(operator, [])):
            yield from _rule(one, f"{at}.{operator}[{number}]")
    if "Not" in rule:
        yield from _rule(rule["Not"], f"{at}.Not")
    if {"And", "Or", "Not", "Condition"} & set(rule):
        return
    paths: dict[str, Shape] = {name: TEXT for name in rule if name.endswith("Path")}
    yield validate(rule, _open_object({"Variable": TEXT}, paths), at)
    found = operators(rule)
    if len(found) != 1 or found[0] not in OPERATORS:
        yield f"{at}: needs one operator, and has {', '.join(sorted(found)) or 'none'}"
