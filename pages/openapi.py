"""The API as an OpenAPI document, read from the template and the contracts: `python -m pages.openapi` prints it."""

import json
import sys
from dataclasses import dataclass, field
from typing import Any

from asl.command import run_command
from lambdas.runtime.cors import ALLOW_ORIGIN, ALLOWED
from templates.resources.api import GATEWAY_RESPONSES, PATH
from templates.resources.stage import STAGE
from templates.stack import build
from workflow import contracts
from workflow.releases import project_version

Node = dict[str, Any]

VALID_QUERY = contracts.schema("upload-url.request")["examples"][0]
ERROR = "#/components/schemas/api-error"
DESCRIPTION = """\
Ask for an upload URL with a token of the user pool, then PUT the file to it with exactly the headers that came along. What
becomes of the picture is told on the notification topic. See api.md for the whole way."""


@dataclass(frozen=True)
class Case:
    """A request, and how it is answered; the tests send each of them."""

    summary: str
    status: int
    query: dict[str, Any] = field(default_factory=lambda: dict(VALID_QUERY))
    signed_in: bool = True
    says: Node = field(default_factory=dict)  # what the answer's body has


CASES = {
    "granted": Case("An upload is granted.", 200),
    "granted-with-checksum": Case(
        "The checksum is announced too; then S3 checks it.", 200, {**VALID_QUERY, "sha256": "0" * 64}
    ),
    "no-token": Case("No token.", 401, signed_in=False, says={"reason": "UNAUTHORIZED"}),
    "missing": Case(
        "A parameter is missing; API Gateway names it.",
        400,
        {name: value for name, value in VALID_QUERY.items() if name != "size"},
        says={"reason": "BAD_REQUEST_PARAMETERS"},
    ),
    "too-large": Case(
        "More than MaxBytes.", 400, {**VALID_QUERY, "size": 10**12}, says={"field": "size", "reason": "TOO_MANY_BYTES"}
    ),
    "empty": Case("No bytes.", 400, {**VALID_QUERY, "size": 0}, says={"field": "size", "reason": "EMPTY"}),
    "no-number": Case(
        "Not a number.", 400, {**VALID_QUERY, "size": "big"}, says={"field": "size", "reason": "INVALID"}
    ),
    "unsupported": Case(
        "Not a type that can be a picture.",
        400,
        {**VALID_QUERY, "contentType": "text/html"},
        says={"field": "contentType", "reason": "UNSUPPORTED_CONTENT_TYPE"},
    ),
}
RESPONSES: dict[int | str, str] = {
    200: "The upload is granted.",
    400: "A parameter is missing or cannot be accepted.",
    401: "There is no valid token.",
    429: "Too many requests; try again later.",
    "4XX": "Another request that this API does not answer.",
    "5XX": "The service failed; try again.",
}
# What S3 answers to the PUT.
PUT_RESPONSES: dict[int | str, str] = {
    200: "The picture is there, and is being processed.",
    400: "The file does not have the checksum that was announced; nothing is stored.",
    403: "Length, type or another header is not what was announced, or the URL has expired: ask for another one.",
    409: "Another PUT to the same URL is under way: send it again.",
    412: "A picture is there already: the URL is good for one upload. After a lost answer this is as good as 200.",
    "5XX": "S3 has trouble: send it again, with the same URL.",
}
# The answers that API Gateway gives by itself, which no request brings about at will.
GATEWAY_ONLY: dict[int | str, str] = {429: "THROTTLED", "4XX": "DEFAULT_4XX", "5XX": "DEFAULT_5XX"}


