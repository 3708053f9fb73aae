"""A task of a state machine needs the permission of the machine's role.

AWS: Step Functions calls other services under the execution role of the state machine.
https://docs.aws.amazon.com/step-functions/latest/dg/service-integration-iam-templates.html

ministack: Tasks call the services without a check.

Patched: The role is checked before the call; without the permission the task fails with AccessDeniedException. A service
integration whose permission is not in TASKS fails with States.Runtime.

Upstream: No report found. Functions run under their roles since https://github.com/ministackorg/ministack/pull/1683
"""

from typing import Any

from local.emulator.iam import account, ministack_service, region, role_may
from local.emulator.patch import SourcePatch

_FILE = "local/emulator/patches/enforcement/states_task_role.py"
# The action that a task needs, and the parameter that names its resource.
TASKS = {
    "lambda:invoke": ("lambda:InvokeFunction", "FunctionName"),
    "dynamodb:updateItem": ("dynamodb:UpdateItem", "TableName"),
    "sns:publish": ("sns:Publish", "TopicArn"),
}


def task_refusal(execution: dict[str, Any], resource: str, parameters: dict[str, Any]) -> tuple[str, str] | None:
    """Return error and cause if the role of the execution's state machine does not allow the task, else None."""
    integration = resource.rpartition(":::")[2]
    if integration not in TASKS:
        return "States.Runtime", f"Which permission does {integration} need? Add it to TASKS in {_FILE}."
    action, parameter = TASKS[integration]
    role = role_of(execution)
    if role_may(role, action, _arn(parameters[parameter])):
        return None
    return "AccessDeniedException", f"{role} is not authorized to perform {action}."


def role_of(execution: dict[str, Any]) -> str:
    """Return the role of the execution's state machine; an execution of a distributed Map has that of the Map's machine."""
    if map_run := execution.get("mapRunArn"):
        service = ministack_service("stepfunctions")
        execution = service._executions[service._map_runs[map_run]["executionArn"]]  # noqa: SLF001 - no other way
    return str(execution["events"][0]["executionStartedEventDetails"]["roleArn"])


def _arn(name: str) -> str:
    """Return the ARN of what a task names: tables go by their names, everything else by its ARN."""
    return name if name.startswith("arn:") else f"arn:aws:dynamodb:{region()}:{account()}:table/{name}"


PATCHES = (
    SourcePatch(
        module="ministack.services.stepfunctions",
        name="_execute_task",
        found="if _mock_throw is not None:",
        replacement="""if refusal := task_refusal(execution, resource, effective):
                raise _ExecutionError(*refusal)
            if _mock_throw is not None:""",
        helpers=(task_refusal,),
    ),
)
