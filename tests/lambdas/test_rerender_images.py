"""ImportImages for images that have succeeded: each is claimed and started with its archived original, or skipped."""

import json
from http import HTTPStatus
from typing import Any
from uuid import uuid4

import pytest

from lambdas import archive
from lambdas.domain import back_pressure, executions, objects, rerenders
from lambdas.domain.import_sources import Reason, SkippedError
from lambdas.domain.record import CLAIM, SUPERSEDED
from lambdas.domain.rerender_record import Rerender
from lambdas.runtime import clients, clock
from tests import pictures
from tests.fake_aws.account import ARCHIVE_BUCKET, Payload
from tests.lambdas import account as accounts
from tests.lambdas.account import CONTEXT, RETENTION_DAYS, STEPS, TABLE, Account
from tests.lambdas.image_requests import delete
from tests.lambdas.imported import FullBucket
from tests.lambdas.pipeline import Pipeline, Sweep
from workflow import contracts
from workflow.contracts.errors import StaleExecution

RECORD = {"kind": "RECORD"}
STARTED = "STARTED"


def succeed(account: Account, focus: str | None = None) -> Payload:
    """Return the event of an image that has succeeded, and was notified."""
    event = account.upload(pictures.examples()["PNG"])
    if focus:
        metadata = objects.upload_metadata("Landscape 8.jpg", focus)
        event["image"]["versionId"] = account.put(event["image"]["key"], pictures.examples()["PNG"], metadata)
        event["execution"] = executions.name(event["image"])
    found = {name: STEPS[name](event, CONTEXT) for name in list(STEPS)[:-1]}
    renditions = {"resized": found["resize-image"], "thumbnail": found["generate-thumbnail"]}
    archive.handler({**event, "validation": found["validate-image"], "renditions": renditions}, CONTEXT)
    accounts.record_of(event).mark_notified()
    return event


def rerendered(bucket: FullBucket, *images: str, run: str = "run-1") -> dict[str, str]:
    """Make the renditions of images anew, and return the reason or the outcome for each."""
    lines = bucket.run([{"key": one, "version": "", "owner": ""} for one in images], RECORD, run)
    assert {line["owner"] for line in lines} == {""}
    return {line["key"]: line["reason"] or line["outcome"] for line in lines}


def inputs(bucket: FullBucket) -> dict[str, Any]:
    """Return the inputs of the executions by name."""
    client = clients.stepfunctions()
    found = client.list_executions(stateMachineArn=bucket.machine)["executions"]
    described = (client.describe_execution(executionArn=one["executionArn"]) for one in found)
    return {one["name"]: json.loads(one["input"])["image"] for one in described}


def test_an_image_is_claimed_and_started(bucket: FullBucket, account: Account) -> None:
    """The execution gets the version of the upload and the archived original; it has the record claimed."""
    event = succeed(account)
    image_id, old = event["image"]["imageId"], account.record(event)
    assert rerendered(bucket, image_id) == {image_id: STARTED}
    ((name, image),) = inputs(bucket).items()
    contracts.check("pipeline-input", {"image": image})
    known = {"bucket": ARCHIVE_BUCKET, "key": old["archive"]["original"]["key"], "filename": "Landscape 8.jpg"}
    assert image["original"] == {**known, "run": "run-1"}
    assert {field: image[field] for field in event["image"]} == event["image"]
    record = account.record(event)
    assert (record[CLAIM], record["execution"], record["status"]) == (name, event["execution"], "SUCCEEDED")


def test_the_focal_point_stays(bucket: FullBucket, account: Account) -> None:
    """The record has the focal point; where an older one has not, the upload is asked while it is there, and after that nothing is known."""
    event = succeed(account, "0.31,0.6")
    image, record = event["image"], account.record(event)
    older = {**record, "validation": {**record["validation"]}}
    assert older["validation"].pop("focus") == "0.31,0.6"
    account.store(older)
    rerendered(bucket, image["imageId"], run="by-upload")
    clients.s3().delete_object(Bucket=image["bucket"], Key=image["key"], VersionId=image["versionId"])
    for run, stored in (("by-record", record), ("by-nothing", older)):
        account.store(stored)
        assert rerendered(bucket, image["imageId"], run=run) == {image["imageId"]: STARTED}
    found = (started["original"] for started in inputs(bucket).values())
    expected = {"by-upload": "0.31,0.6", "by-record": "0.31,0.6", "by-nothing": None}
    assert {original["run"]: original.get("focus") for original in found} == expected


