"""The API as an OpenAPI document, generated from the template and the contracts: `python -m pages.openapi` prints it."""

if __name__ == "__main__":  # before the imports that take time, which Ctrl-C may end
    import sys

    from asl.command import run_module

    sys.exit(run_module("openapi", "pages.openapi"))

import json
from http import HTTPStatus
from typing import Any

from lambdas.runtime.cors import ALLOW_ORIGIN, ALLOWED
from lambdas.runtime.problems import MEDIA_TYPE
from pages.api_cases import CASES, Case, Node
from pages.api_responses import COMMON, GATEWAY_ONLY, HEADERS, PUT_RESPONSES, REQUEST_HEADERS, RESPONSES
from pages.relationships import path_of, references
from templates.resources.addresses import STAGE
from templates.resources.gateway_responses import GATEWAY_RESPONSES, GatewayError
from templates.resources.routes import ROUTES, Route
from templates.resources.web_page import METHODS
from templates.stack import build
from workflow import contracts
from workflow.releases import project_version

WITHOUT_BODY = (HTTPStatus.ACCEPTED, HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)
ERROR = "#/components/schemas/api-error"
DESCRIPTION = """\
Request an upload URL with a token of the user pool, then PUT the file to it with exactly the headers of the response. Read the
status of the image until it is final; the notification topic publishes it too. Delete the image when nobody needs it any more.
api.md describes all steps."""


