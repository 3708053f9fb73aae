"""How a violated contract is reported: path and rule, never the value."""

from collections.abc import Iterator
from copy import deepcopy
from functools import reduce
from operator import getitem
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from tests.effort import times
from workflow import contracts
from workflow.contracts.errors import ContractViolation

Path = tuple[str | int, ...]
Schema = dict[str, Any]

PAYLOADS = [name for name in contracts.names() if name != "common"]
PLAIN = [name for name in PAYLOADS if "anyOf" not in contracts.schema(name)]  # without alternatives of the whole


def leaves(
    value: object, schema: Schema, path: Path = (), reported: Path | None = None
) -> Iterator[tuple[Path, Schema, Path]]:
    """Yield the path of every leaf of value that schema describes, its schema, and the shortest path that an error there has.

    That is its own path, or that of the object around it for which schema has alternatives.
    """
    if isinstance(value, list):
        for number, item in enumerate(value):
            yield from leaves(item, schema["items"], (*path, number), reported)
        return
    if not isinstance(value, dict):
        yield path, schema, path if reported is None else reported
        return
    if "anyOf" in schema:
        schema = next(one for one in schema["anyOf"] if Draft202012Validator(one).is_valid(value))
        reported = path if reported is None else reported
    for name, inner in value.items():
        found = schema.get("properties", {}).get(name, schema.get("additionalProperties"))
        if isinstance(found, dict):
            yield from leaves(inner, found, (*path, name), reported)


EXAMPLES = {name: contracts.schema(name)["examples"][0] for name in PAYLOADS}
LEAVES = [
    (name, path, schema, reported)
    for name in PAYLOADS
    for path, schema, reported in leaves(EXAMPLES[name], contracts.resolved(name))
]

# No word of a schema has it in it, and no number of a schema begins like it.
MARKER = "Zaphod"
NUMBER = 918273645546372819


def at(payload: Any, path: Path) -> Any:
    """Return the value of payload at path."""
    return reduce(getitem, path, payload)


def changed(payload: Any, path: Path, value: object) -> Any:
    """Return a copy of payload with value at path."""
    copy = deepcopy(payload)
    at(copy, path[:-1])[path[-1]] = value
    return copy


def json_path(path: Path) -> str:
    """Return path as JSONPath, as violations write it."""
    return "$" + "".join(map(_step, path))


def _step(name: str | int) -> str:
    if isinstance(name, int):
        return f"[{name}]"
    return f".{name}" if name.isidentifier() else f"['{name}']"


def violation(name: str, payload: object) -> ContractViolation:
    """Return the violation that the check of payload raises."""
    with pytest.raises(ContractViolation) as caught:
        contracts.check(name, payload)
    return caught.value


def all_texts(error: ContractViolation) -> str:
    """Return all texts of the error, in every form."""
    return "\n".join([str(error), repr(error), *map(str, vars(error).values()), *map(str, error.args)])


@st.composite
def broken(draw: st.DrawFn) -> tuple[str, Path, Any]:
    """Draw a contract, a leaf of its example, and a value that violates it there."""
    name, path, schema, _ = draw(st.sampled_from([leaf for leaf in LEAVES if leaf[1] == leaf[3]]))
    secret = draw(st.text(max_size=20)) + MARKER + draw(st.text(max_size=20))
    nested = st.sampled_from([[secret], {secret: secret}, {"inner": {"secret": secret}}])
    if schema.get("type") != "string":
        return name, path, draw(nested | st.sampled_from([NUMBER, -NUMBER, secret]))
    texts = [secret * (1 + schema["maxLength"] // len(secret))]
    if "pattern" in schema:
        texts.append(f"{MARKER}\0{secret}".ljust(schema.get("minLength", 0))[: schema["maxLength"]])
    return name, path, draw(nested | st.sampled_from([NUMBER, *texts]))


@given(broken())
@settings(max_examples=times(130, 400), deadline=None, database=None)
def test_a_violation_names_path_and_rule_and_never_the_value(case: tuple[str, Path, Any]) -> None:
    """The error of any violated rule at any leaf names path and rule, and not the value."""
    name, path, value = case
    error = violation(name, changed(EXAMPLES[name], path, value))
    (rules,) = (schema for other, leaf, schema, _ in LEAVES if (other, leaf) == (name, path))
    assert error.path == json_path(path)
    assert error.rule in rules
    assert all(part in str(error) for part in (name, json_path(path), error.requirement))
    assert MARKER not in all_texts(error)
    assert str(NUMBER) not in all_texts(error)


@pytest.mark.parametrize("name", PAYLOADS)
def test_every_leaf_of_an_example_is_held_to_its_contract(name: str) -> None:
    """No leaf accepts any value: each refuses a nested one, and the error names its path."""
    for path, reported in ((path, reported) for other, path, _, reported in LEAVES if other == name):
        error = violation(name, changed(EXAMPLES[name], path, {"secret": MARKER}))
        assert json_path(path if name in PLAIN else ()).startswith(error.path)
        assert error.path.startswith(json_path(reported))
        assert MARKER not in all_texts(error)


@pytest.mark.parametrize("name", PLAIN)
def test_a_missing_property_is_named(name: str) -> None:
    """A required property that is missing is named in the violation, with the path of where it should be."""
    for missing in contracts.resolved(name)["required"]:
        left = {key: value for key, value in EXAMPLES[name].items() if key != missing}
        error = violation(name, left)
        assert (error.path, error.rule, error.requirement) == ("$", "required", f"must have {missing}")


@pytest.mark.parametrize("name", PLAIN)
def test_an_additional_property_is_accepted_in_inputs_only(name: str) -> None:
    """An input contract accepts an additional property; an output contract refuses it, without naming it."""
    payload = EXAMPLES[name] | {MARKER: NUMBER}
    if "additionalProperties" not in contracts.resolved(name):
        contracts.check(name, payload)
        return
    error = violation(name, payload)
    assert (error.path, error.rule) == ("$", "additionalProperties")
    assert MARKER not in all_texts(error)
    assert str(NUMBER) not in all_texts(error)


@pytest.mark.parametrize("name", PLAIN)
def test_payload_that_is_no_object_violates_every_contract(name: str) -> None:
    """A payload that is no object is refused at its root."""
    for payload in (None, MARKER, [MARKER], NUMBER, True):
        error = violation(name, payload)
        assert (error.path, error.rule) == ("$", "type")
        assert MARKER not in all_texts(error)


def test_a_pattern_matches_no_line_break() -> None:
    """A value with a line break at its end matches no pattern."""
    kept = {
        schema["pattern"]
        for name, path, schema, _ in LEAVES
        if "pattern" in schema
        and contracts.validator(name).is_valid(changed(EXAMPLES[name], path, f"{at(EXAMPLES[name], path)}\n"))
    }
    assert kept == set()
