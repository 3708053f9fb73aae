"""Which permissions an AWS call needs: the operation's actions, each on the ARN of what it touches.

From AWS's Service Authorization Reference and the S3 guide's "Required permissions for Amazon S3 API operations".
"""

from collections.abc import Callable, Iterator
from typing import Any

REGION, ACCOUNT = "eu-central-1", "123456789012"  # of every stack in a test; the account is moto's

Params = dict[str, Any]
Permission = tuple[str, str]  # action and ARN

# What else a request needs that sets one of these. A copy takes its source's tags along, which would need
# s3:GetObjectTagging and s3:PutObjectTagging, but no object here has any: the URLs that are signed allow none.
BY_PARAMETER = {
    "ACL": "s3:PutObjectAcl",
    "Tagging": "s3:PutObjectTagging",
    "ObjectLockMode": "s3:PutObjectRetention",
    "ObjectLockLegalHoldStatus": "s3:PutObjectLegalHold",
    "IfMatch": "s3:GetObject",
}
# What S3 answers where nothing lies, to those who may list the bucket; others are told AccessDenied.
NOTHING_THERE = {"NoSuchKey", "NoSuchVersion", "NotFound", "404"}


class UnknownCallError(Exception):
    """A handler makes a call whose permissions are not in the table below."""


def needed(operation: str, params: Params, region: str = REGION) -> list[Permission]:
    """Return what a caller of operation, such as `s3:GetObject`, must be allowed; raises UnknownCallError."""
    if operation not in CALLS:
        raise UnknownCallError(f"{operation}: say in tests/permissions/calls.py which permissions it needs")
    return list(CALLS[operation](params, region))


def listing(params: Params) -> Permission:
    """Return what it takes to be told that there is nothing at what an S3 request reads."""
    return "s3:ListBucket", bucket_arn(params.get("CopySource", params)["Bucket"])


def bucket_arn(name: str) -> str:
    """Return the ARN of a bucket."""
    return f"arn:aws:s3:::{name}"


def table_arn(name: str, region: str = REGION) -> str:
    """Return the ARN of a table."""
    return f"arn:aws:dynamodb:{region}:{ACCOUNT}:table/{name}"


def _object(place: Params) -> str:
    return f"{bucket_arn(place['Bucket'])}/{place['Key']}"


def _get(place: Params, _region: str) -> Iterator[Permission]:
    yield "s3:GetObjectVersion" if "VersionId" in place else "s3:GetObject", _object(place)


def _put(params: Params, _region: str) -> Iterator[Permission]:
    yield "s3:PutObject", _object(params)
    yield from ((action, _object(params)) for name, action in BY_PARAMETER.items() if name in params)


def _copy(params: Params, region: str) -> Iterator[Permission]:
    yield from _get(params["CopySource"], region)
    yield from _put(params, region)


def _delete(params: Params, _region: str) -> Iterator[Permission]:
    for entry in params["Delete"]["Objects"]:
        action = "s3:DeleteObjectVersion" if "VersionId" in entry else "s3:DeleteObject"
        yield action, _object({"Bucket": params["Bucket"], **entry})


def _update(params: Params, region: str) -> Iterator[Permission]:
    yield "dynamodb:UpdateItem", table_arn(params["TableName"], region)


def _start(params: Params, _region: str) -> Iterator[Permission]:
    yield "states:StartExecution", params["stateMachineArn"]


CALLS: dict[str, Callable[[Params, str], Iterator[Permission]]] = {
    "s3:GetObject": _get,
    "s3:HeadObject": _get,
    "s3:PutObject": _put,
    "s3:CopyObject": _copy,
    "s3:DeleteObjects": _delete,
    "dynamodb:UpdateItem": _update,
    "stepfunctions:StartExecution": _start,
}
