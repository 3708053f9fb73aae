"""The contracts as schemas: valid, described, bounded; outputs are closed, and inputs are open."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from imaging.errors import Reason
from workflow import contracts
from workflow.contracts.errors import ImageRejected

Schema = dict[str, Any]

DEFINITIONS = "common"  # holds what the others refer to, and is the contract of nothing
PAYLOADS = [name for name in contracts.names() if name != DEFINITIONS]
EVENTS = ("execution-ended", "object-created")  # that AWS sends
INPUTS = [name for name in PAYLOADS if name.endswith((".input", ".request")) or name in EVENTS]
OUTPUTS = [name for name in PAYLOADS if name not in INPUTS]

each_file = pytest.mark.parametrize("name", contracts.names())
each_payload = pytest.mark.parametrize("name", PAYLOADS)


def nodes(schema: Schema, path: str = "$") -> Iterator[tuple[str, Schema]]:
    """Yield schema and every schema inside it, with its path in the payload; alternatives have the same path."""
    yield path, schema
    for alternative in schema.get("anyOf", []):
        yield from nodes(alternative, path)
    for name, inner in (schema.get("properties", {}) | schema.get("$defs", {})).items():
        yield from nodes(inner, f"{path}.{name}")
    for keyword in ("items", "additionalProperties"):
        if isinstance(schema.get(keyword), dict):
            yield from nodes(schema[keyword], f"{path}.*")


def described(name: str) -> list[tuple[str, Schema]]:
    """Return every schema in the contract called name with its path, references resolved."""
    return list(nodes(contracts.resolved(name)))


def bounds(schema: Schema) -> set[str]:
    """Return the keywords that schema lacks to be bounded."""
    if {"const", "enum", "anyOf"} & schema.keys():
        return set()
    needed = {
        "string": {"maxLength"},
        "integer": {"minimum", "maximum"},
        "number": {"minimum", "maximum"},
        "array": {"items", "maxItems"},
        "object": {"properties"} if "properties" in schema else {"maxProperties", "additionalProperties"},
        "boolean": set(),
    }
    return needed[schema["type"]] - schema.keys()


@each_file
def test_a_contract_is_a_schema_of_draft_2020_12(name: str) -> None:
    """Each file is a valid schema of the draft that it names, and its $id ends with its file's name."""
    schema = contracts.schema(name)
    assert schema["$schema"] == Draft202012Validator.META_SCHEMA["$id"]
    assert schema["$id"].endswith(f"/{name}.json")
    Draft202012Validator.check_schema(schema)


@each_file
def test_a_contract_is_described(name: str) -> None:
    """Each file has a title and a description of its own."""
    schema = contracts.schema(name)
    assert schema["title"].strip()
    assert schema["description"].strip()
    titles = [contracts.schema(other)["title"] for other in contracts.names()]
    assert titles.count(schema["title"]) == 1


@each_file
def test_a_property_is_described(name: str) -> None:
    """Every named property has a description, its own or that of its reference."""
    assert [path for path, schema in described(name) if "*" not in path and not schema.get("description")] == []


@each_file
def test_nothing_is_unbounded(name: str) -> None:
    """Every string, array, number and object in a contract has bounds, so that no payload outgrows Step Functions."""
    parts = described(name)[1:] if name == DEFINITIONS else described(name)
    assert {path: bounds(schema) for path, schema in parts if bounds(schema)} == {}


@pytest.mark.parametrize("name", OUTPUTS)
def test_an_output_is_closed(name: str) -> None:
    """An output holds nothing that its contract does not name, at any depth."""
    objects = [schema for _, schema in described(name) if schema.get("type") == "object"]
    assert objects
    assert all(schema["additionalProperties"] is False or "maxProperties" in schema for schema in objects)


@pytest.mark.parametrize("name", INPUTS)
def test_an_input_is_open(name: str) -> None:
    """An input may hold more than its contract names, at any depth, so that a sender can add fields."""
    assert not any({"additionalProperties", "maxProperties"} & schema.keys() for _, schema in described(name))


@each_payload
def test_required_properties_are_described(name: str) -> None:
    """No contract requires a property that it does not describe."""
    assert all(set(schema.get("required", [])) <= schema.get("properties", {}).keys() for _, schema in described(name))


@each_payload
def test_a_pattern_holds_for_the_whole_string(name: str) -> None:
    """Every pattern is anchored at both ends: JSON Schema searches, it does not match."""
    patterns = [schema["pattern"] for _, schema in described(name) if "pattern" in schema]
    assert all(pattern.startswith("^") and pattern.endswith("$") for pattern in patterns)


@each_payload
def test_examples_keep_their_contract(name: str) -> None:
    """Each contract has an example, and every example keeps it."""
    examples = contracts.schema(name)["examples"]
    assert examples
    for example in examples:
        contracts.check(name, example)


def test_resolving_leaves_no_reference() -> None:
    """A resolved contract has no reference, and accepts the same examples."""
    for name in PAYLOADS:
        schema = contracts.resolved(name)
        assert not any("$ref" in node for _, node in nodes(schema))
        assert all(Draft202012Validator(schema).is_valid(example) for example in schema["examples"])


def test_reasons_are_those_of_the_contract() -> None:
    """The reasons in the code are those of the contract, and each keeps the contract of a rejection."""
    assert [reason.value for reason in Reason] == contracts.schema(DEFINITIONS)["$defs"]["reason"]["enum"]
    for reason in Reason:
        contracts.check("rejection-notification", example("rejection-notification") | {"reason": reason.value})


def test_a_rejection_carries_its_contract() -> None:
    """The message of ImageRejected is the contract `rejection` as JSON."""
    rejection = json.loads(str(ImageRejected(Reason.TRUNCATED, "The file ends before the image does.")))
    contracts.check("rejection", rejection)
    assert rejection == {"reason": Reason.TRUNCATED, "message": "The file ends before the image does."}


def test_an_unknown_contract_is_an_error() -> None:
    """A payload is not accepted because its contract is missing."""
    with pytest.raises(FileNotFoundError):
        contracts.check("no-such-contract", {})


def example(name: str) -> dict[str, Any]:
    """Return the first example of the contract called name."""
    found: dict[str, Any] = contracts.schema(name)["examples"][0]
    return found
