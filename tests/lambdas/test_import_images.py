"""ImportImages: each version of a source object becomes one upload and one execution, whatever happens."""

from collections import Counter
from typing import Any
from uuid import UUID

import pytest
from botocore.exceptions import ClientError

from costs.workload_profile import IMPORT
from lambdas.domain import back_pressure, imports, tombstones
from lambdas.domain.import_sources import MEANINGS, Reason, SourceObject
from lambdas.import_images import handler
from lambdas.runtime import clients
from tests.fake_aws.account import OWNER, UPLOAD_BUCKET
from tests.lambdas.account import CONTEXT, MAX_BYTES, TABLE, Account, before_next_call, export
from tests.lambdas.imported import ALREADY, COPIED, ONE_OWNER, SOURCE, FullBucket, outcomes
from workflow.contracts.errors import ContractViolation

PICTURE = "2019/05/IMG_0815.JPG"


@pytest.fixture
def bucket(account: Account, monkeypatch: pytest.MonkeyPatch) -> FullBucket:
    """Give a source bucket without versions, and the function's settings. No image is waited for."""
    made = FullBucket(account)
    export(monkeypatch, made.settings)
    monkeypatch.setattr(back_pressure, "wait_for_outcomes", lambda *_: None)
    return made


def test_an_object_becomes_an_upload(bucket: FullBucket, account: Account) -> None:
    """The object is copied under its owner and an ID of its own, with its name and type, and its image is started."""
    bucket.put(PICTURE, b"bytes", ContentType="application/octet-stream", Metadata={"secret": "1"})
    (line,) = bucket.run(bucket.listed(PICTURE))
    key = f"uploads/{OWNER}/{line['imageId']}"
    assert bucket.uploads() == [key]
    found = clients.s3().head_object(Bucket=UPLOAD_BUCKET, Key=key)
    assert (found["ContentType"], found["Metadata"]) == ("image/jpeg", {"filename": "IMG_0815.JPG"})
    assert account.content(UPLOAD_BUCKET, key) == b"bytes"
    assert bucket.started() == [line["imageId"]]
    (record,) = bucket.records()
    assert (record["imageId"]["S"], record["owner"]["S"]) == (line["imageId"], OWNER)
    assert record["announced"]["M"]["filename"]["S"] == "IMG_0815.JPG"
    assert line | {"imageId": ""} == {
        "key": PICTURE,
        "version": "",
        "owner": OWNER,
        "imageId": "",
        "outcome": COPIED,
        "reason": "",
        "size": 5,
    }


def test_a_repeat_imports_nothing_twice(bucket: FullBucket) -> None:
    """Another run copies nothing and starts nothing once the image is begun, and says so."""
    bucket.put(PICTURE)
    bucket.run(bucket.listed(PICTURE))
    _begin(bucket)
    (line,) = bucket.run(bucket.listed(PICTURE), run="run-2")
    assert line["outcome"] == ALREADY
    assert len(bucket.uploads()) == len(bucket.started()) == 1


def test_an_id_is_of_bucket_key_and_version(bucket: FullBucket) -> None:
    """The ID is a UUID of version 5; another content under the same key is another image."""
    bucket.put(PICTURE, b"first")
    first = bucket.run(bucket.listed(PICTURE))
    bucket.put(PICTURE, b"second")
    second = bucket.run(bucket.listed(PICTURE))
    ids = {line["imageId"] for line in (*first, *second)}
    assert {UUID(one).version for one in ids} == {5}
    assert len(ids) == len(bucket.uploads()) == 2


def test_ids_never_change() -> None:
    """The ID of an object is the same in every version of the project; otherwise a repeat would import everything again."""
    source = SourceObject("a-bucket", "a/key.jpg", "v1", "etag", 1)
    assert imports.image_id(source) == "0d44cf10-c222-5d8a-a13a-e3d6fec51aa2"


