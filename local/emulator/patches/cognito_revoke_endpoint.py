"""A user pool domain revokes refresh tokens.

AWS: POST /oauth2/revoke revokes a refresh token and the tokens that were issued with it. The response has an empty body. Without
a token it is 400 invalid_request, for another client's token 400 unauthorized_client, and for a client that does not exist 401
invalid_client.
https://docs.aws.amazon.com/cognito/latest/developerguide/revocation-endpoint.html

ministack: It has RevokeToken in the API of Cognito only. A client may refresh with the token of another one, and a revoked token
goes on to work at /oauth2/token.

Patched: It has the endpoint, which does what RevokeToken does, and /oauth2/token refuses a revoked token and another client's.

Upstream: No report found.
"""

import importlib
import json
from typing import Any
from urllib.parse import parse_qs

from local.emulator.patch import SourcePatch

Answer = tuple[int, dict[str, str], bytes]


def revoked(body: bytes) -> Answer:
    """Revoke the refresh token of a form, and return the response."""
    cognito: Any = importlib.import_module("ministack.services.cognito")
    form = {name: values[0] for name, values in parse_qs(body.decode(errors="replace")).items()}
    if not form.get("token"):
        return _error("invalid_request", 400)
    if not cognito._find_pool_by_client_id(form.get("client_id", ""))[2]:  # noqa: SLF001 - ministack has no public name
        return _error("invalid_client", 401)
    if is_of_another_client(form["token"], form["client_id"]):
        return _error("unauthorized_client", 400)
    cognito._revoke_token({"Token": form["token"]})  # noqa: SLF001 - the same
    return 200, {}, b""


def is_of_another_client(token: str, client: str) -> bool:
    """Return whether a refresh token that the login pages have issued is of another client."""
    cognito: Any = importlib.import_module("ministack.services.cognito")
    issued = cognito._refresh_tokens.get(token)  # noqa: SLF001 - the same
    return bool(issued) and issued["client_id"] != client


def _error(name: str, status: int) -> Answer:
    return status, {"Content-Type": "application/json"}, json.dumps({"error": name}).encode()


_ENDPOINT = SourcePatch(
    module="ministack.app",
    name="_handle_cognito_body_request",
    found='if path == "/oauth2/token" and method == "POST":',
    replacement="""if path == "/oauth2/revoke" and method == "POST":
        return revoked(body)
    if path == "/oauth2/token" and method == "POST":""",
    helpers=(revoked,),
)
_REFRESH = SourcePatch(
    module="ministack.services.cognito",
    name="_oauth2_token",
    found='refresh_val = form.get("refresh_token", "")',
    replacement="""refresh_val = form.get("refresh_token", "")
        if refresh_val in _revoked_tokens or is_of_another_client(refresh_val, cid):
            return _oauth2_error("invalid_grant", "Invalid refresh token.")""",
    helpers=(is_of_another_client,),
)
PATCHES = (_ENDPOINT, _REFRESH)
