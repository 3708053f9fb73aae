"""ImportImages: each version of a source object becomes one upload and one execution, whatever happens."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from costs.workload_profile import IMPORT
from lambdas.domain import back_pressure, imports, tombstones
from lambdas.domain.import_sources import Reason, SourceObject
from lambdas.import_images import WAITING, handler
from lambdas.runtime import clients, clock
from lambdas.runtime.metrics import IMAGES_IMPORTED
from tests.fake_aws.account import OWNER, UPLOAD_BUCKET
from tests.lambdas.account import CONTEXT, RETENTION_DAYS, TABLE, Account, before_next_call, metric_lines
from tests.lambdas.imported import ALREADY, COPIED, ONE_OWNER, PICTURE, SOURCE, FullBucket, outcomes
from workflow.contracts.errors import ContractViolation


def test_an_object_becomes_an_upload(bucket: FullBucket, account: Account) -> None:
    """The object is copied under its owner and an ID of its own, with its name and type and no tags, and its image is started."""
    bucket.put(PICTURE, b"bytes", ContentType="application/octet-stream", Metadata={"secret": "1"}, Tagging="secret=1")
    (line,) = bucket.run(bucket.listed(PICTURE))
    key = f"uploads/{OWNER}/{line['imageId']}"
    assert bucket.uploads() == [key]
    found = clients.s3().head_object(Bucket=UPLOAD_BUCKET, Key=key)
    assert (found["ContentType"], found["Metadata"]) == ("image/jpeg", {"filename": "IMG_0815.JPG"})
    assert clients.s3().get_object_tagging(Bucket=UPLOAD_BUCKET, Key=key)["TagSet"] == []
    assert account.content(UPLOAD_BUCKET, key) == b"bytes"
    assert bucket.started() == [line["imageId"]]
    (record,) = bucket.records()
    assert (record["imageId"]["S"], record["owner"]["S"]) == (line["imageId"], OWNER)
    assert record["announced"]["M"]["filename"]["S"] == "IMG_0815.JPG"
    assert line | {"imageId": ""} == {
        "key": PICTURE,
        "listedVersion": "",
        "version": "",
        "owner": OWNER,
        "imageId": "",
        "outcome": COPIED,
        "reason": "",
        "size": 5,
    }


def test_a_repeat_imports_nothing_twice(bucket: FullBucket, capsys: pytest.CaptureFixture[str]) -> None:
    """Another run copies nothing and starts nothing once the image is begun, says so, and counts no image."""
    bucket.put(PICTURE)
    bucket.run(bucket.listed(PICTURE))
    bucket.set_status()
    (line,) = bucket.run(bucket.listed(PICTURE), run="run-2")
    assert line["outcome"] == ALREADY
    assert len(bucket.uploads()) == len(bucket.started()) == 1
    assert [
        line["imageId"] for line in metric_lines(capsys.readouterr().out) if IMAGES_IMPORTED in line
    ] == bucket.started()


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


def test_an_object_that_was_replaced_is_not_imported(bucket: FullBucket) -> None:
    """The version that was listed counts: a later one is left to the next run."""
    bucket.put(PICTURE, b"first")
    items = bucket.listed(PICTURE)
    bucket.put(PICTURE, b"second")
    assert outcomes(bucket.run(items)) == {PICTURE: Reason.CHANGED}
    assert bucket.uploads() == []


def test_an_object_that_another_run_has_imported_is_not_called_missing(bucket: FullBucket) -> None:
    """The version that was listed is there as an image, though the source has it no more, and this run has copied nothing."""
    bucket.put(PICTURE)
    items = bucket.listed(PICTURE)
    bucket.run(items)
    bucket.set_status()
    bucket.remove(PICTURE)
    assert outcomes(bucket.run(items, run="run-2")) == {PICTURE: ALREADY}


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


def test_a_deleted_image_does_not_come_back(bucket: FullBucket) -> None:
    """The image of an object that its owner has deleted is not imported again."""
    bucket.put(PICTURE)
    (line,) = bucket.run(bucket.listed(PICTURE))
    tombstones.replace_record(TABLE, line["imageId"], OWNER)
    (again,) = bucket.run(bucket.listed(PICTURE), run="run-2")
    assert again["outcome"] == ALREADY
    assert len(bucket.uploads()) == 1


@pytest.mark.parametrize("upload_is_kept", [True, False])
def test_a_rejected_image_is_imported_again_after_its_record(
    bucket: FullBucket, monkeypatch: pytest.MonkeyPatch, upload_is_kept: bool
) -> None:
    """As long as its record is there, a rejected image is not imported again. Then it is, as a new version if its upload is kept."""
    bucket.put(PICTURE)
    (line,) = bucket.run(bucket.listed(PICTURE))
    bucket.set_status("REJECTED")
    (again,) = bucket.run(bucket.listed(PICTURE), run="run-2")
    assert (again["outcome"], again["imageId"]) == (ALREADY, line["imageId"])
    clients.dynamodb().delete_item(TableName=TABLE, Key={"imageId": {"S": line["imageId"]}})
    (upload,) = bucket.uploads()
    if not upload_is_kept:
        clients.s3().delete_object(Bucket=UPLOAD_BUCKET, Key=upload)  # as a lifecycle rule does
    later = clock.now() + timedelta(days=RETENTION_DAYS)
    monkeypatch.setattr(clock, "now", lambda: later)
    (again,) = bucket.run(bucket.listed(PICTURE), run="run-3")
    assert (again["outcome"], again["imageId"]) == (COPIED, line["imageId"])
    assert bucket.uploads() == [upload, upload]
    assert len(bucket.started()) == 2


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
    """The function waits for each image that it has started before it goes on to the next, as long as its time allows it."""
    waited: list[Any] = []
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now)

    def wait(images: Any, _: str, until: datetime) -> None:
        assert until == now + WAITING
        waited.append(images)

    monkeypatch.setattr(back_pressure, "wait_for_outcomes", wait)
    for key in ("1.jpg", "2.jpg"):
        bucket.put(key, key.encode())
    lines = bucket.run(bucket.listed("1.jpg", "2.jpg"))
    assert [[image["imageId"] for image in images] for images in waited] == [[line["imageId"]] for line in lines]


def test_a_violation_of_the_contract_is_an_error(bucket: FullBucket) -> None:
    """A batch that breaks its contract is not tried again."""
    with pytest.raises(ContractViolation):
        bucket.run([])


def test_calls_are_those_of_the_estimate(bucket: FullBucket) -> None:
    """Each object has the calls that its price is computed from, and each batch three more."""
    keys = [f"{number}.jpg" for number in range(3)]
    for key in keys:
        bucket.put(key, key.encode())
    items, called = bucket.listed(*keys), list[str]()
    for client in (clients.s3(), clients.dynamodb(), clients.stepfunctions()):
        client.meta.events.register("before-call", lambda model, **_: called.append(model.name))
    handler({"run": "run", "bucket": SOURCE, "ownership": ONE_OWNER, "items": items}, CONTEXT)
    assert Counter(called) == Counter([*IMPORT.each.calls * len(keys), "GetObject", *["PutObject"] * IMPORT.lines])
