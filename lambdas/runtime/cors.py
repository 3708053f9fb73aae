"""Cross-origin requests: the headers by which a browser lets a page read a response.

They are written here because Powertools' resolver takes 75 ms to import.
"""

from typing import Any, Final

from lambdas.runtime.proxy_events import header

PREFLIGHT_SECONDS: Final = 3600  # how long a browser may cache the response to a preflight
ALLOW_ORIGIN = "Access-Control-Allow-Origin"
EXPOSED: Final = {"Access-Control-Expose-Headers": "ETag, Retry-After"}  # which scripts could not read otherwise
ALLOWED: Final = {
    "Access-Control-Allow-Methods": "GET, DELETE",
    "Access-Control-Allow-Headers": "Authorization, If-None-Match",
    "Access-Control-Max-Age": str(PREFLIGHT_SECONDS),
}


def preflight(event: dict[str, Any], allowed_origins: tuple[str, ...]) -> dict[str, Any]:
    """Return the response to a preflight, by which a browser asks whether a page may make its request."""
    headers = _headers(event, allowed_origins)
    return {"statusCode": 204, "headers": headers | ALLOWED if ALLOW_ORIGIN in headers else headers, "body": ""}


def headers_for(event: dict[str, Any], allowed_origins: tuple[str, ...]) -> dict[str, str]:
    """Return the headers that let the page which event comes from read the response, if its origin is allowed.

    In any case they state, for caches, that the response depends on the origin.
    """
    headers = _headers(event, allowed_origins)
    return headers | EXPOSED if ALLOW_ORIGIN in headers else headers


def _headers(event: dict[str, Any], allowed_origins: tuple[str, ...]) -> dict[str, str]:
    origin = header(event, "origin")
    allowed = {ALLOW_ORIGIN: origin} if origin and {"*", origin}.intersection(allowed_origins) else {}
    return {"Vary": "Origin", **allowed}
