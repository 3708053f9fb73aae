"""GET /web and GET /web/{file}: files, headers and the policy of the web page."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lambdas import web_page
from lambdas.runtime.settings import WebPageSettings
from lambdas.web_page import FOLDER, TYPES, content_security_policy, handler
from workflow import contracts

SETTINGS = WebPageSettings(
    allowed_origins=("https://app.example",),
    sign_in_url="https://images.auth.eu-central-1.amazoncognito.com",
    client_id="abc",
    upload_origin="https://uploads.s3.eu-central-1.amazonaws.com",
    archive_origin="https://archive.s3.eu-central-1.amazonaws.com",
)


class Context:
    """What a function reads of its invocation."""

    aws_request_id = "request"


@pytest.fixture(autouse=True)
def settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the function its variables, and no files that another test has read."""
    web_page._texts.cache_clear()  # noqa: SLF001 - it lasts as long as an execution environment
    for name, value in vars(SETTINGS).items():
        monkeypatch.setenv(name.upper(), ",".join(value) if isinstance(value, tuple) else value)


def ask(file: str | None = None, **headers: str) -> dict[str, Any]:
    """Return the response to a request for a file of the page, or for the page."""
    event = {"httpMethod": "GET", "headers": headers, "pathParameters": {"file": file} if file else None}
    return handler(event, Context())


@pytest.mark.parametrize("name", sorted(path.name for path in FOLDER.iterdir()))
def test_file_is_served_as_it_is(name: str) -> None:
    """Every file of web/ is served as text, with the media type of its extension."""
    response = ask(name)
    assert (response["statusCode"], response["body"]) == (200, (FOLDER / name).read_text(encoding="utf-8"))
    assert response["headers"]["Content-Type"] == TYPES[Path(name).suffix]
    assert "isBase64Encoded" not in response


def test_page_is_the_index() -> None:
    """The page itself is index.html."""
    assert ask()["body"] == ask("index.html")["body"] != ""


def test_settings_name_the_sign_in() -> None:
    """The page reads where to sign in, and as which client."""
    assert json.loads(ask("settings.json")["body"]) == {"signInUrl": SETTINGS.sign_in_url, "clientId": "abc"}


@pytest.mark.parametrize("name", ["../lambdas/web_page.py", "none.js", ".", "index.html/", "%2e%2e"])
def test_other_names_do_not_exist(name: str) -> None:
    """A name that is no file of the page is 404, also one that would lead out of the folder."""
    response = ask(name)
    contracts.check("api-error", json.loads(response["body"]))
    assert response["statusCode"] == 404


def test_without_a_page_nothing_is_served(monkeypatch: pytest.MonkeyPatch) -> None:
    """If the parameter has removed the page, every request is 404."""
    monkeypatch.setenv("SIGN_IN_URL", "")
    assert [ask(name)["statusCode"] for name in (None, "index.html", "settings.json")] == [404, 404, 404]


def test_unchanged_file_is_not_sent_again() -> None:
    """A browser that has the file gets 304 without a body; with another tag, it gets the file."""
    tag = ask()["headers"]["ETag"]
    again = ask(**{"If-None-Match": f"W/{tag}"})
    assert (again["statusCode"], again["body"], again["headers"]["ETag"]) == (304, "", tag)
    assert ask(**{"If-None-Match": '"other"'})["statusCode"] == 200
    assert tag != ask("settings.json")["headers"]["ETag"]


def test_policy_allows_nothing_inline_and_no_other_host() -> None:
    """Scripts and styles are files of this origin, and requests go to the buckets and the sign-in only."""
    policy = dict(part.split(" ", 1) for part in ask()["headers"]["Content-Security-Policy"].split("; "))
    assert "unsafe" not in str(policy)
    assert (policy["default-src"], policy["script-src"], policy["style-src"]) == ("'none'", "'self'", "'self'")
    assert policy["img-src"].split() == ["'self'", SETTINGS.archive_origin]
    assert policy["connect-src"].split() == ["'self'", SETTINGS.upload_origin, SETTINGS.sign_in_url]
    assert policy["frame-ancestors"] == policy["base-uri"] == policy["form-action"] == "'none'"


def test_policy_follows_the_settings() -> None:
    """Another bucket or sign-in is another policy."""
    other = replace(SETTINGS, archive_origin="https://other.example")
    assert "https://other.example" in content_security_policy(other)
    assert SETTINGS.archive_origin not in content_security_policy(other)


@pytest.mark.parametrize(("origin", "allowed"), [("https://app.example", True), ("https://evil.example", False)])
def test_pages_of_allowed_origins_may_import_the_client(origin: str, allowed: bool) -> None:
    """A page of an origin in AllowedOrigins can import client.js from here."""
    assert ("Access-Control-Allow-Origin" in ask("index.html", Origin=origin)["headers"]) is allowed


def test_page_is_kept_but_never_used_unasked() -> None:
    """A browser asks each time, so that a deployment does not mix two versions; nobody learns of addresses from a referrer."""
    headers = ask()["headers"]
    assert (headers["Cache-Control"], headers["Referrer-Policy"]) == ("no-cache", "no-referrer")
    assert (headers["X-Content-Type-Options"], headers["Cross-Origin-Opener-Policy"]) == ("nosniff", "same-origin")


def test_files_have_nothing_inline() -> None:
    """The page works under its policy: no inline script, style or handler, and no other host."""
    page = (FOLDER / "index.html").read_text(encoding="utf-8")
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", page)
    assert not re.search(r"https?://", page)