def document() -> Node:
    """Return the document in OpenAPI 3.1."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Quantum Image Processor",
            "version": project_version(),
            "description": DESCRIPTION,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [_server()],
        "paths": {**_paths(build().to_dict()["Resources"]), "/uploads/{owner}/{imageId}": _upload()},
        "components": {
            "schemas": {name: _schema(name) for name in (*_response_contracts(), "api-error")},
            "securitySchemes": {"token": _token()},
        },
    }


def _response_contracts() -> list[str]:
    """Return the contracts of responses; that to a deletion has no body."""
    return [name for route in ROUTES if (name := f"{route.contract}.response") in contracts.names()]


def _server() -> Node:
    url = f"https://{{api}}.execute-api.{{region}}.amazonaws.com/{STAGE}"
    names = {"api": "The id of the API", "region": "The region of the stack"}
    variables = {name: {"default": name, "description": text} for name, text in names.items()}
    return {
        "url": url,
        "description": "The output UploadUrlEndpoint of the stack, without its path.",
        "variables": variables,
    }


def _token() -> Node:
    text = "An ID token of the stack's user pool, without the prefix `Bearer`."
    return {"type": "apiKey", "in": "header", "name": "Authorization", "description": text}


def _paths(resources: Node) -> Node:
    """Return an operation for each method of the template but those of the web page, by path and method."""
    found: Node = {}
    for name, one in resources.items():
        if one["Type"] == "AWS::ApiGateway::Method" and name not in METHODS:
            method = one["Properties"]
            operations = found.setdefault(path_of(method, resources), {})
            operations[method["HttpMethod"].lower()] = _operation(method, resources)
    return found


def _operation(method: Node, resources: Node) -> Node:
    path = path_of(method, resources)
    if method["AuthorizationType"] == "NONE":
        (resource,) = references(method["ResourceId"])
        return {
            "operationId": f"preflight{resource.removesuffix('Resource')}",
            "summary": "The preflight request of a browser.",
            "security": [],
            "parameters": [_parameter(name) for name in _in_path(path)],
            "responses": {"204": _preflight()},
        }
    (route,) = (one for one in ROUTES if (one.method, f"/{one.path}") == (method["HttpMethod"], path))
    headers = REQUEST_HEADERS.get(route.operation, {})
    responses = COMMON | RESPONSES[route.operation]
    return {
        "operationId": route.operation,
        "summary": route.summary,
        "security": [{"token": []}],
        "parameters": [
            *(_parameter(name, route, required=required) for name, required in method["RequestParameters"].items()),
            *(_header_parameter(name, text) for name, text in headers.items()),
        ],
        "responses": {
            str(status): _response(route, status, responses[status]) for status in sorted(responses, key=str)
        },
    }


def _upload() -> Node:
    """Return the path of the signed URL, at S3."""
    names = {"bucket": "The output UploadBucketName of the stack", "region": "The region of the stack"}
    variables = {name: {"default": name, "description": text} for name, text in names.items()}
    put = {
        "operationId": "upload",
        "summary": "PUT the file to the signed URL, with exactly the headers of the response.",
        "description": "Retry with the same URL until there is a response; 412 then means that the image is uploaded.",
        "security": [],  # the URL is signed
        "requestBody": {"required": True, "content": {"image/*": {}}},
        "responses": {str(status): {"description": text} for status, text in PUT_RESPONSES.items()},
    }
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in ("owner", "imageId")
    ]
    url = "https://{bucket}.s3.{region}.amazonaws.com"
    return {"servers": [{"url": url, "variables": variables}], "parameters": parameters, "put": put}


def _in_path(path: str) -> list[str]:
    return [f"method.request.path.{part[1:-1]}" for part in path.split("/") if part.startswith("{")]


def _parameter(name: str, route: Route | None = None, *, required: bool = True) -> Node:
    """Return a parameter, called as in the template; that of a preflight has no contract."""
    place, _, short = name.removeprefix("method.request.").partition(".")
    known = contracts.resolved(f"{route.contract}.request")["properties"][short] if route else {"type": "string"}
    schema = {key: value for key, value in known.items() if key != "description"}
    text = known.get("description", "")
    where = {"path": "path", "querystring": "query"}[place]
    return {"name": short, "in": where, "required": required, "description": text, "schema": schema}


def _header_parameter(name: str, text: str) -> Node:
    return {"name": name, "in": "header", "required": False, "description": text, "schema": {"type": "string"}}


def _schema(name: str) -> Node:
    return {key: value for key, value in contracts.resolved(name).items() if key not in ("$schema", "$id")}


def _preflight() -> Node:
    text = "The origin may upload if it is in the parameter AllowedOrigins; otherwise these headers are missing."
    headers = {name: {"schema": {"type": "string"}} for name in (ALLOW_ORIGIN, *ALLOWED)}
    return {"description": text, "headers": headers}


def _response(route: Route, status: int | str, description: str) -> Node:
    found: Node = {"description": description}
    if headers := HEADERS.get(route.operation, {}).get(status):
        found["headers"] = {name: {"description": text, "schema": {"type": "string"}} for name, text in headers.items()}
    if status in WITHOUT_BODY:
        return found
    success = status == HTTPStatus.OK
    schema = {"$ref": f"#/components/schemas/{route.contract}.response" if success else ERROR}
    media_type = "application/json" if success else MEDIA_TYPE
    return {**found, "content": {media_type: {"schema": schema, "examples": _examples(route, status)}}}


def _examples(route: Route, status: int | str) -> Node:
    cases = {name: case for name, case in CASES.items() if (case.route, case.status) == (route, status)}
    examples = {name: _example(case) for name, case in cases.items()}
    if status == HTTPStatus.OK and not cases:
        known = contracts.schema(f"{route.contract}.response")["examples"]
        return {one["status"].lower(): {"value": one} for one in known}
    if status in GATEWAY_ONLY:
        reason = GATEWAY_ONLY[status]
        shown = {"summary": "From API Gateway itself.", "value": GATEWAY_RESPONSES[reason].body(reason)}
        examples[reason.lower().replace("_", "-")] = shown
    return examples


def _example(case: Case) -> Node:
    """Return an example: the request as an extension, and the response."""
    request = {"query": case.query, "signedIn": case.signed_in} | ({"path": case.path} if case.path else {})
    body = _success_body(case.route) if case.status == HTTPStatus.OK else _error_body(case)
    return {"summary": case.summary, "value": body, "x-request": request}


def _success_body(route: Route) -> Any:
    return contracts.schema(f"{route.contract}.response")["examples"][0]


def _error_body(case: Case) -> Node:
    reason, status = case.body["reason"], HTTPStatus(case.status)
    error = GATEWAY_RESPONSES.get(reason, GatewayError("What is wrong, and what is accepted.", status))
    detail = "Missing required request parameters: [size]" if "$" in error.detail else error.detail
    return {**error.body(reason), "detail": detail, **case.body}


def main() -> None:
    """Print the document."""
    print(json.dumps(document(), indent=2, ensure_ascii=False))
