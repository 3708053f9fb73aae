"""The checks before anything is uploaded or changed: the credentials, the bucket for artifacts, and the stack's status."""

from http import HTTPStatus
from typing import Any

from botocore.exceptions import ClientError

from operations.cloudformation.stacks import check_project, describe, how_to_follow, is_new
from operations.cloudformation.target import Target
from operations.errors import OperationError

NEVER_CREATED = "was never created and cannot be updated: make destroy STACK={0}, then deploy again"
# How to get a stack out of a status in which it cannot be updated; {0} is its name.
RECOVERY = {
    "CREATE_FAILED": NEVER_CREATED,
    "ROLLBACK_COMPLETE": NEVER_CREATED,
    "ROLLBACK_FAILED": NEVER_CREATED,
    "DELETE_FAILED": "could not be deleted completely: make destroy STACK={0}, which names what cannot be deleted",
    "UPDATE_FAILED": "stopped during an update: aws cloudformation rollback-stack --stack-name {0}, then deploy again",
    "UPDATE_ROLLBACK_FAILED": "could not be rolled back: aws cloudformation continue-update-rollback"
    " --stack-name {0}, then deploy again; see docs/deployment.md, Roll back",
}


def check(target: Target, stack: str) -> None:
    """Raise OperationError, or the credentials' own error, if stack cannot be deployed to target now."""
    target.client("sts").get_caller_identity()  # first, so that unusable credentials are reported as such
    check_bucket(target)
    description = describe(target.cloudformation, stack)
    check_project(description, stack)
    check_status(description, stack)


def check_bucket(target: Target) -> None:
    """Raise OperationError if the bucket for artifacts does not exist, cannot be read, or is in another region."""
    region = target.s3.meta.region_name
    try:
        found = target.s3.head_bucket(Bucket=target.bucket).get("BucketRegion", region)
    except ClientError as error:
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        if status not in (HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN):
            raise
        reason = "does not exist" if status == HTTPStatus.NOT_FOUND else "is not yours, or you may not list it"
        raise OperationError(
            f"the bucket {target.bucket} for artifacts {reason}; create one with: aws s3 mb s3://NAME --region {region}"
        ) from error
    if found != region:
        raise OperationError(
            f"the bucket {target.bucket} is in {found} and the stack in {region}, and Lambda takes code from its own region only: "
            f"aws s3 mb s3://{target.bucket[:40]}-{region} --region {region}, and use that bucket; or deploy to {found}"
        )


def check_status(description: dict[str, Any], stack: str) -> None:
    """Raise OperationError if stack is in a status in which it cannot be updated."""
    status = description.get("StackStatus", "")
    if recovery := RECOVERY.get(status):
        raise OperationError(f"stack {stack} is in {status}: it {recovery.format(stack)}")
    if status.endswith("IN_PROGRESS") and not is_new(description):
        raise OperationError(
            f"stack {stack} is in {status}: wait until that ends, then deploy again; {how_to_follow(stack)}"
        )
