"""The policy of a rule's target, a queue or a function, must let the rule send to it; a state machine needs a role for that.

AWS: EventBridge reaches queues and functions by their resource-based policies, and starts a state machine with the role of the target.
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-identity-based.html
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html

ministack: Targets get events without a check.

Patched: An event is dropped that the target's policy, or the role, does not allow.

Upstream: No report found.
"""

from typing import Any

from local.emulator.iam import account, function_allows, ministack_service, role_may
from local.emulator.patch import SourcePatch

_SERVICE = "events.amazonaws.com"


def may_reach(rule: dict[str, Any], target: str, role: str) -> bool:
    """Return whether the rule may send to target, the ARN of a queue, a function, or a state machine, which role starts."""
    if ":states:" in target:
        return role_may(role, "states:StartExecution", target)
    if ":lambda:" in target:
        return function_allows(target, _SERVICE, rule["Arn"])
    allowed: bool = ministack_service("sqs").queue_policy_allows(target, _SERVICE, rule["Arn"], account())
    return allowed


PATCHES = (
    SourcePatch(
        module="ministack.services.eventbridge",
        name="_invoke_target",
        found="spec = parse_arn(arn)",
        replacement="""spec = parse_arn(arn)
            if not may_reach(rule, arn, target.get("RoleArn", "")):
                return""",
        helpers=(may_reach,),
    ),
)
