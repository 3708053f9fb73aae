"""The permissions that an AWS call needs: the actions of the operation, each on the ARN of its target.

From AWS's Service Authorization Reference and the S3 guide's "Required permissions for Amazon S3 API operations".
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

REGION, ACCOUNT = "eu-central-1", "123456789012"  # of every stack in a test; the account is moto's

Params = dict[str, Any]


class Permission(NamedTuple):
    """An action on the ARN of its target; of a listing also the prefix, and of a PUT its If-None-Match."""

    action: str
    arn: str
    prefix: str | None = None
    if_none_match: str | None = None


Call = Callable[[Params, str], Iterator[Permission]]  # by the call's parameters and its region

# What else a request needs that sets one of these. A copy takes its source's tags along, which would need
# s3:GetObjectTagging and s3:PutObjectTagging, but no object here has any: the URLs that are signed allow none.
BY_PARAMETER = {
    "ACL": "s3:PutObjectAcl",
    "Tagging": "s3:PutObjectTagging",
    "ObjectLockMode": "s3:PutObjectRetention",
    "ObjectLockLegalHoldStatus": "s3:PutObjectLegalHold",
    "IfMatch": "s3:GetObject",
}
# The errors of S3 for missing objects, for those who may list the bucket; others get AccessDenied.
NOTHING_THERE = {"NoSuchKey", "NoSuchVersion", "NotFound", "404"}


class UnknownCallError(Exception):
    """The permissions of a call of a handler are not in the table below."""


def needed(operation: str, params: Params, region: str = REGION) -> list[Permission]:
    """Return the permissions that a caller of operation, such as `s3:GetObject`, needs; raises UnknownCallError."""
    if operation not in CALLS:
        raise UnknownCallError(f"{operation}: say in tests/permissions/calls.py which permissions it needs")
    return list(CALLS[operation](params, region))


def listing(params: Params) -> Permission:
    """Return the permission to learn that an object of an S3 request does not exist; it has no prefix."""
    return Permission("s3:ListBucket", bucket_arn(params.get("CopySource", params)["Bucket"]))


def bucket_arn(name: str) -> str:
    """Return the ARN of a bucket."""
    return f"arn:aws:s3:::{name}"


def table_arn(name: str, region: str = REGION) -> str:
    """Return the ARN of a table."""
    return f"arn:aws:dynamodb:{region}:{ACCOUNT}:table/{name}"


def queue_arn(url: str) -> str:
    """Return the ARN of the queue with that URL, which begins with the region's host and the account."""
    host, account, name = url.removeprefix("https://").split("/")
    return f"arn:aws:sqs:{host.split('.')[1]}:{account}:{name}"


def _object(place: Params) -> str:
    return f"{bucket_arn(place['Bucket'])}/{place['Key']}"


def _get(place: Params, _region: str) -> Iterator[Permission]:
    yield Permission("s3:GetObjectVersion" if "VersionId" in place else "s3:GetObject", _object(place))


def _put(params: Params, _region: str) -> Iterator[Permission]:
    yield Permission("s3:PutObject", _object(params), if_none_match=params.get("IfNoneMatch"))
    yield from (Permission(action, _object(params)) for name, action in BY_PARAMETER.items() if name in params)


def _copy(params: Params, region: str) -> Iterator[Permission]:
    yield from _get(params["CopySource"], region)
    yield from _put(params, region)


def _delete(params: Params, _region: str) -> Iterator[Permission]:
    for entry in params["Delete"]["Objects"]:
        actions = ["s3:DeleteObject", *(["s3:DeleteObjectVersion"] if "VersionId" in entry else [])]
        yield from (Permission(action, _object({"Bucket": params["Bucket"], **entry})) for action in actions)


def _list(action: str) -> Call:
    return lambda params, _: iter([Permission(action, bucket_arn(params["Bucket"]), params.get("Prefix", ""))])


def _item(action: str) -> Call:
    return lambda params, region: iter([Permission(action, table_arn(params["TableName"], region))])


def _items(params: Params, region: str) -> Iterator[Permission]:
    yield from (Permission("dynamodb:BatchGetItem", table_arn(table, region)) for table in params["RequestItems"])


def _query(params: Params, region: str) -> Iterator[Permission]:
    yield Permission("dynamodb:Query", f"{table_arn(params['TableName'], region)}/index/{params['IndexName']}")


def _named(action: str, parameter: str) -> Call:
    """Return the permission of a call whose parameter is the ARN of its target."""
    return lambda params, _: iter([Permission(action, params[parameter])])


def _receive(params: Params, _region: str) -> Iterator[Permission]:
    yield Permission("sqs:ReceiveMessage", queue_arn(params["QueueUrl"]))


CALLS: dict[str, Call] = {
    "s3:GetObject": _get,
    "s3:HeadObject": _get,
    "s3:PutObject": _put,
    "s3:CopyObject": _copy,
    "s3:DeleteObjects": _delete,
    "s3:ListObjectsV2": _list("s3:ListBucket"),
    "s3:ListObjectVersions": _list("s3:ListBucketVersions"),
    **{f"dynamodb:{verb}Item": _item(f"dynamodb:{verb}Item") for verb in ("Get", "Put", "Update", "Delete")},
    "dynamodb:BatchGetItem": _items,
    "dynamodb:Query": _query,
    "sns:Publish": _named("sns:Publish", "TopicArn"),
    "sqs:ReceiveMessage": _receive,
    "stepfunctions:StartExecution": _named("states:StartExecution", "stateMachineArn"),
    "stepfunctions:DescribeExecution": _named("states:DescribeExecution", "executionArn"),
    "stepfunctions:GetExecutionHistory": _named("states:GetExecutionHistory", "executionArn"),
}