@pytest.mark.parametrize(
    ("key", "data", "reason"),
    [
        ("a/", b"x", Reason.FOLDER),
        ("a/notes.txt", b"x", Reason.UNSUPPORTED),
        ("a/empty.jpg", b"", Reason.EMPTY),
        ("a/large.jpg", b"x" * (MAX_BYTES + 1), Reason.TOO_MANY_BYTES),
    ],
)
def test_what_no_image_can_be_is_skipped(bucket: FullBucket, key: str, data: bytes, reason: Reason) -> None:
    """An object is skipped by key and size, with a reason, and leaves no record."""
    bucket.put(key, data)
    assert outcomes(bucket.run(bucket.listed(key))) == {key: reason}
    assert (bucket.records(), bucket.uploads()) == ([], [])


def test_a_name_without_an_extension_may_be_an_image(bucket: FullBucket) -> None:
    """The content decides in the pipeline."""
    bucket.put("photographs.of.2019/one")
    assert outcomes(bucket.run(bucket.listed("photographs.of.2019/one"))) == {"photographs.of.2019/one": COPIED}


@pytest.mark.parametrize(
    ("storage", "restored", "expected"),
    [
        ("GLACIER", False, Reason.NOT_RESTORED),
        ("GLACIER", True, COPIED),
        ("STANDARD_IA", False, COPIED),
        ("GLACIER_IR", False, COPIED),
    ],
)
def test_what_must_be_restored_is_reported(bucket: FullBucket, storage: Any, restored: bool, expected: str) -> None:
    """An object in a glacier is reported, and not failed, unless a copy of it was restored."""
    bucket.put(PICTURE, StorageClass=storage)
    if restored:
        clients.s3().restore_object(Bucket=SOURCE, Key=PICTURE, RestoreRequest={"Days": 1})
    assert outcomes(bucket.run(bucket.listed(PICTURE))) == {PICTURE: expected}


def test_objects_that_are_not_there(bucket: FullBucket) -> None:
    """A key of a list that does not exist is reported, and the others are imported."""
    bucket.put(PICTURE)
    items = [{"key": "missing.jpg", "version": "", "owner": ""}, {"key": PICTURE, "version": "", "owner": ""}]
    assert outcomes(bucket.run(items)) == {"missing.jpg": Reason.NOT_FOUND, PICTURE: COPIED}


def test_an_object_that_was_replaced_is_not_imported(bucket: FullBucket) -> None:
    """The version that was listed counts: a later one is left to the next run."""
    bucket.put(PICTURE, b"first")
    items = bucket.listed(PICTURE)
    bucket.put(PICTURE, b"second")
    assert outcomes(bucket.run(items)) == {PICTURE: Reason.CHANGED}
    assert bucket.uploads() == []


def test_an_object_that_is_replaced_while_it_is_copied(bucket: FullBucket, monkeypatch: pytest.MonkeyPatch) -> None:
    """The copy names the version that was looked at, so that no other one is taken for it."""
    bucket.put(PICTURE, b"first")
    before_next_call(monkeypatch, clients.s3(), "copy_object", lambda: bucket.replace(PICTURE, b"second"))
    assert outcomes(bucket.run(bucket.listed(PICTURE))) == {PICTURE: Reason.CHANGED}
    assert (bucket.uploads(), bucket.started()) == ([], [])


