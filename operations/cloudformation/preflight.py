"""What is looked at before anything is uploaded or changed: who asks, the stack's status, and the bucket."""

from http import HTTPStatus
from typing import Any

from botocore.exceptions import ClientError

from operations.cloudformation.stacks import check_project, describe, how_to_follow, is_new
from operations.cloudformation.target import Target
from operations.errors import OperationError

FAILED_FIRST = "was never made and takes no update: make destroy STACK={0}, then deploy again"
# What gets a stack out of a status in which it takes no update; {0} is its name.
RECOVERY = {
    "CREATE_FAILED": FAILED_FIRST,
    "ROLLBACK_COMPLETE": FAILED_FIRST,
    "ROLLBACK_FAILED": FAILED_FIRST,
    "DELETE_FAILED": "was to be deleted, and is not yet: make destroy STACK={0}, which says what stands in the way",
    "UPDATE_FAILED": "stopped in an update: aws cloudformation rollback-stack --stack-name {0}, then deploy again",
    "UPDATE_ROLLBACK_FAILED": "could not go back to what it was: aws cloudformation continue-update-rollback"
    " --stack-name {0}, then deploy again; see docs/deployment.md, Roll back",
}


def check(target: Target, stack: str) -> None:
    """Raise OperationError, or what the credentials raise, if stack cannot be deployed to target as things are."""
    target.client("sts").get_caller_identity()  # whatever is wrong with the credentials, it is said now
    check_bucket(target)
    known = describe(target.cloudformation, stack)
    check_project(known, stack)
    check_status(known, stack)


def check_bucket(target: Target) -> None:
    """Raise OperationError if the bucket for artifacts is not there, not to be read, or in another region."""
    region = target.s3.meta.region_name
    try:
        found = target.s3.head_bucket(Bucket=target.bucket).get("BucketRegion", region)
    except ClientError as error:
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        if status not in (HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN):
            raise
        advice = f"make one with: aws s3 mb s3://NAME --region {region}"
        what = "is not there" if status == HTTPStatus.NOT_FOUND else "is not yours, or you may not list it"
        raise OperationError(f"the bucket {target.bucket} for artifacts {what}; {advice}") from error
    if found != region:
        raise OperationError(
            f"the bucket {target.bucket} is in {found}, the stack in {region}, and Lambda takes code from its own region only: "
            f"aws s3 mb s3://{target.bucket[:40]}-{region} --region {region}, and name that one; or deploy to {found}"
        )


def check_status(known: dict[str, Any], stack: str) -> None:
    """Raise OperationError if the stack of which CloudFormation says what is known takes no change now."""
    status = known.get("StackStatus", "")
    if way_out := RECOVERY.get(status):
        raise OperationError(f"stack {stack} is in {status}: it {way_out.format(stack)}")
    if status.endswith("IN_PROGRESS") and not is_new(known):
        raise OperationError(
            f"stack {stack} is in {status}: wait for its end, then deploy again; {how_to_follow(stack)}"
        )
