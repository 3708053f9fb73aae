"""The OpenAPI document: valid, up to date, in line with the template, with examples that match their schemas."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from pages import openapi
from pages.api_cases import CASES
from pages.relationships import path_of
from templates.resources.routes import ROUTES, Route
from templates.resources.web_page import METHODS
from tests.templates.emitted import resources
from workflow import contracts

FILE = Path(__file__).parents[2] / "docs" / "openapi.json"

document = cache(openapi.document)  # tests read it and change nothing


def operations() -> dict[tuple[str, str], dict[str, Any]]:
    """Return the operations of the API, by path and method."""
    paths = {path: methods for path, methods in document()["paths"].items() if "servers" not in methods}
    return {(path, method): one for path, methods in paths.items() for method, one in methods.items()}


def operation(route: Route) -> dict[str, Any]:
    """Return the operation of a route."""
    return operations()[f"/{route.path}", route.method.lower()]


each_route = pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.operation)


def test_document_is_valid() -> None:
    """The document conforms to OpenAPI 3.1."""
    from openapi_spec_validator import validate  # slow to import, and only one worker needs it

    validate(document())


def test_document_is_up_to_date() -> None:
    """docs/openapi.json is what `make docs` would generate now."""
    assert json.loads(FILE.read_text(encoding="utf-8")) == document()


def test_document_has_the_methods_of_the_template() -> None:
    """The operations are the methods of the template but those of the web page, with a token where the template requires one."""
    found = resources("AWS::ApiGateway::Method").items()
    methods = [one["Properties"] for name, one in found if name not in METHODS]
    assert {
        (path_of(one, resources()), one["HttpMethod"].lower()): one["AuthorizationType"] != "NONE" for one in methods
    } == {place: bool(operation["security"]) for place, operation in operations().items()}


@each_route
def test_parameters_are_those_of_the_contract(route: Route) -> None:
    """The names of the parameters, and which are required, are those of the contract of the request."""
    request = contracts.schema(f"{route.contract}.request")
    given = [one for one in operation(route)["parameters"] if one["in"] != "header"]
    assert {one["name"] for one in given if one["in"] == "path"} == set(re.findall("{(.+?)}", route.path))
    found = {one["name"]: one["required"] for one in given}
    assert found == {name: name in request["required"] for name in request["properties"]}


@each_route
def test_every_response_has_examples_that_match_its_schema(route: Route) -> None:
    """Each response with a body has at least one example, and each example is valid by the response's schema."""
    whole = document()
    for status, response in operation(route)["responses"].items():
        if status in ("202", "204", "304"):
            assert "content" not in response
            continue
        ((media_type, content),) = response["content"].items()
        assert media_type == ("application/json" if status == "200" else "application/problem+json")
        schema = whole["components"]["schemas"][content["schema"]["$ref"].rpartition("/")[2]]
        values = [one["value"] for one in content["examples"].values()]
        assert values
        for value in values:
            Draft202012Validator(schema).validate(value)


def test_every_case_is_an_example() -> None:
    """Each request that the tests send to the stack is an example in the document."""
    examples: dict[str, Any] = {}
    for response in (one for route in ROUTES for one in operation(route)["responses"].values() if "content" in one):
        examples |= next(iter(response["content"].values()))["examples"]
    shown = {name: (one["query"], one.get("path", {})) for name in CASES if (one := examples[name]["x-request"])}
    assert shown == {name: (one.query, one.path) for name, one in CASES.items()}


def test_put_of_the_url_is_in_the_document() -> None:
    """The document has the PUT to the signed URL; a second one gets 412, which is no failure."""
    key = contracts.schema("upload-url.response")["examples"][0]["key"]
    (path,) = document()["paths"].keys() - {f"/{route.path}" for route in ROUTES}
    assert re.fullmatch(re.sub(r"{\w+}", "[^/]+", path), f"/{key}")
    put = document()["paths"][path]["put"]
    assert (put["security"], put["responses"].keys()) == ([], {"200", "400", "403", "409", "412", "5XX"})
    assert "means success" in put["responses"]["412"]["description"]


def test_headers_of_the_example_are_the_signed_ones() -> None:
    """The example of a response has the header that makes its URL valid for one upload."""
    assert contracts.schema("upload-url.response")["examples"][0]["headers"]["If-None-Match"] == "*"
