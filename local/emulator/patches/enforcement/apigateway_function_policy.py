"""A function's policy must let an API's method invoke it.

AWS: API Gateway needs a resource-based policy of the function, for the API, stage, method and path; without it the client
gets status 500.
https://docs.aws.amazon.com/lambda/latest/dg/services-apigateway.html

ministack: Functions are invoked without a check.

Patched: The policy is checked first, and the answer without it is that of AWS.

Upstream: No report found.
"""

import importlib

from local.emulator.iam import account, function_allows, region
from local.emulator.patch import SourcePatch


def may_invoke(function: str, *method: str) -> bool:
    """Return whether the policy of a function lets an API invoke it; method is API, stage, HTTP method and path."""
    source = importlib.import_module("ministack.core.arn").execute_api_arn(region(), account(), *method)
    return function_allows(function, "apigateway.amazonaws.com", source)


PATCHES = (
    SourcePatch(
        module="ministack.services.apigateway_v1",
        name="_invoke_lambda_proxy_v1",
        found="result, err = await _call_lambda_raw(",
        replacement="""if not may_invoke(lambda_ref, api_id, stage_name, method, resource["path"]):
        return _gw_error("API_CONFIGURATION_ERROR", "Internal server error")
    result, err = await _call_lambda_raw(""",
        helpers=(may_invoke,),
    ),
)
