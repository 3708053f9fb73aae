"""Errors of AWS calls: each has the name of its code, and a service that is down is known by a name that is retried."""

from __future__ import annotations

import gc
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any
from warnings import catch_warnings, simplefilter

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, HTTPClientError, ParamValidationError

from lambdas.runtime.service_errors import error_name, named_by_code
from workflow.contracts.service_errors import CONNECTION_ERRORS, FUNCTION_ERRORS, NO_ANSWER, UNAVAILABLE
from workflow.retries import PERMANENT_ERRORS

Respond = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def server(respond: Respond) -> Iterator[str]:
    """Give the URL of a server on this machine that answers every request with respond."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            respond(self)

        do_HEAD = do_POST = do_GET  # noqa: N815 - http.server finds a method by its name

        def log_message(self, *_: object) -> None:
            """Log nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as made:
        Thread(target=made.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{made.server_port}"
        made.shutdown()


@contextmanager
def connected(service: str, url: str) -> Iterator[Any]:
    """Give a client for the server at url, which tries each call once."""
    config = Config(retries={"total_max_attempts": 1}, connect_timeout=1, read_timeout=0.2)
    keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing", "region_name": "eu-west-1"}
    made = boto3.client(service, endpoint_url=url, config=config, **keys)  # type: ignore[call-overload]
    yield made
    made.close()


def refusing(status: int, body: str = "", **headers: str) -> Respond:
    """Return an answer with status and body."""

    def respond(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            request.send_header(name.replace("_", "-"), value)
        request.end_headers()
        if request.command != "HEAD":
            request.wfile.write(body.encode())

    return respond


def s3_error(code: str) -> str:
    """Return the body of an error of S3."""
    return f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>Please wait.</Message></Error>"


def raised(service: str, url: str, call: Callable[[Any], object]) -> str:
    """Return the name of the error that leaves a step whose work makes call with a client for url."""
    with connected(service, url) as client:
        with pytest.raises(Exception) as found, named_by_code():  # noqa: PT011 - its name is what is tested
            call(client)
        return type(found.value).__name__


def get_object(s3: Any) -> bytes:
    """Read an object as a step does."""
    with s3.get_object(Bucket="bucket", Key="key")["Body"] as body:
        data: bytes = body.read()
    return data


@pytest.mark.share(3)
@pytest.mark.parametrize(
    ("status", "code", "name", "retried"),
    [
        (503, "SlowDown", "SlowDown", True),
        (503, "ServiceUnavailable", "ServiceUnavailable", True),
        (500, "InternalError", "InternalError", True),
        (400, "RequestTimeout", "RequestTimeout", True),
        (503, "SomethingNew", UNAVAILABLE, True),
        (429, "SomethingNew", UNAVAILABLE, True),
        (501, "NotImplemented", "NotImplemented", False),
        (403, "AccessDenied", "AccessDenied", False),
        (403, "InvalidAccessKeyId", "InvalidAccessKeyId", False),
        (404, "NoSuchKey", "NoSuchKey", False),
        (404, "NoSuchVersion", "NoSuchVersion", False),
        (400, "not the form of a code", "ClientError", False),
    ],
)
def test_an_error_of_s3_has_its_code(status: int, code: str, name: str, retried: bool) -> None:
    """An error keeps its code as its name; one of a failing service that nobody knows has the name of such a service."""
    with server(refusing(status, s3_error(code))) as url:
        assert raised("s3", url, get_object) == name
    assert (name in FUNCTION_ERRORS) == retried


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_an_error_without_a_body_is_retried(status: int) -> None:
    """HeadObject has no body, so that its error has the status only; it is retried too."""
    with server(refusing(status)) as url:
        assert raised("s3", url, lambda s3: s3.head_object(Bucket="bucket", Key="key")) in FUNCTION_ERRORS


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, "ProvisionedThroughputExceededException"),
        (400, "ThrottlingException"),
        (400, "RequestLimitExceeded"),
        (500, "InternalServerError"),
        (503, "ServiceUnavailable"),
    ],
)
def test_an_error_of_dynamodb_is_retried_under_its_code(status: int, code: str) -> None:
    """Throttles and failures of DynamoDB are retried under their codes."""
    body = f'{{"__type": "com.amazonaws.dynamodb.v20120810#{code}", "message": "Please wait."}}'
    with server(refusing(status, body)) as url:
        read = raised("dynamodb", url, lambda table: table.get_item(TableName="table", Key={"imageId": {"S": "1"}}))
    assert read == code
    assert code in FUNCTION_ERRORS


def test_a_service_that_cannot_be_reached_is_retried() -> None:
    """No connection and no answer are known by botocore's own names."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
        unreachable = raised("s3", url, get_object)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        unanswered = raised("s3", url, get_object)
    assert (unreachable, unanswered) == ("EndpointConnectionError", "ReadTimeoutError")
    assert {unreachable, unanswered} <= set(CONNECTION_ERRORS)


def test_a_body_that_breaks_off_is_retried() -> None:
    """A connection that ends in the middle of an object is known by a name that is retried."""

    def break_off(request: BaseHTTPRequestHandler) -> None:
        refusing(200, "half", Content_Length="8")(request)

    with server(break_off) as url:
        name = raised("s3", url, get_object)
    with catch_warnings():
        simplefilter("ignore", ResourceWarning)
        gc.collect()  # urllib3 leaves the socket of such a response to the garbage collector
    assert name in CONNECTION_ERRORS


def test_a_new_class_of_botocore_is_retried() -> None:
    """A class for a lost connection that is not listed has the name of its family."""

    class QuantumLinkError(HTTPClientError):
        """A class that a later botocore might have."""

    assert error_name(QuantumLinkError(error="no link")) == NO_ANSWER
    assert NO_ANSWER in FUNCTION_ERRORS


@pytest.mark.parametrize("error", [ParamValidationError(report="wrong"), TypeError("wrong"), KeyError("wrong")])
def test_a_bug_keeps_its_name(error: Exception) -> None:
    """A bug of ours is no error of a service."""
    assert error_name(error) == type(error).__name__
    assert error_name(error) not in FUNCTION_ERRORS


def test_the_cause_stays() -> None:
    """The renamed error has the message of the service's and refers to it."""
    refused = ClientError({"Error": {"Code": "SlowDown", "Message": "Reduce your request rate."}}, "GetObject")
    with pytest.raises(Exception, match="Reduce your request rate") as found, named_by_code():
        raise refused
    assert found.value.__cause__ is refused


def test_no_permanent_error_is_one_of_a_service() -> None:
    """No error that is never retried is retried as one of a service."""
    assert not set(PERMANENT_ERRORS) & set(FUNCTION_ERRORS)
