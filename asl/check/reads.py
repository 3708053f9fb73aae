"""What a state reads of its input: the names of its properties, or all of it. More than it reads may be said, never less."""

import re
from collections.abc import Iterator
from typing import Any

from asl.check.placeholders import has_placeholder
from asl.language import State

ALL = None  # in the place of a name: the whole input, or whatever is in it
Name = str | None
# Fields whose paths select from the result, from an error, or from nothing, and those that are looked at by themselves.
_NOT_INPUT = {
    "ResultSelector",
    "ResultPath",
    "Catch",
    "Retry",
    "Comment",
    "Branches",
    "Iterator",
    "ItemProcessor",
    "Result",
}
OF_RESULT = ("Task", "Parallel", "Map")  # types of state whose Assign reads the result
JSONPATH = re.compile(
    r"(?<!\$)\$(?:\.([^\W\d]\w*(?:-\w+)*)(?=[.\[\],)\s'\"]|\Z)|\[\s*(?:'([^'\\]+)'|\"([^\"\\]+)\")\s*\])?(?![\w$])"
)
STATES = re.compile(r"\$states\b(?:\s*\.\s*(\w+)(?:\s*\.\s*(?:([A-Za-z_]\w*)|`([^`]+)`))?)?")
INPUT = "input"
WITHOUT_INPUT = ("result", "context", "errorOutput")


def reads(state: State, *, is_jsonata: bool) -> set[Name]:
    """Return the names of what state reads of its input; ALL is among them if it may read anything."""
    return set(_of_jsonata(state) if is_jsonata else _of_jsonpath(state))


def result_is_read(state: State, *, is_jsonata: bool) -> bool:
    """Return whether state itself reads its own result, in Assign or in an expression."""
    if is_jsonata:
        return any(
            match[1] not in (INPUT, "context")
            for text in _texts(state.get("Assign", {}))
            for match in STATES.finditer(text)
        )
    return any("$" in text for text in _texts(state.get("Assign", {})))


def _of_jsonpath(state: State) -> Iterator[Name]:
    kind = state["Type"]
    skipped = _NOT_INPUT | ({"Assign"} if kind in OF_RESULT else set()) | {"OutputPath"}
    for field, value in state.items():
        if field == "InputPath" and value == "$":
            continue
        yield from (name for text in _texts(value) for name in _names(text) if field not in skipped)
    if kind == "Task" and "Parameters" not in state and state.get("InputPath", "$") == "$":
        yield ALL
    if kind == "Map" and "ItemsPath" not in state and "ItemReader" not in state:
        yield ALL


def _names(text: str) -> Iterator[Name]:
    """Yield what the paths in a text, or in the calls in it, select first."""
    if has_placeholder(text):
        yield ALL
    for match in JSONPATH.finditer(text):
        yield match[1] or match[2] or match[3]


def output_names(state: State) -> set[Name]:
    """Return what the OutputPath of a state in JSONPath selects of its output; ALL if that is the whole output."""
    path = state.get("OutputPath", "$")
    return set() if path is None else set(_names(path))


def _of_jsonata(state: State) -> Iterator[Name]:
    inner = {"Branches", "Iterator", "ItemProcessor"}
    for text in _texts({name: value for name, value in state.items() if name not in inner}):
        for match in STATES.finditer(text):
            if match[1] not in WITHOUT_INPUT:
                yield match[2] or match[3] if match[1] == INPUT else ALL
    if state["Type"] == "Task" and "Arguments" not in state:
        yield ALL
    if state["Type"] == "Map" and "Items" not in state and "ItemReader" not in state:
        yield ALL


def _texts(value: Any) -> Iterator[str]:
    """Yield all texts in value."""
    if isinstance(value, str):
        yield value
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for one in inner:
        yield from _texts(one)