def document() -> Node:
    """Return the document, of OpenAPI 3.1."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Quantum Image Processor",
            "version": project_version(),
            "description": DESCRIPTION,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [_server()],
        "paths": {f"/{PATH}": _operations(build().to_dict()["Resources"]), "/uploads/{owner}/{imageId}": _upload()},
        "components": {
            "schemas": {name: _schema(name) for name in ("upload-url.response", "api-error")},
            "securitySchemes": {"token": _token()},
        },
    }


def _server() -> Node:
    url = f"https://{{api}}.execute-api.{{region}}.amazonaws.com/{STAGE}"
    names = {"api": "The API's id", "region": "The stack's region"}
    variables = {name: {"default": name, "description": said} for name, said in names.items()}
    return {
        "url": url,
        "description": "The stack's output UploadUrlEndpoint, without its path.",
        "variables": variables,
    }


def _token() -> Node:
    said = "An ID token of the stack's user pool, as it is: without `Bearer`."
    return {"type": "apiKey", "in": "header", "name": "Authorization", "description": said}


def _operations(resources: Node) -> Node:
    """Return an operation for each method of the template."""
    methods = [one["Properties"] for one in resources.values() if one["Type"] == "AWS::ApiGateway::Method"]
    return {method["HttpMethod"].lower(): _operation(method) for method in methods}


def _operation(method: Node) -> Node:
    if method["AuthorizationType"] == "NONE":
        return {
            "operationId": "preflight",
            "summary": "Ask, as a browser does, whether a page may ask.",
            "security": [],
            "responses": {"204": _preflight()},
        }
    return {
        "operationId": "getUploadUrl",
        "summary": "Ask for a URL to upload one file to.",
        "security": [{"token": []}],
        "parameters": [_parameter(name, required) for name, required in method["RequestParameters"].items()],
        "responses": {str(status): _response(status, said) for status, said in RESPONSES.items()},
    }


def _upload() -> Node:
    """Return what can be done with the URL that was granted."""
    place = {"bucket": "The stack's output UploadBucketName", "region": "The stack's region"}
    variables = {name: {"default": name, "description": said} for name, said in place.items()}
    put = {
        "operationId": "upload",
        "summary": "PUT the file to the URL that was granted, with exactly its headers.",
        "description": "Send it again, with the same URL, until there is an answer; 412 then says that the picture is there.",
        "security": [],  # the URL is signed
        "requestBody": {"required": True, "content": {"image/*": {}}},
        "responses": {str(status): {"description": said} for status, said in PUT_RESPONSES.items()},
    }
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in ("owner", "imageId")
    ]
    url = "https://{bucket}.s3.{region}.amazonaws.com"
    return {"servers": [{"url": url, "variables": variables}], "parameters": parameters, "put": put}


def _parameter(name: str, required: bool) -> Node:  # noqa: FBT001 - as the template has it
    short = name.rpartition(".")[2]
    schema = dict(contracts.resolved("upload-url.request")["properties"][short])
    said = schema.pop("description", "")
    return {"name": short, "in": "query", "required": required, "description": said, "schema": schema}


def _schema(name: str) -> Node:
    return {key: value for key, value in contracts.resolved(name).items() if key not in ("$schema", "$id")}


def _preflight() -> Node:
    said = "The page may, if its origin is one of the parameter AllowedOrigins; else these headers are not there."
    headers = {name: {"schema": {"type": "string"}} for name in (ALLOW_ORIGIN, *ALLOWED)}
    return {"description": said, "headers": headers}


def _response(status: int | str, said: str) -> Node:
    schema = {"$ref": "#/components/schemas/upload-url.response" if status == 200 else ERROR}  # noqa: PLR2004 - HTTP's
    examples = {name: _example(case) for name, case in CASES.items() if case.status == status}
    if status in GATEWAY_ONLY:
        reason = GATEWAY_ONLY[status]
        value = {"reason": reason, "message": GATEWAY_RESPONSES[reason]}
        examples[reason.lower().replace("_", "-")] = {"summary": "By API Gateway itself.", "value": value}
    return {"description": said, "content": {"application/json": {"schema": schema, "examples": examples}}}


def _example(case: Case) -> Node:
    """Return an example: the request in an extension, and the answer."""
    request = {"query": case.query, "signedIn": case.signed_in}
    body = contracts.schema("upload-url.response")["examples"][0] if case.status == 200 else _error_body(case)  # noqa: PLR2004
    return {"summary": case.summary, "value": body, "x-request": request}


def _error_body(case: Case) -> Node:
    reason = case.says["reason"]
    message = GATEWAY_RESPONSES.get(reason, "What is wrong with the field, and what is accepted.")
    return {**case.says, "message": "Missing required request parameters: [size]" if "$" in message else message}


if __name__ == "__main__":
    sys.exit(run_command("openapi", lambda: print(json.dumps(document(), indent=2, ensure_ascii=False))))