def test_an_object_that_is_removed_while_it_is_copied(bucket: FullBucket, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is reported as missing."""
    bucket.put(PICTURE)
    before_next_call(monkeypatch, clients.s3(), "copy_object", lambda: bucket.remove(PICTURE))
    assert outcomes(bucket.run(bucket.listed(PICTURE))) == {PICTURE: Reason.NOT_FOUND}


def test_a_version_is_imported(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """A list may name a version. One that is gone is reported, and the current one is not taken for it."""
    bucket = FullBucket(account, versioned=True)
    export(monkeypatch, bucket.settings)
    monkeypatch.setattr(back_pressure, "wait_for_outcomes", lambda *_: None)
    old = clients.s3().put_object(Bucket=SOURCE, Key=PICTURE, Body=b"first")["VersionId"]
    bucket.put(PICTURE, b"second")
    (line,) = bucket.run([{"key": PICTURE, "version": old, "owner": ""}])
    assert (line["outcome"], line["version"]) == (COPIED, old)
    assert account.content(UPLOAD_BUCKET, bucket.uploads()[0]) == b"first"
    clients.s3().delete_object(Bucket=SOURCE, Key=PICTURE, VersionId=old)
    assert outcomes(bucket.run([{"key": PICTURE, "version": old, "owner": ""}], run="run-2")) == {
        PICTURE: Reason.VERSION_GONE
    }


@pytest.mark.parametrize(
    ("ownership", "item", "owner"),
    [
        ({"kind": "PATH", "prefix": ""}, {"key": "anna/1.jpg"}, "anna"),
        ({"kind": "PATH", "prefix": "by-user/"}, {"key": "by-user/ben/1.jpg"}, "ben"),
        ({"kind": "LIST"}, {"key": "1.jpg", "version": "", "owner": "cleo"}, "cleo"),
        ({"kind": "ONE", "owner": "dora"}, {"entry": {"Key": "a+picture+%C3%BC.jpg", "IsLatest": "true"}}, "dora"),
    ],
)
def test_an_image_has_an_owner(bucket: FullBucket, ownership: dict[str, str], item: dict[str, Any], owner: str) -> None:
    """The owner is one for all, the first part of the path, or in the list. Keys of inventories are URL-encoded."""
    key = item.get("key", "a picture ü.jpg")
    bucket.put(key)
    (line,) = bucket.run([item], ownership)
    assert (line["owner"], line["outcome"], line["key"]) == (owner, COPIED, key)
    assert bucket.uploads() == [f"uploads/{owner}/{line['imageId']}"]


@pytest.mark.parametrize(
    ("ownership", "item"),
    [
        ({"kind": "PATH", "prefix": ""}, {"key": "1.jpg"}),
        ({"kind": "LIST"}, {"key": "1.jpg", "version": "", "owner": ""}),
        ({"kind": "LIST"}, {"key": "1.jpg", "version": "", "owner": "a/b"}),
    ],
)
def test_an_object_without_an_owner_is_skipped(
    bucket: FullBucket, ownership: dict[str, str], item: dict[str, str]
) -> None:
    """An image without a valid owner is nobody's, and is not imported."""
    bucket.put("1.jpg")
    assert outcomes(bucket.run([item], ownership)) == {"1.jpg": Reason.NO_OWNER}


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        ({"entry": {"Key": "1.jpg", "IsLatest": "false"}}, Reason.OLD_VERSION),
        ({"entry": {"Key": "1.jpg", "IsLatest": "true", "IsDeleteMarker": "true"}}, Reason.OLD_VERSION),
        ({"key": "k" * 1025}, Reason.INVALID_KEY),
        ({"key": ""}, Reason.INVALID_KEY),
    ],
)
def test_lines_that_are_no_current_object_are_skipped(bucket: FullBucket, item: dict[str, Any], reason: Reason) -> None:
    """Old versions and delete markers of an inventory, and keys that no object can have, are skipped without a call of S3."""
    bucket.put("1.jpg")
    (line,) = bucket.run([item])
    assert line["reason"] == reason


def test_a_deleted_image_does_not_come_back(bucket: FullBucket) -> None:
    """The image of an object that its owner has deleted is not imported again."""
    bucket.put(PICTURE)
    (line,) = bucket.run(bucket.listed(PICTURE))
    tombstones.replace_record(TABLE, line["imageId"], OWNER)
    (again,) = bucket.run(bucket.listed(PICTURE), run="run-2")
    assert again["outcome"] == ALREADY
    assert len(bucket.uploads()) == 1


