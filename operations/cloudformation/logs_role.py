"""The role by which API Gateway writes logs, of which an account and region has one: who sets it for a new stack."""

from collections.abc import Callable

from botocore.exceptions import BotoCoreError, ClientError

from operations.cloudformation.stacks import describe, is_new
from operations.cloudformation.target import Target

PARAMETER = "ApiLogsRole"


def logs_role(target: Target, stack: str, given: dict[str, str], say: Callable[[str], None]) -> dict[str, str]:
    """Return the parameter that leaves the role as it is, if stack is new and the account has a role already.

    Otherwise nothing: what is given, the stack's own value or the template's default holds. Says what it did, or why it
    could not ask.
    """
    if PARAMETER in given or not is_new(describe(target.cloudformation, stack)):
        return {}
    try:
        role = _role(target)
    except (ClientError, BotoCoreError) as error:
        say(f"Whether API Gateway has a role for logs already cannot be told, and a new one is set: {error}")
        return {}
    if not role:
        return {}
    say(
        f"API Gateway writes logs here as {role} already, and goes on so: {PARAMETER}=EXISTING; CREATE would replace it."
    )
    return {PARAMETER: "EXISTING"}


def _role(target: Target) -> str:
    """Return the ARN of the role that is set and exists, or nothing: the setting outlives the role it names."""
    arn = target.client("apigateway").get_account().get("cloudwatchRoleArn") or ""
    return arn if arn and _exists(target, arn.rpartition("/")[2]) else ""


def _exists(target: Target, role: str) -> bool:
    try:
        target.client("iam").get_role(RoleName=role)
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchEntity":
            return False
        raise
    return True