def test_what_cannot_be_made_anew_is_skipped(bucket: FullBucket, account: Account) -> None:
    """Skipped are other images, outcomes that are not published, and originals that are gone or have to be restored."""
    pending, open_, gone, frozen = (succeed(account) for _ in range(4))
    rejected = account.begin(b"data")  # nothing of it is archived
    account.set_status(rejected, "REJECTED")
    account.store({name: value for name, value in account.record(pending).items() if name != "notifiedAt"})
    account.store({**account.record(open_), SUPERSEDED: []})
    clients.s3().delete_object(Bucket=ARCHIVE_BUCKET, Key=account.record(gone)["archive"]["original"]["key"])
    original: Any = {"Bucket": ARCHIVE_BUCKET, "Key": account.record(frozen)["archive"]["original"]["key"]}
    clients.s3().copy_object(CopySource=original, StorageClass="GLACIER", **original)
    reasons = {
        "": Reason.NOT_SUCCEEDED,
        "x" * 3000: Reason.NOT_SUCCEEDED,  # DynamoDB refuses to look for either
        str(uuid4()): Reason.NOT_SUCCEEDED,
        rejected["image"]["imageId"]: Reason.NOT_SUCCEEDED,
        pending["image"]["imageId"]: Reason.OUTCOME_PENDING,
        open_["image"]["imageId"]: Reason.OUTCOME_PENDING,
        gone["image"]["imageId"]: Reason.ACCESS_DENIED,  # as S3 says it to those who may not list
        frozen["image"]["imageId"]: Reason.NOT_RESTORED,
    }
    assert rerendered(bucket, *reasons) == reasons
    assert inputs(bucket) == {}


def test_a_record_that_went_on_meanwhile_is_not_claimed(bucket: FullBucket, account: Account) -> None:
    """A newer version that has succeeded since the record was read, and an execution that has succeeded itself, replace nothing."""
    event = account.begin(b"data")
    account.set_status(event, "SUCCEEDED")
    accounts.record_of(event).mark_notified()
    before, own = account.record(event), "again"
    changes: list[Payload] = [{"versionId": "newer"}, {"execution": own}, {"earlier": [own]}]
    succeeded = []
    for change in changes:
        account.store({**before, **change})
        with pytest.raises(StaleExecution) as raised:
            Rerender(TABLE, event["image"], own).begin(RETENTION_DAYS)
        succeeded.append(raised.value.succeeded)
        assert account.record(event) == {**before, **change}
    assert succeeded == [False, True, True]
    account.store({**before, "versionId": "newer"})
    image: Any = {**event["image"], "original": {"run": "run-1"}}
    with pytest.raises(SkippedError, match=Reason.NOT_SUCCEEDED):
        rerenders.start(image, bucket.settings)
    assert inputs(bucket) == {}


@pytest.mark.parametrize("earlier", [["again"], []])
def test_an_execution_that_lost_its_claim_knows_whether_it_has_succeeded(account: Account, earlier: list[str]) -> None:
    """Renditions that it has made are the record's, or were until a later run: they are not deleted then."""
    event = account.begin(b"data")
    account.set_status(event, "SUCCEEDED")
    account.store({**account.record(event), "earlier": earlier})
    with pytest.raises(StaleExecution) as raised:
        Rerender(TABLE, event["image"], "again").complete_step("ArchiveImage", {"archive": {}}, "SUCCEEDED")
    assert raised.value.succeeded == bool(earlier)


def test_a_success_of_an_older_version_is_claimed(account: Account) -> None:
    """Such a record has neither an attempt nor the time of its notification, and waits for none."""
    event = account.begin(b"data")
    account.set_status(event, "SUCCEEDED")
    record = account.record(event)
    account.store({name: value for name, value in record.items() if name not in ("attempt", "notifiedAt")})
    assert Rerender(TABLE, event["image"], "again").begin(RETENTION_DAYS)


def test_a_claim_without_an_execution_is_started(bucket: FullBucket, account: Account) -> None:
    """A function that died between the claim and the start leaves nothing that the next attempt at the batch does not do."""
    event = succeed(account)
    image_id = event["image"]["imageId"]
    rerendered(bucket, image_id)
    ((name, image),) = inputs(bucket).items()
    assert not Rerender(TABLE, image, name).begin(RETENTION_DAYS)
    assert rerendered(bucket, image_id) == {image_id: STARTED}
    assert [*inputs(bucket)] == [name]


