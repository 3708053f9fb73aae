"""The policy of a rule's target, a queue or a function, must let the rule send to it.

AWS: EventBridge reaches queues and functions by their resource-based policies.
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html

ministack: Targets get events without a check.

Patched: An event is dropped that the target's policy does not allow.

Upstream: No report found.
"""

from typing import Any

from local.emulator.iam import account, function_allows, ministack_service
from local.emulator.patch import SourcePatch

_SERVICE = "events.amazonaws.com"


def may_reach(rule: dict[str, Any], target: str) -> bool:
    """Return whether the policy of target, the ARN of a queue or a function, lets the rule send to it."""
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
            if not may_reach(rule, arn):
                return""",
        helpers=(may_reach,),
    ),
)
