"""Cross-origin requests: the headers by which a browser lets a page read a response.

They are written here because Powertools' resolver takes 75 ms to import.
"""

from typing import Any, Final

PREFLIGHT_SECONDS: Final = 3600  # how long a browser may cache the response to a preflight
ALLOW_ORIGIN = "Access-Control-Allow-Origin"
ALLOWED: Final = {
    "Access-Control-Allow-Methods": "GET",
    "Access-Control-Allow-Headers": "Authorization",
    "Access-Control-Max-Age": str(PREFLIGHT_SECONDS),
}


def preflight(event: dict[str, Any], allowed_origins: tuple[str, ...]) -> dict[str, Any]:
    """Return the response to a preflight, by which a browser asks whether a page may make its request."""
    headers = headers_for(event, allowed_origins)
    return {"statusCode": 204, "headers": headers | ALLOWED if ALLOW_ORIGIN in headers else headers, "body": ""}


def headers_for(event: dict[str, Any], allowed_origins: tuple[str, ...]) -> dict[str, str]:
    """Return the headers that let the page which event comes from read the response, if its origin is allowed.

    In any case they state, for caches, that the response depends on the origin.
    """
    origin = _origin(event)
    allowed = {ALLOW_ORIGIN: origin} if origin and {"*", origin}.intersection(allowed_origins) else {}
    return {"Vary": "Origin", **allowed}


def _origin(event: dict[str, Any]) -> str:
    """Return the Origin header of an API Gateway proxy event, or "". The case of header names does not matter."""
    multiple = event.get("multiValueHeaders") or {}
    sent = {name: values[-1] for name, values in multiple.items()} | (event.get("headers") or {})
    return str({name.lower(): value for name, value in sent.items()}.get("origin", ""))
