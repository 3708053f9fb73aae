"""The responses that API Gateway sends by itself: errors in the form of the functions' errors, RFC 9457."""

import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from troposphere import Ref, apigateway

from lambdas.runtime.cors import ALLOW_ORIGIN, EXPOSED
from lambdas.runtime.problems import MEDIA_TYPE, problem

RETRY_SECONDS = 1  # after a throttled request: the rate is one of seconds
# API Gateway's own message as a JSON string: its quotes are part of it, and its content is escaped.
ERROR_MESSAGE = "$context.error.messageString"


@dataclass(frozen=True)
class GatewayError:
    """An error for one type of response, which is its reason."""

    detail: str
    status: HTTPStatus | None = None  # None for a type with several statuses: its template cannot name them
    title: str = ""  # of a type with several statuses

    def body(self, reason: str) -> dict[str, Any]:
        """Return the body, with the contract api-error."""
        return dict(problem(self.status, reason, self.detail, self.title))


GATEWAY_RESPONSES = {
    "UNAUTHORIZED": GatewayError(
        "A valid token of the user pool is required in the Authorization header.", HTTPStatus.UNAUTHORIZED
    ),
    "THROTTLED": GatewayError("There are too many requests; try again later.", HTTPStatus.TOO_MANY_REQUESTS),
    "BAD_REQUEST_PARAMETERS": GatewayError(ERROR_MESSAGE, HTTPStatus.BAD_REQUEST),  # names the missing parameter
    "DEFAULT_4XX": GatewayError("This API does not know the request.", title="Client Error"),
    "DEFAULT_5XX": GatewayError("The service failed; try again.", title="Server Error"),
}


def gateway_responses(api: apigateway.RestApi) -> list[apigateway.GatewayResponse]:
    """Return the responses of api."""
    return [
        apigateway.GatewayResponse(
            f"{reason.title().replace('_', '')}Answer",
            RestApiId=Ref(api),
            ResponseType=reason,
            ResponseParameters={f"gatewayresponse.header.{name}": f"'{value}'" for name, value in _headers(error)},
            # API Gateway uses this template for every Accept; the header above states the media type of its result.
            ResponseTemplates={"application/json": _template(error.body(reason))},
        )
        for reason, error in GATEWAY_RESPONSES.items()
    ]


def _headers(error: GatewayError) -> list[tuple[str, str]]:
    """Return the headers. Every origin may read the error: it holds no data of a user."""
    wait = {"Retry-After": str(RETRY_SECONDS)} if error.status == HTTPStatus.TOO_MANY_REQUESTS else {}
    headers = {ALLOW_ORIGIN: "*", "Content-Type": MEDIA_TYPE, "Cache-Control": "no-store", **EXPOSED, **wait}
    return list(headers.items())


def _template(body: dict[str, Any]) -> str:
    """Return the text of a body, in which API Gateway replaces ERROR_MESSAGE by its own message."""
    return json.dumps(body).replace(f'"{ERROR_MESSAGE}"', ERROR_MESSAGE)
