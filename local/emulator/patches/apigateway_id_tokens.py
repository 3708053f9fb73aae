"""A method without scopes takes ID tokens of the user pool, and one with scopes access tokens.

AWS: Without scopes at the method, the Cognito authorizer counts any token as an ID token; with scopes, as an access token. A
token of the other kind gets status 401.
https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-enable-cognito-user-pool.html
https://repost.aws/knowledge-center/api-gateway-cognito-401-unauthorized

ministack: Without scopes it takes both kinds.

Patched: The kind of the token, in its claim token_use, has to be the expected one.

Upstream: No report found.
"""

from local.emulator.patch import SourcePatch

PATCHES = (
    SourcePatch(
        module="ministack.services.apigateway_v1",
        name="_validate_cognito_authorizer",
        found='required_scopes = method_obj.get("authorizationScopes") or []',
        replacement="""required_scopes = method_obj.get("authorizationScopes") or []
    if claims.get("token_use") != ("access" if required_scopes else "id"):
        return None, _gw_error("UNAUTHORIZED", "Unauthorized")""",
    ),
)
