"""Paths with wildcards, filters, slices and descents: they select an array of what there is, and leave out what lacks a step."""

import pytest

from asl.check.steps import PathError, Selector, format_path, parse_path
from tests.asl.check.test_machines import COUNT, TEXT, Found, State, array, closed, ending, found, task

LINE = closed({"sku": TEXT}, {"note": TEXT, "parts": array(closed({"n": COUNT}))})
START = closed({"lines": array(LINE, 1, 5), "a b": TEXT, "deep": closed({"sku": TEXT})})
WRONG = ("A", "Parameters.v.$", True)
NEVER = ("A", "Parameters.v.$", False)


def selecting(path: str, schema: State) -> Found:
    """Return the findings of a machine that hands what path selects to a function that takes schema."""
    edges = {"A": {"takes": closed({"v": schema}), "gives": COUNT}}
    return found({"A": task(Parameters={"v.$": path})}, START, edges)


@pytest.mark.parametrize(
    ("path", "schema", "findings"),
    [
        ("$.lines[*].sku", array(TEXT, 1, 5), set()),
        ("$.lines[*].note", array(TEXT, 0, 5), set()),
        ("$.lines[*].note", array(TEXT, 1, 5), {WRONG}),
        ("$.lines[*].price", array(TEXT), {NEVER}),
        ("$.lines[*].parts[*].n", array(COUNT, 0, 25), set()),
        ("$.lines[*].parts[*].n", array(COUNT, 0, 24), {WRONG}),
        ("$.lines[*].parts[0].n", array(COUNT, 0, 5), set()),
        ("$.lines[?(@.sku == 'x)')]", array(LINE, 0, 5), set()),
        ("$.lines[?(@.sku == 'x')].sku", array(TEXT, 0, 5), set()),
        ("$.lines[?(@.sku == 'x')].sku", TEXT, {WRONG}),
        ("$.lines[?(@.sku == 'x')][0]", array(LINE), {NEVER}),
        ("$.lines[0:2].sku", array(TEXT, 0, 5), set()),
        ("$.lines[0,1].sku", array(TEXT, 0, 2), set()),
        ("$.lines[-1].sku", TEXT, set()),
        ("$.lines[-2].sku", TEXT, {WRONG}),
        ("$..sku", {"type": "array", "items": TEXT}, set()),
        ("$..sku", array(TEXT, 0, 100), {WRONG}),
        ("$..price", array(TEXT), {NEVER}),
        ("$.deep.*", array(TEXT, 1, 1), set()),
        ("$['a b']", TEXT, set()),
        ("$.['a b'] ", TEXT, set()),
        ("$.lines.[0].sku", TEXT, set()),
        ("$.lines.[*].sku", array(TEXT, 1, 5), set()),
        ("States.Format('{}', $['a b'])", TEXT, set()),
        ("States.ArrayLength($.lines[?(@.sku == 'x')])", {"type": "integer", "minimum": 0, "maximum": 5}, set()),
        ("States.ArrayGetItem($.lines[*].sku, 0)", TEXT, set()),
    ],
)
def test_selected_array(path: str, schema: State, findings: Found) -> None:
    """What a path selects has the shape that the items have, and as many of them as there may be."""
    assert selecting(path, schema) == findings


@pytest.mark.parametrize(
    "path", ["$.lines.length()", "$['a','b']", "$..[0]", "$.lines[?(@.a == 'b'", "$.${X}", "$.lines[1234567890]"]
)
def test_path_that_is_undecided(path: str) -> None:
    """A path that the checker does not read is undecided, also in a call."""
    with pytest.raises(PathError):
        parse_path(path)
    assert found(ending({"Type": "Pass", "Parameters": {"v.$": path}}), START) == {NEVER}


def test_steps_are_written_as_they_were_read() -> None:
    """A path of all kinds of steps is read and written."""
    path = "$.lines[*]['a b'][0]..sku[1:2][0,1][?(@.a)][-1]"
    assert format_path(parse_path(path)) == path
    assert parse_path("$..['a b']") == [Selector("descent", "a b")]
