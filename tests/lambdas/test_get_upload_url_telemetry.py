"""What a request for an upload URL leads to: headers for the page that made it, log lines, and metrics."""

import json
import logging
from typing import Any

import pytest

from lambdas.get_upload_url import handler
from lambdas.runtime.cors import ALLOW_ORIGIN
from lambdas.runtime.metrics import SERVICE, UPLOAD_URLS_ISSUED, UPLOAD_URLS_REFUSED
from lambdas.runtime.telemetry import LIBRARIES
from tests.fake_aws.account import OWNER
from tests.lambdas.account import CONTEXT, ORIGIN, URL_SETTINGS, Account, Context, export, log_lines, metric_lines
from tests.lambdas.url_requests import PARAMETERS, granted_url, request_url, url_request
from workflow.contracts.errors import NotConfigured

ANOTHER = "https://another.example"
each_status = pytest.mark.parametrize(
    ("parameters", "status"), [(PARAMETERS, 200), ({**PARAMETERS, "size": "0"}, 400), (None, 400)]
)

pytestmark = pytest.mark.usefixtures("account")


@each_status
def test_a_page_of_an_allowed_origin_may_read_any_answer(parameters: dict[str, str] | None, status: int) -> None:
    """A page of an allowed origin can read grants and refusals."""
    answer = handler(url_request(parameters), CONTEXT)
    assert (answer["statusCode"], answer["headers"][ALLOW_ORIGIN]) == (status, ORIGIN)
    media_type = "application/json" if status == 200 else "application/problem+json"
    assert (answer["headers"]["Vary"], answer["headers"]["Content-Type"]) == ("Origin", media_type)


@each_status
def test_a_page_of_another_origin_may_read_none(parameters: dict[str, str] | None, status: int) -> None:
    """The response has no header for another origin, so its browser hides it; the Vary header informs caches."""
    answer = handler(url_request(parameters, origin=ANOTHER), CONTEXT)
    assert (answer["statusCode"], answer["headers"]["Vary"]) == (status, "Origin")
    assert ALLOW_ORIGIN not in answer["headers"]


def preflight(origin: str) -> dict[str, Any]:
    """Return the event of a preflight: without a signed-in user and without parameters."""
    return {
        "httpMethod": "OPTIONS",
        "headers": {"Origin": origin, "Access-Control-Request-Method": "GET"},
        "queryStringParameters": None,
        "requestContext": {},
    }


def test_a_preflight_needs_no_token(capsys: pytest.CaptureFixture[str]) -> None:
    """A browser asks before it sends the token; that counts as no request for a URL."""
    answer = handler(preflight(ORIGIN), CONTEXT)
    assert (answer["statusCode"], answer["headers"][ALLOW_ORIGIN]) == (204, ORIGIN)
    assert ALLOW_ORIGIN not in handler(preflight(ANOTHER), CONTEXT)["headers"]
    assert metric_lines(capsys.readouterr().out) == []


@pytest.mark.share(1)
@pytest.mark.parametrize(("allowed", "expected"), [((), None), (("*",), ANOTHER), ((ORIGIN, ANOTHER), ANOTHER)])
def test_allowed_origins_come_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, allowed: tuple[str, ...], expected: str | None
) -> None:
    """The variable allows no origin, all, or the named ones."""
    monkeypatch.setenv("ALLOWED_ORIGINS", ",".join(allowed))
    for asked in (preflight(ANOTHER), url_request(PARAMETERS, origin=ANOTHER)):
        assert handler(asked, CONTEXT)["headers"].get(ALLOW_ORIGIN) == expected


def test_an_issued_url_is_counted_and_logged(capsys: pytest.CaptureFixture[str]) -> None:
    """The image's id leads from the request to the picture; it is no dimension of the count."""
    body = granted_url()
    output = capsys.readouterr().out
    (line,), (count,) = log_lines(output), metric_lines(output)
    for entry in (line, count):
        assert (entry["imageId"], entry["requestId"]) == (body["imageId"], CONTEXT.aws_request_id)
    (directive,) = count["_aws"]["CloudWatchMetrics"]
    assert (directive["Metrics"], directive["Dimensions"]) == (
        [{"Name": UPLOAD_URLS_ISSUED, "Unit": "Count"}],
        [[SERVICE]],
    )


def test_a_refusal_is_counted_and_logged(capsys: pytest.CaptureFixture[str]) -> None:
    """Parameter and reason are logged, and no value."""
    request_url({**PARAMETERS, "contentType": "text/secret"})
    output = capsys.readouterr().out
    (line,), (count,) = log_lines(output), metric_lines(output)
    assert (line["level"], line["message"]) == ("INFO", "refused: contentType UNSUPPORTED_CONTENT_TYPE")
    assert (count[UPLOAD_URLS_REFUSED], count["reason"]) == ([1.0], "UNSUPPORTED_CONTENT_TYPE")
    assert "secret" not in output


def test_a_warm_function_forgets_the_previous_request(capsys: pytest.CaptureFixture[str]) -> None:
    """The log of a refusal after a grant has no image ID."""
    granted_url()
    capsys.readouterr()
    handler(url_request(None), Context("another-request"))
    for line in map(json.loads, capsys.readouterr().out.splitlines()):
        assert (line["requestId"], "imageId" in line) == ("another-request", False)


def test_a_fault_is_logged(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """An internal error is logged with its traceback and the request's ID."""
    export(monkeypatch, URL_SETTINGS)
    monkeypatch.delenv("UPLOAD_BUCKET")
    with pytest.raises(NotConfigured, match="UPLOAD_BUCKET"):
        granted_url()
    (line,) = log_lines(capsys.readouterr().out)
    assert (line["level"], line["exception_name"], line["requestId"]) == (
        "ERROR",
        "NotConfigured",
        CONTEXT.aws_request_id,
    )


def test_log_holds_neither_url_nor_file_name(capsys: pytest.CaptureFixture[str]) -> None:
    """A signed URL is a secret, and a file name the user's own: the log has the image's id."""
    body = granted_url(filename="my-secret.jpg")
    output = capsys.readouterr().out
    assert body["imageId"] in output
    assert not [word for word in ("X-Amz-Signature", "my-secret", OWNER) if word in output]


def test_no_library_logs_when_all_is_asked_for(account: Account, caplog: pytest.LogCaptureFixture) -> None:
    """Lambda gives every logger the level that is asked for; AWS's own would log requests with their credentials."""
    with caplog.at_level(logging.DEBUG):
        granted_url()
        account.keys(account.upload(b"data")["image"]["bucket"])
    libraries = {record.name.partition(".")[0] for record in caplog.records if record.levelno < logging.WARNING}
    assert libraries.isdisjoint(LIBRARIES)
