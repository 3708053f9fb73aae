"""The OpenAPI document: valid, up to date, as the template has it, with examples that keep its own schemas."""

import json
import re
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from pages.openapi import CASES, document
from templates.resources.api import PATH
from tests.templates.emitted import resources
from workflow import contracts

FILE = Path(__file__).parents[2] / "docs" / "openapi.json"


def operations() -> dict[str, Any]:
    """Return the operations of the API by their methods."""
    return dict(document()["paths"][f"/{PATH}"])


def test_document_is_valid() -> None:
    """The document keeps the specification of OpenAPI 3.1."""
    validate(document())


def test_document_is_up_to_date() -> None:
    """docs/openapi.json is what the template and the contracts make of it: `make docs` makes it anew."""
    assert json.loads(FILE.read_text(encoding="utf-8")) == document()


def test_document_has_the_methods_of_the_template() -> None:
    """Each method of the template is an operation and the other way round; it asks for a token where the template does."""
    methods = [one["Properties"] for one in resources().values() if one["Type"] == "AWS::ApiGateway::Method"]
    assert {one["HttpMethod"].lower(): one["AuthorizationType"] != "NONE" for one in methods} == {
        method: bool(operation["security"]) for method, operation in operations().items()
    }


def test_parameters_are_required_as_the_contract_has_it() -> None:
    """Names and required-ness are those of the contract of the request."""
    request = contracts.schema("upload-url.request")
    found = {one["name"]: one["required"] for one in operations()["get"]["parameters"]}
    assert found == {name: name in request["required"] for name in request["properties"]}


def test_every_answer_has_examples_that_keep_its_schema() -> None:
    """Each response with a body has at least one example, and each example is a value of the response's schema."""
    told = document()
    for response in operations()["get"]["responses"].values():
        content = response["content"]["application/json"]
        schema = told["components"]["schemas"][content["schema"]["$ref"].rpartition("/")[2]]
        values = [one["value"] for one in content["examples"].values()]
        assert values
        for value in values:
            Draft202012Validator(schema).validate(value)


def test_every_case_is_an_example() -> None:
    """What the tests send to the stack stands in the document, with its request."""
    examples: dict[str, Any] = {}
    for response in operations()["get"]["responses"].values():
        examples |= response["content"]["application/json"]["examples"]
    assert {name: examples[name]["x-request"]["query"] for name in CASES} == {
        name: one.query for name, one in CASES.items()
    }


def test_put_of_the_url_is_in_the_document() -> None:
    """The document has the PUT to where uploads go, and that a second one is answered with 412, which is no failure."""
    key = contracts.schema("upload-url.response")["examples"][0]["key"]
    (path,) = document()["paths"].keys() - {f"/{PATH}"}
    assert re.fullmatch(re.sub(r"{\w+}", "[^/]+", path), f"/{key}")
    put = document()["paths"][path]["put"]
    assert (put["security"], put["responses"].keys()) == ([], {"200", "400", "403", "409", "412", "5XX"})
    assert "means success" in put["responses"]["412"]["description"]


def test_headers_of_the_example_are_those_that_are_signed() -> None:
    """The example of a grant has the header that makes its URL good for one upload."""
    assert contracts.schema("upload-url.response")["examples"][0]["headers"]["If-None-Match"] == "*"
