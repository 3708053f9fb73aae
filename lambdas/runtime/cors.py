"""Cross-origin requests: the headers by which a browser lets a page read our answers.

By hand, since Powertools' resolver takes 75 ms to import.
"""

from typing import Any, Final

PREFLIGHT_SECONDS: Final = 3600  # how long a browser may remember the answer to a preflight
ALLOW_ORIGIN = "Access-Control-Allow-Origin"
ALLOWED: Final = {
    "Access-Control-Allow-Methods": "GET",
    "Access-Control-Allow-Headers": "Authorization",
    "Access-Control-Max-Age": str(PREFLIGHT_SECONDS),
}


def preflight(event: dict[str, Any], allowed_origins: tuple[str, ...]) -> dict[str, Any]:
    """Answer a browser that asks, before its request, whether the page may make it."""
    headers = headers_for(event, allowed_origins)
    return {"statusCode": 204, "headers": headers | ALLOWED if ALLOW_ORIGIN in headers else headers, "body": ""}


def headers_for(event: dict[str, Any], allowed_origins: tuple[str, ...]) -> dict[str, str]:
    """Return the headers that let the page that event comes from read the answer, if its origin is allowed.

    Allowed or not, caches are told that the answer depends on it.
    """
    origin = _origin(event)
    allowed = {ALLOW_ORIGIN: origin} if origin and {"*", origin}.intersection(allowed_origins) else {}
    return {"Vary": "Origin", **allowed}


def _origin(event: dict[str, Any]) -> str:
    """Return the Origin header of an API Gateway proxy event, "" if there is none; header names know no case."""
    several = event.get("multiValueHeaders") or {}
    sent = {name: values[-1] for name, values in several.items()} | (event.get("headers") or {})
    return str({name.lower(): value for name, value in sent.items()}.get("origin", ""))
