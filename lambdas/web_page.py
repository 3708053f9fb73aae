"""GET /web and GET /web/{file}: the web page, its files from the zip of the functions, and the settings of its sign-in."""

from __future__ import annotations

import json
from functools import cache
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path
from typing import Any

from lambdas.runtime.api import RequestError, api_handler
from lambdas.runtime.proxy_events import has_current
from lambdas.runtime.settings import WebPageSettings

FOLDER = Path(__file__).parent.parent / "web"
INDEX = "index.html"
SETTINGS = "settings.json"  # made from the variables of the function
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}
# What does not depend on the file. The page may be kept, and is asked for each time: its modules have to be of one version.
HEADERS = {
    "Cache-Control": "no-cache",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000",
    "X-Content-Type-Options": "nosniff",
}


@api_handler(WebPageSettings)
def handler(event: dict[str, Any], settings: WebPageSettings) -> dict[str, Any]:
    """Answer an API Gateway proxy request with a file as text; raises RequestError if there is none, or no page."""
    name = (event.get("pathParameters") or {}).get("file", INDEX)
    text = _texts(settings).get(name)
    if text is None:
        raise RequestError(HTTPStatus.NOT_FOUND, "NOT_FOUND", "There is no such page.")
    headers = HEADERS | {
        "Content-Security-Policy": content_security_policy(settings),
        "Content-Type": TYPES[Path(name).suffix],
        "ETag": f'"{sha256(text.encode()).hexdigest()[:32]}"',
    }
    if has_current(event, headers["ETag"]):
        return {"statusCode": 304, "headers": headers, "body": ""}
    return {"statusCode": 200, "headers": headers, "body": text}


@cache
def _texts(settings: WebPageSettings) -> dict[str, str]:
    """Return the texts of all files by their names; none if the stack has no page."""
    if not settings.sign_in_url:
        return {}
    files = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.iterdir() if path.suffix in TYPES}
    sign_in = {"signInUrl": settings.sign_in_url, "clientId": settings.client_id}
    return files | {SETTINGS: json.dumps(sign_in)}


def content_security_policy(settings: WebPageSettings) -> str:
    """Return the policy: scripts and styles of this origin only, nothing inline, and no other hosts than buckets and sign-in."""
    allowed = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": f"'self' {settings.archive_origin}",
        "connect-src": f"'self' {settings.upload_origin} {settings.sign_in_url}",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
        "require-trusted-types-for": "'script'",
        "trusted-types": "'none'",
    }
    return "; ".join(f"{directive} {sources}" for directive, sources in allowed.items())
