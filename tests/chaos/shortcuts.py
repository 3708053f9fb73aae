"""The most frequent AWS calls of schedules, answered from moto's stores without a request: ten times faster.

A call that is not in CALLS is made as a request; test_scheduler checks that both give the same schedule.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from botocore.response import StreamingBody
from moto.dynamodb.exceptions import ConditionalCheckFailed
from moto.stepfunctions.exceptions import ExecutionDoesNotExist

from lambdas.domain.open_records import INDEX, SHARD, SINCE
from tests.fake_aws.stores import backend, step_functions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Params = dict[str, Any]
Answer = dict[str, Any]

WHOLE = 1000  # entries that S3 lists at once; no schedule has as many


def fast_call(client: Any, operation: str, params: Params) -> Callable[[], Answer] | None:
    """Return a function that makes the call, or None if it needs a request."""
    do = CALLS.get(operation)
    return (lambda: do(client, params)) if do else None


def _refused(client: Any, operation: str, code: str, status: int, **more: Any) -> Exception:
    head = {"HTTPStatusCode": status, "RequestId": "of-a-shortcut"}
    answer = {"Error": {"Code": code, "Message": "Refused."}, "ResponseMetadata": head, **more}
    error: Exception = client.exceptions.from_code(code)(answer, operation)
    return error


def _answer(**fields: Any) -> Answer:
    return {**fields, "ResponseMetadata": {"HTTPStatusCode": 200}}


def _conditional(client: Any, operation: str, write: Callable[[], object]) -> Answer:
    try:
        write()
    except ConditionalCheckFailed as failed:
        item = json.loads(failed.description).get("Item")
        more = {"Item": item} if item else {}
        raise _refused(client, operation, "ConditionalCheckFailedException", 400, **more) from None
    return _answer()


def _compared(params: Params) -> Params:
    return {
        "condition_expression": params.get("ConditionExpression"),
        "expression_attribute_names": params.get("ExpressionAttributeNames", {}),
        "expression_attribute_values": params.get("ExpressionAttributeValues", {}),
        "return_values_on_condition_check_failure": params.get("ReturnValuesOnConditionCheckFailure"),
    }


def _put_item(client: Any, params: Params) -> Answer:
    table, overwrite = backend("dynamodb"), "ConditionExpression" not in params
    compared = _compared(params)
    replaced = _attributes(params["TableName"], {"imageId": params["Item"]["imageId"]})
    answer = _conditional(
        client, "PutItem", lambda: table.put_item(params["TableName"], params["Item"], overwrite=overwrite, **compared)
    )
    return {**answer, "Attributes": replaced} if replaced and params.get("ReturnValues") == "ALL_OLD" else answer


def _update_item(client: Any, params: Params) -> Answer:
    table, compared = backend("dynamodb"), _compared(params)
    compared["update_expression"] = params["UpdateExpression"].strip()
    return _conditional(client, "UpdateItem", lambda: table.update_item(params["TableName"], params["Key"], **compared))


def _delete_item(client: Any, params: Params) -> Answer:
    table, compared = backend("dynamodb"), _compared(params)
    return _conditional(client, "DeleteItem", lambda: table.delete_item(params["TableName"], params["Key"], **compared))


def _attributes(table: str, key: Params) -> Any:
    found = backend("dynamodb").get_item(table, key)
    return found.to_json()["Attributes"] if found else None


def _get_item(_: Any, params: Params) -> Answer:
    item = _attributes(params["TableName"], params["Key"])
    return _answer(Item=item) if item else _answer()


def _query(_: Any, params: Params) -> Answer:
    """Return what the sweep asks for: the items of one owner until a time, by the time of their next looks, or open ones."""
    values = params["ExpressionAttributeValues"]
    found = [item.to_json()["Attributes"] for item in backend("dynamodb").tables[params["TableName"]].items.values()]
    if params["IndexName"] == INDEX:
        low, high = values[":low"]["S"], values[":high"]["S"]
        of_shard = [item for item in found if item.get(SHARD) == values[":shard"]]
        due = [item for item in of_shard if low <= item[SINCE]["S"] <= high]
        return _answer(Items=sorted(due, key=lambda item: str(item[SINCE]["S"])))
    own = [item for item in found if item["owner"] == values[":owner"] and "createdAt" in item]
    due = [item for item in own if item["createdAt"]["S"] <= values[":now"]["S"]]
    return _answer(Items=sorted(due, key=lambda item: str(item["createdAt"]["S"])))


def _batch_get_item(_: Any, params: Params) -> Answer:
    found = {
        table: [item for item in (_attributes(table, key) for key in wanted["Keys"]) if item]
        for table, wanted in params["RequestItems"].items()
    }
    return _answer(Responses=found, UnprocessedKeys={})


def _s3() -> Any:
    return backend("s3", "aws")


def _get_object(client: Any, params: Params) -> Answer:
    found = _s3().get_object(params["Bucket"], params["Key"], version_id=params.get("VersionId"))
    if found is None:
        code = "NoSuchVersion" if "VersionId" in params else "NoSuchKey"
        raise _refused(client, "GetObject", code, 404)
    body = StreamingBody(BytesIO(found.value), found.size)
    metadata = {name.removeprefix("x-amz-meta-"): value for name, value in found.metadata.items()}
    return _answer(Body=body, ContentLength=found.size, Metadata=metadata, ETag=found.etag)


def _check_target(client: Any, operation: str, params: Params) -> None:
    """Refuse a write whose condition about the object in its place is false."""
    found = _s3().get_object(params["Bucket"], params["Key"])
    is_there, wanted = found is not None, params.get("IfMatch")
    if (is_there and params.get("IfNoneMatch") == "*") or (wanted and (not is_there or found.etag != wanted)):
        raise _refused(client, operation, "PreconditionFailed", 412)


def _put_object(client: Any, params: Params) -> Answer:
    _check_target(client, "PutObject", params)
    put = _s3().put_object(params["Bucket"], params["Key"], params["Body"], storage="STANDARD")
    put.set_metadata({f"x-amz-meta-{name}": value for name, value in params.get("Metadata", {}).items()})
    return _answer(VersionId=put.version_id)


def _copy_object(client: Any, params: Params) -> Answer:
    source = params["CopySource"]
    found = _s3().get_object(source["Bucket"], source["Key"], version_id=source.get("VersionId"))
    if found is None:
        raise _refused(client, "CopyObject", "NoSuchVersion" if "VersionId" in source else "NoSuchKey", 404)
    if params.get("CopySourceIfMatch", found.etag).strip('"') != found.etag.strip('"'):
        raise _refused(client, "CopyObject", "PreconditionFailed", 412)
    _check_target(client, "CopyObject", params)
    _s3().copy_object(found, params["Bucket"], params["Key"], mdirective=params["MetadataDirective"], metadata={})
    copy = _s3().get_object(params["Bucket"], params["Key"])
    if tags := dict(parse_qsl(params.get("Tagging", ""))):
        _s3().put_object_tagging(copy, tags)
    return _answer(VersionId=copy.version_id)


def _head_object(client: Any, params: Params) -> Answer:
    found = _s3().get_object(params["Bucket"], params["Key"], version_id=params.get("VersionId"))
    if found is None:
        raise _refused(client, "HeadObject", "404", 404)
    return _answer(ContentLength=found.size, ETag=found.etag, Metadata={})


def _list_objects(_: Any, params: Params) -> Answer:
    bucket, delimiter = _s3().get_bucket(params["Bucket"]), params.get("Delimiter")
    entries, _, _ = _s3().list_objects_v2(bucket, params.get("Prefix", ""), delimiter, None, None, WHOLE)
    folders = [{"Prefix": entry} for entry in entries if isinstance(entry, str)]
    contents = [_listed(entry) for entry in entries if not isinstance(entry, str)]
    found = {"Contents": contents, "CommonPrefixes": folders}
    return _answer(IsTruncated=False, **{name: entries for name, entries in found.items() if entries})


def _list_versions(_: Any, params: Params) -> Answer:
    found: dict[str, list[Params]] = {"Versions": [], "DeleteMarkers": []}
    for key, latest in _versions(params):
        entry = {"Key": key.name, "VersionId": key.version_id, "IsLatest": latest, "LastModified": _modified(key)}
        if hasattr(key, "size"):
            found["Versions"].append({**entry, "Size": key.size})
        else:
            found["DeleteMarkers"].append(entry)
    return _answer(IsTruncated=False, **{name: entries for name, entries in found.items() if entries})


def _versions(params: Params) -> Iterator[tuple[Any, bool]]:
    """Yield the versions of each object with the prefix, and what marks its deletions, by key, newest first."""
    keys = _s3().get_bucket(params["Bucket"]).keys
    for name in sorted(name for name in keys if name.startswith(params["Prefix"])):
        yield from ((key, number == 0) for number, key in enumerate(reversed(keys.getlist(name))))


def _delete_objects(_: Any, params: Params) -> Answer:
    _s3().delete_objects(params["Bucket"], params["Delete"]["Objects"], False)
    return _answer()


def _listed(key: Any) -> Params:
    return {"Key": key.name, "Size": key.size, "LastModified": _modified(key)}


def _modified(key: Any) -> datetime:
    return key.last_modified.replace(tzinfo=UTC, microsecond=0)  # type: ignore[no-any-return]  # moto's


def _receive_message(_: Any, params: Params) -> Answer:
    queue, wait, hidden = params["QueueUrl"].rpartition("/")[2], params["WaitTimeSeconds"], params["VisibilityTimeout"]
    found = backend("sqs").receive_message(queue, params["MaxNumberOfMessages"], wait, hidden)
    messages = [_message(one) for one in found]
    return _answer(Messages=messages) if messages else _answer()


def _message(found: Any) -> Params:
    sent = {"SentTimestamp": str(found.sent_timestamp)}
    return {"MessageId": found.id, "ReceiptHandle": found.receipt_handle, "Body": found.body, "Attributes": sent}


def _history(client: Any, params: Params) -> Answer:
    try:
        found = step_functions().get_execution_history(params["executionArn"])
    except ExecutionDoesNotExist:
        raise _refused(client, "GetExecutionHistory", "ExecutionDoesNotExist", 400) from None
    return _answer(events=[_event(event) for event in found["events"]])


def _event(event: Any) -> Params:
    return {**event, "type": event["type"].value}


CALLS: dict[str, Callable[[Any, Params], Answer]] = {
    "PutItem": _put_item,
    "UpdateItem": _update_item,
    "DeleteItem": _delete_item,
    "GetItem": _get_item,
    "Query": _query,
    "BatchGetItem": _batch_get_item,
    "GetObject": _get_object,
    "PutObject": _put_object,
    "CopyObject": _copy_object,
    "HeadObject": _head_object,
    "ListObjectsV2": _list_objects,
    "ListObjectVersions": _list_versions,
    "DeleteObjects": _delete_objects,
    "ReceiveMessage": _receive_message,
    "GetExecutionHistory": _history,
}
