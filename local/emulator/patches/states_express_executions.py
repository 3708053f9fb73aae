"""An EXPRESS state machine takes a name again, and sends no events about its executions.

AWS: Names of Express executions need not be unique; an execution's ARN has `express` and an id of its own. Only Standard
workflows send "Step Functions Execution Status Change" to EventBridge.
https://docs.aws.amazon.com/step-functions/latest/dg/choosing-workflow-type.html
https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html

ministack: Executions of both types have the same ARNs, so that a name is refused the second time, and both send events.

Patched: An Express execution has an ARN of its own, and an execution with such an ARN sends no event.

Upstream: No report found. The events came with https://github.com/ministackorg/ministack/issues/1525, which asks for those
of Standard workflows.
"""

from local.emulator.patch import SourcePatch

_ARN = SourcePatch(
    module="ministack.services.stepfunctions",
    name="_start_execution",
    found="""f":execution:{sm['name']}:{name}")""",
    replacement="""+ (f":express:{sm['name']}:{name}:{new_uuid()}" if sm.get("type") == "EXPRESS"
                   else f":execution:{sm['name']}:{name}"))""",
)
_EVENTS = SourcePatch(
    module="ministack.services.stepfunctions",
    name="_emit_execution_status_event",
    found='if execution.get("sync"):',
    replacement='if execution.get("sync") or ":express:" in execution["executionArn"]:',
)
PATCHES = (_ARN, _EVENTS)
