"""An API answers through its gateway responses when its function fails, is throttled, or takes too long.

AWS: The client gets 502 after an error of the function, 500 if Lambda throttles it, and 504 after the integration's timeout,
which is 29 s. The body and the headers, such as those for CORS, are those of the gateway response: DEFAULT_5XX, if there is
none for INTEGRATION_TIMEOUT.
https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
https://docs.aws.amazon.com/lambda/latest/dg/services-apigateway.html
(502 and 504 with the headers of gateway responses were recorded on AWS in https://github.com/DataBiosphere/azul/issues/7466
and https://github.com/DataBiosphere/azul/pull/7502, the 500 in
https://repost.aws/questions/QUfI6bsdd0SOiPeyimzxSkfQ/api-gateway-proxy-integration-does-not-forward-lambda-throttling-http-429-to-client-needs-product-support)

ministack: A function's error is a 502 whose body is the error, a throttled one a 429 with Lambda's body, neither with the
gateway response. There is no timeout.

Patched: All three are errors of the gateway.

Upstream: No report found.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from local.emulator.patch import SourcePatch

INTEGRATION_SECONDS = 29.0  # API Gateway's default, which the template does not change
BAD_GATEWAY = 502
TIMED_OUT = {"error": True, "timed_out": True}

_Result = dict[str, Any]
_invocations = set["asyncio.Task[_Result]"]()  # the event loop itself keeps no reference


async def within_integration_timeout(invocation: Coroutine[Any, Any, _Result]) -> _Result:
    """Return the result of an invocation, or TIMED_OUT; the function runs on, as on AWS."""
    task = asyncio.ensure_future(invocation)
    _invocations.add(task)
    task.add_done_callback(_invocations.discard)
    done, _ = await asyncio.wait({task}, timeout=INTEGRATION_SECONDS)
    return task.result() if done else TIMED_OUT


def integration_error(result: _Result, gateway_error: Callable[[str, str], Any]) -> Any:
    """Return the error of the gateway after a result of an invocation, or None after a success."""
    if not result.get("error"):
        return None
    if result.get("timed_out"):
        return gateway_error("INTEGRATION_TIMEOUT", "Endpoint request timed out")
    error = gateway_error("DEFAULT_5XX", "Internal server error")
    error.status = None if result.get("throttle") else BAD_GATEWAY
    return error


_API = "ministack.services.apigateway_v1"
_TIMEOUT = SourcePatch(
    module=_API,
    name="_call_lambda_raw",
    found="""result = await run_reentrant(lambda_svc._execute_function_with_config_scope, exec_record, event,
                                 thread_name="ministack-apigw-invoke")""",
    replacement="""invocation = run_reentrant(lambda_svc._execute_function_with_config_scope, exec_record, event,
                               thread_name="ministack-apigw-invoke")
    result = await within_integration_timeout(invocation)""",
    helpers=(within_integration_timeout,),
)
_ERRORS = SourcePatch(
    module=_API,
    name="_invoke_lambda_proxy_v1",
    found="lambda_response, err = _lambda_proxy_response(result)",
    replacement="""if error := integration_error(result, _gw_error):
        return error
    lambda_response, err = _lambda_proxy_response(result)""",
    helpers=(integration_error,),
)
_STATUS = SourcePatch(
    module=_API,
    name="_gateway_error_response",
    found='status = response.get("statusCode") or (',
    replacement='status = response.get("statusCode") or getattr(error, "status", None) or (',
)
PATCHES = (_TIMEOUT, _ERRORS, _STATUS)
