"""A distributed Map needs the permissions of the machine's role: for its items, its executions and its results.

AWS: Step Functions lists or reads the items, starts an execution of the machine for each batch, and writes the results, all under the execution
role of the state machine.
https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html

ministack: It does all of that without a check.

Patched: The role is checked before the Map starts. Executions of a Map are described and stopped without a check.

Upstream: No report found.
"""

from collections.abc import Callable
from typing import Any

from local.emulator.iam import role_may
from local.emulator.patch import SourcePatch
from local.emulator.patches.enforcement.states_task_role import role_of

Node = dict[str, Any]


def map_refusal(execution: Node, state: Node, resolve: Callable[[Node], Node]) -> tuple[str, str] | None:
    """Return error and cause if the role of the execution's state machine does not allow a Map, else None."""
    role = role_of(execution)
    needed = [("States.Runtime", "states:StartExecution", execution["stateMachineArn"])]
    if reader := state.get("ItemReader"):
        place = resolve(reader["Parameters"])
        bucket = f"arn:aws:s3:::{place['Bucket']}"
        lists = reader["Resource"].endswith("listObjectsV2")
        action, target = ("s3:ListBucket", bucket) if lists else ("s3:GetObject", f"{bucket}/{place['Key']}")
        needed.append(("States.ItemReaderFailed", action, target))
    if writer := state.get("ResultWriter"):
        place = resolve(writer["Parameters"])
        target = f"arn:aws:s3:::{place['Bucket']}/{place['Prefix']}/manifest.json"
        needed.append(("States.ResultWriterFailed", "s3:PutObject", target))
    refused = ((error, action) for error, action, target in needed if not role_may(role, action, target))
    return next(((error, f"{role} is not authorized to perform {action}.") for error, action in refused), None)


PATCHES = (
    SourcePatch(
        module="ministack.services.stepfunctions",
        name="_run_distributed_map",
        found="""    if state_def.get("ItemReader"):
        items""",
        replacement="""    if refusal := map_refusal(execution, state_def, lambda given: _resolve_params_obj(given, effective, ctx)):
        raise _ExecutionError(*refusal)
    if state_def.get("ItemReader"):
        items""",
        helpers=(map_refusal,),
    ),
)
