"""Errors of AWS calls under the names that the state machine retries by: the service's own code, or botocore's class."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from workflow.contracts.service_errors import FUNCTION_ERRORS, NO_ANSWER, UNAVAILABLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from botocore.exceptions import ClientError

CODE: Final = re.compile(r"[A-Za-z0-9.]{1,100}")  # the form of a service's codes; anything else is no name for an error
TOO_MANY_REQUESTS: Final = 429
NOT_IMPLEMENTED: Final = 501  # does not pass
SERVER_ERRORS: Final = range(500, 600)  # HTTP statuses


class ServiceError(Exception):
    """The base of classes that are made for a code: Step Functions sees their name only."""


@contextmanager
def named_by_code() -> Iterator[None]:
    """Raise an error of an AWS call as one with the name of its code; botocore's name for most is ClientError."""
    try:
        yield
    except Exception as error:
        name = error_name(error)
        if name == type(error).__name__:
            raise
        raise type(name, (ServiceError,), {})(str(error)) from error


def error_name(error: Exception) -> str:
    """Return the name for an error: of FUNCTION_ERRORS if a retry may help, else the service's code or its class's name."""
    from botocore.exceptions import ClientError, ConnectionError, HTTPClientError, IncompleteReadError  # noqa: A004

    name = type(error).__name__
    if isinstance(error, ClientError):
        return _code(error, name)
    if isinstance(error, (ConnectionError, HTTPClientError, IncompleteReadError)):
        return name if name in FUNCTION_ERRORS else NO_ANSWER
    return name


def _code(error: ClientError, name: str) -> str:
    """Return the code of a response, or UNAVAILABLE for one that is not listed and has the status of a failing service.

    name is that of the class, which for a code in the service's model is more than ClientError.
    """
    code = error.response.get("Error", {}).get("Code", "")
    known = name if name != "ClientError" or not CODE.fullmatch(code) else code
    if known in FUNCTION_ERRORS or not _is_unavailable(error):
        return known
    return UNAVAILABLE


def _is_unavailable(error: ClientError) -> bool:
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return status == TOO_MANY_REQUESTS or (status in SERVER_ERRORS and status != NOT_IMPLEMENTED)
