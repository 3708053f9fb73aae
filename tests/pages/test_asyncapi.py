"""The AsyncAPI document: up to date, made of all contracts of notifications, and in line with the rules of AsyncAPI 3.0.

No package with AsyncAPI's own schema is installed here. The tests check the rules of the specification that the document uses.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from lambdas.domain.finalization import CONTRACTS
from pages.asyncapi import document
from workflow import contracts

FILE = Path(__file__).parents[2] / "docs" / "asyncapi.json"
# The fields that the specification defines for each object that the document has, the required ones first.
FIELDS = {
    "": ({"asyncapi", "info"}, {"id", "servers", "defaultContentType", "channels", "operations", "components"}),
    "info": (
        {"title", "version"},
        {"description", "termsOfService", "contact", "license", "tags", "externalDocs"},
    ),
    "info/license": ({"name"}, {"url"}),
    "servers/*": (
        {"host", "protocol"},
        {"protocolVersion", "pathname", "description", "title", "summary", "variables", "security", "tags", "bindings"},
    ),
    "servers/*/variables/*": (set[str](), {"enum", "default", "description", "examples"}),
    "channels/*": (
        set(),
        {"address", "messages", "title", "summary", "description", "servers", "parameters", "tags", "bindings"},
    ),
    "channels/*/parameters/*": (set(), {"enum", "default", "description", "examples", "location"}),
    "operations/*": (
        {"action", "channel"},
        {"title", "summary", "description", "security", "tags", "bindings", "traits", "messages", "reply"},
    ),
    "components": (set(), {"schemas", "servers", "channels", "operations", "messages", "parameters"}),
    "components/messages/*": (
        set(),
        {"headers", "payload", "correlationId", "contentType", "name", "title", "summary", "description", "examples"},
    ),
    "components/messages/*/examples/*": (set(), {"headers", "payload", "name", "summary"}),
}
MESSAGES = document()["components"]["messages"]


def found(path: str, node: Any) -> Iterator[Any]:
    """Yield the objects at a path, in which `*` stands for every name or place."""
    if not path:
        yield node
        return
    first, _, rest = path.partition("/")
    parts = node if isinstance(node, dict) else dict(enumerate(node))
    for name, value in parts.items():
        if first in ("*", name):
            yield from found(rest, value)


def references(node: Any) -> Iterator[str]:
    """Yield every reference in a document."""
    if isinstance(node, dict):
        if "$ref" in node:
            yield node["$ref"]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def test_document_is_up_to_date() -> None:
    """docs/asyncapi.json is what `make docs` would generate now."""
    assert json.loads(FILE.read_text(encoding="utf-8")) == document()


def test_every_notification_is_a_message() -> None:
    """The messages are those that finalization and deletion publish: a new contract appears by itself."""
    statuses = {message["payload"]["properties"]["status"]["const"] for message in MESSAGES.values()}
    assert statuses == CONTRACTS.keys()
    (channel,), (operation,) = document()["channels"].values(), document()["operations"].values()
    assert channel["messages"].keys() == MESSAGES.keys()
    assert [one["$ref"].rpartition("/")[2] for one in operation["messages"]] == list(MESSAGES)


@pytest.mark.parametrize("path", FIELDS)
def test_objects_have_the_fields_of_the_specification(path: str) -> None:
    """No object has a field that AsyncAPI 3.0 does not define for it, and none misses a required one."""
    required, optional = FIELDS[path]
    objects = list(found(path, document()))
    assert objects
    for one in objects:
        assert required <= one.keys() <= required | optional


def test_every_reference_leads_to_an_object() -> None:
    """Operations refer to the messages of their channel, and channels to servers and components."""
    for reference in references(document()):
        root, *parts = reference.split("/")
        node = document()
        for part in parts:
            node = node[part]
        assert root == "#"
        assert isinstance(node, dict)


def test_names_and_addresses_are_well_formed() -> None:
    """Names have letters and digits only, an operation sends, and an address names its parameters."""
    whole = document()
    names = [name for kind in ("servers", "channels", "operations") for name in whole[kind]]
    assert all(re.fullmatch("[A-Za-z0-9]+", name) for name in (*names, *MESSAGES))
    assert {one["action"] for one in whole["operations"].values()} == {"send"}
    for named, of in (("channels", "parameters"), ("servers", "variables")):
        for one in whole[named].values():
            assert set(re.findall("{([^}]+)}", one.get("address") or one["host"])) == one[of].keys()


@pytest.mark.parametrize("key", MESSAGES)
def test_a_message_is_described_by_its_contract(key: str) -> None:
    """Payload and headers are schemas, in the keywords of AsyncAPI's own (JSON Schema, draft 7), and the examples keep them."""
    message = MESSAGES[key]
    name = re.sub("[A-Z]", lambda letter: f"-{letter[0].lower()}", key)
    for part in ("payload", "headers"):
        Draft7Validator.check_schema(message[part])
    for example in message["examples"]:
        contracts.check(name, example["payload"])
        for part in ("payload", "headers"):
            Draft7Validator(message[part]).validate(example[part])
