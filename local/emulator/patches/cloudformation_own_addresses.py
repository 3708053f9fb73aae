"""The addresses that a template makes of host names of AWS lead to the emulator.

AWS: `https://API.execute-api.REGION.amazonaws.com/STAGE` is a stage of an API, `https://PREFIX.auth.REGION.amazoncognito.com` the
domain of a user pool, and `https://BUCKET.s3.REGION.amazonaws.com` a bucket.
https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-call-api.html
https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-assign-domain-prefix.html

ministack: It serves all three at its own address. No name leads there, so that a browser could not open the page of a stack.

Patched: Fn::Sub puts ministack's own address in the place of these.

Upstream: No report found.
"""

import os
import re

from local.emulator.patch import SourcePatch

_STAGE = re.compile(r"https://([a-z0-9]+)\.execute-api\.[a-z0-9-]+\.amazonaws\.com/(\w+)")
_HOST = re.compile(
    r"https://[a-z0-9-]+\.(execute-api\.[a-z0-9-]+\.amazonaws|s3\.[a-z0-9-]+\.amazonaws|auth\.[a-z0-9-]+\.amazoncognito)\.com"
)


def with_own_addresses(text: str) -> str:
    """Return text with the address of this emulator in the place of addresses of APIs, buckets and user pools."""
    scheme = "https" if os.environ.get("USE_SSL") else "http"
    own = f"{scheme}://{os.environ['BIND_HOST']}:{os.environ['GATEWAY_PORT']}"
    return _HOST.sub(own, _STAGE.sub(rf"{own}/restapis/\1/\2/_user_request_", text))


PATCHES = (
    SourcePatch(
        module="ministack.services.cloudformation.engine",
        name="_resolve_refs",
        found=r'return re.sub(r"\$\{([^}]+)\}", _sub_replace, str(template_str))',
        replacement=r'return with_own_addresses(re.sub(r"\$\{([^}]+)\}", _sub_replace, str(template_str)))',
        helpers=(with_own_addresses,),
    ),
)
