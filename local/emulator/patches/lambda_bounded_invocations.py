"""No more invocations run at the same time than this machine has processors for.

AWS: Concurrent invocations have environments and processors of their own, up to the account's concurrency.
https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html

ministack: Each concurrent invocation gets a worker, however many there are, and all share the processors of this machine, so
that functions run into their timeouts.

Patched: An invocation waits for a slot (local/emulator/slots.py); its timeout counts from when it has one. It also waits for a
worker of its function, as long as a new one would take to start. A function that calls another one, or runs an execution to
its end, lends its slot meanwhile. Invocations for a queue need no slot: the event source's own concurrency bounds them, and
the function may wait for an execution that it started.

Upstream: No report found.
"""

from local.emulator.patch import SourcePatch
from local.emulator.slots import lending_slot, with_slot, without_slot

_SLOT = SourcePatch(
    module="ministack.services.lambda_svc",
    name="_execute_function",
    found="return _execute_function_dispatch(func, config, event, request_id, started)",
    replacement="""
        run = lambda: _execute_function_dispatch(func, config, event, request_id, time.time())
        return with_slot(config.get("FunctionName", ""), run)""",
    helpers=(with_slot,),
)
_INVOKE = SourcePatch(
    module="ministack.services.lambda_svc",
    name="_invoke",
    found="run_reentrant(_execute_function_with_config_scope,",
    replacement="run_reentrant(lending_slot(headers, _execute_function_with_config_scope),",
    helpers=(lending_slot,),
)
_EXECUTION = SourcePatch(
    module="ministack.services.stepfunctions",
    name="handle_request",
    found="run_reentrant(handler, data,",
    replacement="run_reentrant(lending_slot(headers, handler), data,",
    helpers=(lending_slot,),
)
_QUEUE = SourcePatch(
    module="ministack.services.lambda_svc",
    name="_run_sqs_batch",
    found="result = _execute_function(func_rec, event)",
    replacement="result = without_slot(_execute_function, func_rec, event)",
    helpers=(without_slot,),
)
PATCHES = (_SLOT, _QUEUE, _INVOKE, _EXECUTION)
