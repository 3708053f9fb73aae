"""A function's role must allow reading the queue that triggers the function.

AWS: Lambda reads an SQS queue under the function's execution role, which needs the three actions in ACTIONS.
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html

ministack: The queue is read without a check.

Patched: Without a permission the queue is not read, and LastProcessingResult of the event source mapping says why.

Upstream: No report found.
"""

from typing import Any

from local.emulator.iam import role_may
from local.emulator.patch import SourcePatch

ACTIONS = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")


def may_poll(mapping: dict[str, Any], function: dict[str, Any]) -> bool:
    """Return whether the function's role may consume the mapping's queue; the mapping records what is missing."""
    role, queue = function["config"]["Role"], mapping["EventSourceArn"]
    missing = [action for action in ACTIONS if not role_may(role, action, queue)]
    if missing:
        mapping["LastProcessingResult"] = f"PROBLEM: {role} is not authorized to perform {', '.join(missing)}."
    return not missing


PATCHES = (
    SourcePatch(
        module="ministack.services.lambda_svc",
        name="_poll_sqs",
        found="batch = _sqs._receive_messages_for_esm(",
        replacement="batch = may_poll(esm, func_rec) and _sqs._receive_messages_for_esm(",
        helpers=(may_poll,),
    ),
)
