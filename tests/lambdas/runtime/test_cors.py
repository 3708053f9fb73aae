"""Cross-origin requests: only a page of an allowed origin may read the responses."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.runtime.cors import ALLOW_ORIGIN, ALLOWED, PREFLIGHT_SECONDS, headers_for, preflight
from tests.lambdas.account import ORIGIN

ANOTHER = "https://another.example"


def coming_from(origin: str) -> dict[str, Any]:
    """Return the event of a preflight that a page of origin causes."""
    return {"httpMethod": "OPTIONS", "headers": {"Origin": origin}, "multiValueHeaders": {"Origin": [origin]}}


@pytest.mark.parametrize("allowed", [(ORIGIN,), (ANOTHER, ORIGIN), ("*",)])
def test_a_page_of_an_allowed_origin_may_ask(allowed: tuple[str, ...]) -> None:
    """The response to a preflight names the origin itself, the method, the header, and how long it may be cached."""
    answer = preflight(coming_from(ORIGIN), allowed)
    assert (answer["statusCode"], answer["body"]) == (204, "")
    assert answer["headers"] == {
        "Vary": "Origin",
        "Access-Control-Allow-Origin": ORIGIN,
        "Access-Control-Allow-Methods": "GET, DELETE",
        "Access-Control-Allow-Headers": "Authorization, If-None-Match",
        "Access-Control-Max-Age": str(PREFLIGHT_SECONDS),
    }


@pytest.mark.parametrize(
    "origin", [ANOTHER, "null", "", ORIGIN.upper(), f"{ORIGIN}.evil.example", f"{ORIGIN}:444", ORIGIN[:-1], "*"]
)
def test_a_page_of_another_origin_may_not(origin: str) -> None:
    """The response states only that it depends on the origin; an origin that only looks like an allowed one is another."""
    answer = preflight(coming_from(origin), (ORIGIN,))
    assert (answer["statusCode"], answer["headers"]) == (204, {"Vary": "Origin"})


def test_no_origin_is_allowed_if_none_is_named() -> None:
    """Without the parameter no origin is allowed."""
    assert headers_for(coming_from(ORIGIN), ()) == {"Vary": "Origin"}


@pytest.mark.parametrize("name", ["Origin", "origin", "ORIGIN", "oRiGiN"])
@pytest.mark.parametrize(
    ("headers", "value"), [("headers", ORIGIN), ("multiValueHeaders", [ORIGIN])], ids=["single", "several"]
)
def test_a_header_is_found_however_it_is_written(name: str, headers: str, value: object) -> None:
    """HTTP/2 uses lower case, browsers on HTTP/1.1 do not; the event has either form of the headers, or both."""
    assert headers_for({headers: {"Accept": "*/*", name: value}}, (ORIGIN,))[ALLOW_ORIGIN] == ORIGIN


@pytest.mark.parametrize("event", [{}, {"headers": None, "multiValueHeaders": None}, {"headers": {}}])
@pytest.mark.parametrize("allowed", [(), (ORIGIN,), ("*",)])
def test_request_without_an_origin_gets_no_header(event: dict[str, Any], allowed: tuple[str, ...]) -> None:
    """A request without an origin, as of a client that is no browser, gets no header; API Gateway sends null for no headers."""
    assert headers_for(event, allowed) == {"Vary": "Origin"}
    assert not ALLOWED.keys() & preflight(event, allowed)["headers"].keys()


@given(origin=st.text(), allowed=st.lists(st.text(min_size=1)).map(tuple))
def test_an_origin_is_allowed_if_it_is_named(origin: str, allowed: tuple[str, ...]) -> None:
    """An origin is returned only if it is exactly one of those that are allowed."""
    returned = headers_for(coming_from(origin), allowed).get(ALLOW_ORIGIN)
    assert returned == (origin if origin and ("*" in allowed or origin in allowed) else None)
