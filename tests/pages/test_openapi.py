"""The OpenAPI document: valid, up to date, in line with the template, with examples that match their schemas."""

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
    """Return the operations of the API by method."""
    return dict(document()["paths"][f"/{PATH}"])


def test_wholeis_valid() -> None:
    """The document conforms to OpenAPI 3.1."""
    validate(document())


def test_wholeis_up_to_date() -> None:
    """docs/openapi.json is what `make docs` would generate now."""
    assert json.loads(FILE.read_text(encoding="utf-8")) == document()


def test_wholehas_the_methods_of_the_template() -> None:
    """The operations are the methods of the template, with a token where the template requires one."""
    methods = [one["Properties"] for one in resources().values() if one["Type"] == "AWS::ApiGateway::Method"]
    assert {one["HttpMethod"].lower(): one["AuthorizationType"] != "NONE" for one in methods} == {
        method: bool(operation["security"]) for method, operation in operations().items()
    }


def test_parameters_are_those_of_the_contract() -> None:
    """The names of the parameters, and which are required, are those of the contract of the request."""
    request = contracts.schema("upload-url.request")
    found = {one["name"]: one["required"] for one in operations()["get"]["parameters"]}
    assert found == {name: name in request["required"] for name in request["properties"]}


def test_every_response_has_examples_that_match_its_schema() -> None:
    """Each response with a body has at least one example, and each example is valid by the response's schema."""
    whole = document()
    for response in operations()["get"]["responses"].values():
        content = response["content"]["application/json"]
        schema = whole["components"]["schemas"][content["schema"]["$ref"].rpartition("/")[2]]
        values = [one["value"] for one in content["examples"].values()]
        assert values
        for value in values:
            Draft202012Validator(schema).validate(value)


def test_every_case_is_an_example() -> None:
    """Each request that the tests send to the stack is an example in the document."""
    examples: dict[str, Any] = {}
    for response in operations()["get"]["responses"].values():
        examples |= response["content"]["application/json"]["examples"]
    assert {name: examples[name]["x-request"]["query"] for name in CASES} == {
        name: one.query for name, one in CASES.items()
    }


def test_put_of_the_url_is_in_the_document() -> None:
    """The document has the PUT to the signed URL; a second one gets 412, which is no failure."""
    key = contracts.schema("upload-url.response")["examples"][0]["key"]
    (path,) = document()["paths"].keys() - {f"/{PATH}"}
    assert re.fullmatch(re.sub(r"{\w+}", "[^/]+", path), f"/{key}")
    put = document()["paths"][path]["put"]
    assert (put["security"], put["responses"].keys()) == ([], {"200", "400", "403", "409", "412", "5XX"})
    assert "means success" in put["responses"]["412"]["description"]


def test_headers_of_the_example_are_the_signed_ones() -> None:
    """The example of a response has the header that makes its URL valid for one upload."""
    assert contracts.schema("upload-url.response")["examples"][0]["headers"]["If-None-Match"] == "*"
