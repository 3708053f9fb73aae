"""The API as an OpenAPI document, generated from the template and the contracts: `python -m pages.openapi` prints it."""

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
Request an upload URL with a token of the user pool, then PUT the file to it with exactly the headers of the response. The
notification topic publishes the final status of the image. api.md describes all steps."""


@dataclass(frozen=True)
class Case:
    """A request and its response; the tests send each of them."""

    summary: str
    status: int
    query: dict[str, Any] = field(default_factory=lambda: dict(VALID_QUERY))
    signed_in: bool = True
    body: Node = field(default_factory=dict)  # members of the response's body


CASES = {
    "granted": Case("An upload is granted.", 200),
    "granted-with-checksum": Case(
        "The checksum is announced too; S3 verifies it.", 200, {**VALID_QUERY, "sha256": "0" * 64}
    ),
    "no-token": Case("No token.", 401, signed_in=False, body={"reason": "UNAUTHORIZED"}),
    "missing": Case(
        "A parameter is missing; API Gateway names it.",
        400,
        {name: value for name, value in VALID_QUERY.items() if name != "size"},
        body={"reason": "BAD_REQUEST_PARAMETERS"},
    ),
    "too-large": Case(
        "More than MaxBytes.", 400, {**VALID_QUERY, "size": 10**12}, body={"field": "size", "reason": "TOO_MANY_BYTES"}
    ),
    "empty": Case("No bytes.", 400, {**VALID_QUERY, "size": 0}, body={"field": "size", "reason": "EMPTY"}),
    "no-number": Case(
        "Not a number.", 400, {**VALID_QUERY, "size": "big"}, body={"field": "size", "reason": "INVALID"}
    ),
    "unsupported": Case(
        "Not a type of an image.",
        400,
        {**VALID_QUERY, "contentType": "text/html"},
        body={"field": "contentType", "reason": "UNSUPPORTED_CONTENT_TYPE"},
    ),
}
RESPONSES: dict[int | str, str] = {
    200: "The upload is granted.",
    400: "A parameter is missing or invalid.",
    401: "The token is missing or invalid.",
    429: "Too many requests; try again later.",
    "4XX": "Any other request that this API does not accept.",
    "5XX": "The service failed; try again.",
}
# The responses of S3 to the PUT.
PUT_RESPONSES: dict[int | str, str] = {
    200: "The image is uploaded, and its processing starts.",
    400: "The file does not have the announced checksum; nothing is stored.",
    403: "The length, the type or another header is not as announced, or the URL has expired: request a new one.",
    409: "Another PUT to the same URL is in progress: retry.",
    412: "An image exists already: a URL is valid for one upload. After a lost response, this means success.",
    "5XX": "S3 failed: retry with the same URL.",
}
# The responses that only API Gateway sends, and that no request can provoke.
GATEWAY_ONLY: dict[int | str, str] = {429: "THROTTLED", "4XX": "DEFAULT_4XX", "5XX": "DEFAULT_5XX"}


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
        "paths": {f"/{PATH}": _operations(build().to_dict()["Resources"]), "/uploads/{owner}/{imageId}": _upload()},
        "components": {
            "schemas": {name: _schema(name) for name in ("upload-url.response", "api-error")},
            "securitySchemes": {"token": _token()},
        },
    }


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


def _operations(resources: Node) -> Node:
    """Return an operation for each method of the template."""
    methods = [one["Properties"] for one in resources.values() if one["Type"] == "AWS::ApiGateway::Method"]
    return {method["HttpMethod"].lower(): _operation(method) for method in methods}


def _operation(method: Node) -> Node:
    if method["AuthorizationType"] == "NONE":
        return {
            "operationId": "preflight",
            "summary": "The preflight request of a browser.",
            "security": [],
            "responses": {"204": _preflight()},
        }
    return {
        "operationId": "getUploadUrl",
        "summary": "Request a URL for the upload of one file.",
        "security": [{"token": []}],
        "parameters": [_parameter(name, required) for name, required in method["RequestParameters"].items()],
        "responses": {str(status): _response(status, text) for status, text in RESPONSES.items()},
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


def _parameter(name: str, required: bool) -> Node:  # noqa: FBT001 - as in the template
    short = name.rpartition(".")[2]
    schema = dict(contracts.resolved("upload-url.request")["properties"][short])
    text = schema.pop("description", "")
    return {"name": short, "in": "query", "required": required, "description": text, "schema": schema}


def _schema(name: str) -> Node:
    return {key: value for key, value in contracts.resolved(name).items() if key not in ("$schema", "$id")}


def _preflight() -> Node:
    text = "The origin may upload if it is in the parameter AllowedOrigins; otherwise these headers are missing."
    headers = {name: {"schema": {"type": "string"}} for name in (ALLOW_ORIGIN, *ALLOWED)}
    return {"description": text, "headers": headers}


def _response(status: int | str, description: str) -> Node:
    schema = {"$ref": "#/components/schemas/upload-url.response" if status == 200 else ERROR}  # noqa: PLR2004 - HTTP's
    examples = {name: _example(case) for name, case in CASES.items() if case.status == status}
    if status in GATEWAY_ONLY:
        reason = GATEWAY_ONLY[status]
        value = {"reason": reason, "message": GATEWAY_RESPONSES[reason]}
        examples[reason.lower().replace("_", "-")] = {"summary": "From API Gateway itself.", "value": value}
    return {"description": description, "content": {"application/json": {"schema": schema, "examples": examples}}}


def _example(case: Case) -> Node:
    """Return an example: the request as an extension, and the response."""
    request = {"query": case.query, "signedIn": case.signed_in}
    body = contracts.schema("upload-url.response")["examples"][0] if case.status == 200 else _error_body(case)  # noqa: PLR2004
    return {"summary": case.summary, "value": body, "x-request": request}


def _error_body(case: Case) -> Node:
    reason = case.body["reason"]
    message = GATEWAY_RESPONSES.get(reason, "What is wrong with the field, and what is accepted.")
    return {**case.body, "message": "Missing required request parameters: [size]" if "$" in message else message}


if __name__ == "__main__":
    sys.exit(run_command("openapi", lambda: print(json.dumps(document(), indent=2, ensure_ascii=False))))
