"""API Gateway's proxy events: the values that functions read from them."""

from typing import Any


def header(event: dict[str, Any], name: str) -> str:
    """Return the header called name, in lower case, of an API Gateway proxy event, or "". The case in the event does not matter.

    Of a header that was sent several times it is the last value.
    """
    multiple = event.get("multiValueHeaders") or {}
    sent = {key: values[-1] for key, values in multiple.items()} | (event.get("headers") or {})
    return str({key.lower(): value for key, value in sent.items()}.get(name, ""))


def has_current(event: dict[str, Any], tag: str) -> bool:
    """Return whether the caller has the response with that tag, by If-None-Match; weak tags count, as RFC 9110 defines."""
    known = {one.strip().removeprefix("W/") for one in header(event, "if-none-match").split(",")}
    return bool(known & {tag, "*"})


def owner(event: dict[str, Any]) -> str:
    """Return the ID of the signed-in user, which the authorizer has read from the token."""
    return str(event["requestContext"]["authorizer"]["claims"]["sub"])