def test_renditions_of_a_killed_attempt_are_reported(bucket: FullBucket, account: Account) -> None:
    """An image whose renditions an attempt has made anew that was killed then is not called skipped, and is not started again."""
    event = succeed(account)
    image_id = event["image"]["imageId"]
    rerendered(bucket, image_id)
    ((name, image),) = inputs(bucket).items()
    record = account.record(event)
    Rerender(TABLE, image, name).complete_step("ArchiveImage", {"archive": record["archive"]}, "SUCCEEDED")
    clients.s3().delete_object(Bucket=bucket.settings.upload_bucket, Key=only_lines(bucket))
    assert rerendered(bucket, image_id) == {image_id: STARTED}
    assert [*inputs(bucket)] == [name]


def only_lines(bucket: FullBucket) -> str:
    """Return the key of the lines of the only batch."""
    found = clients.s3().list_objects_v2(Bucket=bucket.settings.upload_bucket, Prefix="imports/")["Contents"]
    (key,) = (one["Key"] for one in found)
    return str(key)


def test_a_run_waits_for_the_images_that_it_has_started(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the claim holds, the image is waited for, and not any more when its renditions are replaced."""
    event = succeed(account)
    image: Any = {**event["image"], "original": {"run": "run-1"}}
    record = Rerender(TABLE, image, executions.name(image))
    record.begin(RETENTION_DAYS)
    looks: list[float] = []

    def look(seconds: float) -> None:
        looks.append(seconds)
        if len(looks) == 30:  # beyond the time in which an execution takes a record over
            record.release()

    monkeypatch.setattr(clock, "sleep", look)
    monkeypatch.setattr(back_pressure, "TAKEOVER_WAIT", 0)
    back_pressure.wait_for_outcomes([image], TABLE)
    assert len(looks) == 30


def test_the_sweep_releases_a_claim_whose_execution_is_gone(pipeline: Pipeline, sweep: Sweep) -> None:
    """What the execution has staged and archived is deleted; image and record stay as they were, and are closed."""
    event = succeed(pipeline)
    before = pipeline.record(event)
    image: Any = {**event["image"], "original": {"run": "run-1"}}
    name = executions.name(image)
    assert Rerender(TABLE, image, name).begin(RETENTION_DAYS)
    left = pipeline.leave_objects({"image": image, "execution": name})
    assert sweep()["resumed"] == 1
    sweep()
    now = pipeline.record(event)
    assert {**now, "updatedAt": ""} == {**without_index(before), "updatedAt": ""}
    assert not set(left) & (pipeline.keys(ARCHIVE_BUCKET) | pipeline.keys(event["image"]["bucket"]))
    assert pipeline.notifications() == []


def test_the_sweep_lets_old_renditions_expire_and_notifies(pipeline: Pipeline, sweep: Sweep) -> None:
    """An execution that died after it has replaced the renditions leaves the rest to the sweep."""
    event = succeed(pipeline)
    record = pipeline.record(event)
    old = record["archive"]["thumbnail"]["key"]
    gone = f"{old.rpartition('/')[0]}/resized-1.png"
    pipeline.store({**{name: value for name, value in record.items() if name != "notifiedAt"}, SUPERSEDED: [old, gone]})
    assert sweep()["resumed"] == 1
    tags = clients.s3().get_object_tagging(Bucket=ARCHIVE_BUCKET, Key=old)["TagSet"]
    assert tags == [{"Key": "superseded", "Value": "true"}]
    ((message, _),) = pipeline.notifications()
    assert (message["status"], message["archive"]) == ("SUCCEEDED", record["archive"])
    assert SUPERSEDED not in pipeline.record(event)


@pytest.mark.parametrize("is_replaced", [False, True])
def test_a_deletion_while_renditions_are_made_anew(pipeline: Pipeline, sweep: Sweep, *, is_replaced: bool) -> None:
    """It is answered as that of an image that is processed, until its old renditions expire; the next sweep deletes what is written after it."""
    event = succeed(pipeline)
    image: Any = {**event["image"], "original": {"run": "run-1"}}
    name = executions.name(image)
    if is_replaced:
        pipeline.store({**pipeline.record(event), SUPERSEDED: []})
    else:
        Rerender(TABLE, image, name).begin(RETENTION_DAYS)
    assert delete(event["image"]["imageId"])["statusCode"] == HTTPStatus.ACCEPTED
    left = pipeline.leave_objects({"image": image, "execution": name})
    assert set(left) <= pipeline.keys(ARCHIVE_BUCKET) | pipeline.keys(event["image"]["bucket"])
    assert sweep()["deleted"] == 1
    assert pipeline.keys(ARCHIVE_BUCKET) | pipeline.keys(event["image"]["bucket"]) == set()


def without_index(record: Payload) -> Payload:
    """Return record without the attributes by which it is in the index of open records."""
    return {name: value for name, value in record.items() if not name.startswith("open")}
