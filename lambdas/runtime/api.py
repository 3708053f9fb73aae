"""The handler of each method of the API: preflights, errors of the request, and the headers of every response."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeVar

from lambdas.runtime import cors
from lambdas.runtime.problems import MEDIA_TYPE, problem
from lambdas.runtime.settings import ApiSettings
from lambdas.runtime.telemetry import log_errors, set_log_keys
from workflow import contracts
from workflow.contracts.errors import ContractViolation

if TYPE_CHECKING:
    from collections.abc import Mapping

# Instead of a pattern that a person cannot read.
REQUIREMENTS = {"imageId": "must be the imageId of an upload URL: a UUID in lower case"}

Event = dict[str, Any]
Response = dict[str, Any]
Settings = TypeVar("Settings", bound=ApiSettings)
Handler = Callable[[Event, Any], Response]


class RequestError(Exception):
    """The request cannot be answered as it is, and the caller can correct it."""

    def __init__(self, status: HTTPStatus, reason: str, detail: str, field: str = "", retry_after: int = 0) -> None:
        """Take the status, a stable code, a sentence without the request's values, and the parameter that is wrong.

        retry_after is in seconds; 0 if to wait does not help.
        """
        super().__init__(detail)
        self.status = status
        self.headers = {"Retry-After": str(retry_after)} if retry_after else {}
        self.body = problem(status, reason, detail)
        if field:
            self.body["field"] = field


def bad_request(field: str, reason: str, requirement: str) -> RequestError:
    """Return the error for a parameter; requirement follows its name in the detail."""
    return RequestError(HTTPStatus.BAD_REQUEST, reason, f"{field} {requirement}.", field)


def no_such_image() -> RequestError:
    """Return the error for an image that does not exist; one that is another user's gets the same."""
    return RequestError(HTTPStatus.NOT_FOUND, "NOT_FOUND", "There is no such image.")


def read_parameters(contract: str, parameters: Mapping[str, object]) -> dict[str, Any]:
    """Return the parameters of a request, which keep contract; raises RequestError."""
    try:
        contracts.check(contract, parameters)
    except ContractViolation as error:
        field = violated_parameter(error)
        raise bad_request(field, "INVALID", REQUIREMENTS.get(field, error.requirement)) from error
    return dict(parameters)


def violated_parameter(error: ContractViolation) -> str:
    """Return the name of the parameter that violates the contract of the request."""
    return error.path.removeprefix("$.")


def api_handler(settings: type[Settings]) -> Callable[[Callable[[Event, Settings], Response]], Handler]:
    """Make a function that answers one method of the API a handler, which answers preflights and RequestErrors itself."""

    def decorate(respond: Callable[[Event, Settings], Response]) -> Handler:
        @wraps(respond)
        def handler(event: Event, context: Any) -> Response:
            set_log_keys(requestId=context.aws_request_id)
            with log_errors():
                found = settings.read()
                if event.get("httpMethod") == "OPTIONS":
                    return cors.preflight(event, found.allowed_origins)
                response = _answered(lambda: respond(event, found))
                response["headers"] |= cors.headers_for(event, found.allowed_origins)
                return response

        return handler

    return decorate


def _answered(respond: Callable[[], Response]) -> Response:
    try:
        return respond()
    except RequestError as error:
        response = json_response(error.status, "api-error", error.body, MEDIA_TYPE)
        response["headers"] |= error.headers
        return response


def empty_response(status: int) -> Response:
    """Return a response without a body that is not to be stored."""
    return {"statusCode": status, "headers": {"Cache-Control": "no-store"}, "body": ""}


def json_response(
    status: int, contract: str, body: Mapping[str, object], media_type: str = "application/json"
) -> Response:
    """Return a response that is not to be stored; body has to conform to contract."""
    contracts.check(contract, body)
    headers = {"Content-Type": media_type, "Cache-Control": "no-store"}
    return {"statusCode": status, "headers": headers, "body": json.dumps(body)}
