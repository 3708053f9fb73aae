"""The keys of Cognito's tokens are read over TLS.

AWS: API Gateway verifies tokens with the keys that the user pool publishes.
https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-verifying-a-jwt.html

ministack: It reads them from itself over plain HTTP, which it does not serve when it speaks TLS.

Patched: It reads them over HTTPS.

Upstream: No report found.
"""

from local.emulator.patch import SourcePatch

PATCHES = (
    SourcePatch(
        module="ministack.services.apigateway_v1",
        name="_resolve_jwks_url",
        found='f"http://{_HOST}',
        replacement='f"https://{_HOST}',
    ),
)
