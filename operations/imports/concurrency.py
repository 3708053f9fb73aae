"""Whether an account has the Lambda concurrency that an import and the uploads of users may need at the same time."""

from typing import Any, Final

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from operations.cloudformation.concurrency import EACH, PARAMETER
from operations.stack import Stack

UNKNOWN: Final = (
    "the Lambda concurrency of the account cannot be read, so that it is not known whether --concurrency fits"
)


def warning(stack: Stack, concurrency: int) -> str:
    """Return a sentence if so many images of an import may not fit the account beside those of users, or nothing is known."""
    try:
        available = _limits()["UnreservedConcurrentExecutions"]
    except (ClientError, BotoCoreError):
        return UNKNOWN
    users = int(stack.parameters[PARAMETER])
    if EACH * (users + concurrency) <= available:
        return ""
    fitting = available // EACH - users
    advice = f"use --concurrency {fitting}" if fitting > 0 else f"deploy with a lower {PARAMETER}"
    return (
        f"WARNING: --concurrency {concurrency} does not fit. With {PARAMETER}={users} the stack needs a Lambda concurrency of up to "
        f"{EACH * (users + concurrency)}, and {available} is left in this account and region: users wait, and requests for upload URLs "
        f"may be refused. Stop here and {advice}, or request a higher quota for concurrent executions of Lambda"
    )


def _limits() -> Any:
    return boto3.client("lambda").get_account_settings()["AccountLimit"]