@pytest.mark.share(2)
@pytest.mark.parametrize("call", ["put_item", "copy_object", "start_execution"])
def test_a_batch_that_dies_loses_and_repeats_nothing(
    bucket: FullBucket, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    """An error in the middle of a batch is raised; the next attempt imports the rest, and each object once."""
    keys = [f"{number}.jpg" for number in range(4)]
    for key in keys:
        bucket.put(key, key.encode())
    items = bucket.listed(*keys)
    client: Any = {"put_item": clients.dynamodb, "copy_object": clients.s3, "start_execution": clients.stepfunctions}[
        call
    ]()
    _fail_third_call(monkeypatch, client, call)
    with pytest.raises(Exception, match="Please reduce"):
        bucket.run(items)
    assert len(bucket.lines(items)) == 2
    assert outcomes(bucket.run(items)) == dict.fromkeys(keys, COPIED)
    assert len(bucket.uploads()) == len(bucket.started()) == len(keys)


def _fail_third_call(monkeypatch: pytest.MonkeyPatch, client: Any, call: str) -> None:
    """Let the third call fail once, as a service does that throttles."""
    real, calls = getattr(client, call), iter(range(10))

    def failing(**arguments: Any) -> Any:
        if next(calls) == 2:
            raise ClientError({"Error": {"Code": "SlowDown", "Message": "Please reduce your request rate."}}, call)
        return real(**arguments)

    monkeypatch.setattr(client, call, failing)


def test_two_imports_at_once_make_one_upload(bucket: FullBucket, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two imports that copy the same object at the same time, one copies it, and both start the same execution."""
    bucket.put(PICTURE)
    items = bucket.listed(PICTURE)
    other: list[Any] = []
    before_next_call(monkeypatch, clients.s3(), "copy_object", lambda: other.extend(bucket.run(items, run="run-2")))
    (line,) = bucket.run(items)
    assert line["imageId"] == other[0]["imageId"]
    assert len(bucket.uploads()) == len(bucket.started()) == 1


def test_the_trigger_of_imports_waits(bucket: FullBucket, monkeypatch: pytest.MonkeyPatch) -> None:
    """The function waits for each image that it has started before it goes on to the next."""
    waited: list[Any] = []
    monkeypatch.setattr(back_pressure, "wait_for_outcomes", lambda images, *_: waited.append(images))
    for key in ("1.jpg", "2.jpg"):
        bucket.put(key, key.encode())
    lines = bucket.run(bucket.listed("1.jpg", "2.jpg"))
    assert [[image["imageId"] for image in images] for images in waited] == [[line["imageId"]] for line in lines]


def test_express_claims_the_record_first(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """With EXPRESS the record is begun before the start. A refused start gives it back, and the next attempt starts the image."""
    bucket = FullBucket(account, kind="EXPRESS")
    export(monkeypatch, bucket.settings)
    monkeypatch.setattr(back_pressure, "wait_for_outcomes", lambda *_: None)
    bucket.put(PICTURE)
    items, client = bucket.listed(PICTURE), clients.stepfunctions()
    before_next_call(monkeypatch, client, "start_execution", _refuse)
    with pytest.raises(Exception, match="too many"):
        bucket.run(items)
    assert bucket.records() == []
    assert outcomes(bucket.run(items)) == {PICTURE: COPIED}
    assert [record["status"]["S"] for record in bucket.records()] == ["PROCESSING"]
    assert len(bucket.uploads()) == len(bucket.started()) == 1


def _refuse() -> None:
    """Refuse a call, as a service does that throttles."""
    head: Any = {"HTTPStatusCode": 400}
    raise ClientError(
        {"Error": {"Code": "ThrottlingException", "Message": "too many"}, "ResponseMetadata": head}, "Call"
    )


def test_a_violation_of_the_contract_is_an_error(bucket: FullBucket) -> None:
    """A batch that breaks its contract is not tried again."""
    with pytest.raises(ContractViolation):
        bucket.run([])


def test_calls_are_those_of_the_estimate(bucket: FullBucket) -> None:
    """Each object has the calls that its price is computed from, and each batch two more."""
    keys = [f"{number}.jpg" for number in range(3)]
    for key in keys:
        bucket.put(key, key.encode())
    items, called = bucket.listed(*keys), list[str]()
    for client in (clients.s3(), clients.dynamodb(), clients.stepfunctions()):
        client.meta.events.register("before-call", lambda model, **_: called.append(model.name))
    handler({"run": "run", "bucket": SOURCE, "ownership": ONE_OWNER, "items": items}, CONTEXT)
    assert Counter(called) == Counter([*IMPORT.calls * len(keys), "GetObject", "PutObject"])


def test_every_reason_has_a_meaning() -> None:
    """Reports explain every reason."""
    assert MEANINGS.keys() == set(Reason)


def _begin(bucket: FullBucket) -> None:
    """Let the executions begin the records, as ValidateImage does."""
    for record in bucket.records():
        clients.dynamodb().update_item(
            TableName=TABLE,
            Key={"imageId": record["imageId"]},
            UpdateExpression="SET #status = :status",
            ExpressionAttributeNames={"#status": "status"},
            ExpressionAttributeValues={":status": {"S": "PROCESSING"}},
        )
