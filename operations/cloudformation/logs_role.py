"""The role with which API Gateway writes logs: an account has one in each region, and a new stack leaves it as it is."""

from collections.abc import Callable

from botocore.exceptions import BotoCoreError, ClientError

from operations.cloudformation.stacks import describe, is_new
from operations.cloudformation.target import Target

PARAMETER = "ApiLogsRole"


def logs_role(target: Target, stack: str, parameters: dict[str, str], notice: Callable[[str], None]) -> dict[str, str]:
    """Return the parameter that leaves the role as it is, if stack is new and the account has a role already.

    Return nothing otherwise: then the named value, the stack's own value or the template's default applies. notice gets
    a sentence on what was chosen, or why the account could not be asked.
    """
    if PARAMETER in parameters or not is_new(describe(target.cloudformation, stack)):
        return {}
    try:
        role = _role(target)
    except (ClientError, BotoCoreError) as error:
        notice(f"It is unknown whether API Gateway has a role for logs already, so a new one is set: {error}")
        return {}
    if not role:
        return {}
    notice(f"API Gateway writes logs with the role {role} and keeps it: {PARAMETER}=EXISTING. CREATE would replace it.")
    return {PARAMETER: "EXISTING"}


def _role(target: Target) -> str:
    """Return the ARN of the role that is set and exists, or "": the setting outlives the role that it names."""
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
