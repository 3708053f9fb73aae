"""ArchiveImage: original, resized image and thumbnail in the archive, and nothing left where they waited."""

from dataclasses import replace

import pytest

from lambdas import archive
from lambdas.domain import object_keys, objects
from lambdas.domain.object_keys import STAGED
from lambdas.domain.outcomes import PROCESSING, SUCCEEDED
from lambdas.runtime import clients
from lambdas.runtime.service_errors import ServiceError
from tests import pictures
from tests.fake_aws.account import ARCHIVE_BUCKET, UPLOAD_BUCKET, Payload
from tests.lambdas.account import CONTEXT, RESIZE_SETTINGS, Account, export, without_times
from workflow import contracts
from workflow.contracts.errors import StaleExecution

NAMES = ("original", "resized", "thumbnail")


def staged_keys(event: Payload) -> list[str]:
    """Return where resized image and thumbnail wait."""
    return [rendition["key"] for rendition in event["renditions"].values()]


def test_smaller_images_are_archived_too(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """The image of every edge is archived under its name, in the order of the edges, and none stays staged."""
    export(monkeypatch, replace(RESIZE_SETTINGS, resize_edges=(40, 20, 10)))
    event = account.run_steps(pictures.examples()["PNG"])
    smaller = [account.content(UPLOAD_BUCKET, staged["key"]) for staged in event["renditions"]["resized"]["smaller"]]
    result = archive.handler(event, CONTEXT)
    assert [archived["key"].rsplit("/")[-1] for archived in result["smaller"]] == ["resized-20.png", "resized-10.png"]
    assert [account.content(ARCHIVE_BUCKET, archived["key"]) for archived in result["smaller"]] == smaller
    assert account.keys(UPLOAD_BUCKET) == {event["image"]["key"]}
    contracts.check("metadata-record", account.record(event))


@pytest.mark.share(3)
@pytest.mark.parametrize("name", pictures.CONTENT_TYPES)
def test_all_three_are_archived(account: Account, name: str) -> None:
    """The archive has the original byte for byte and both renditions, each of the result type and size."""
    data = pictures.examples()[name]
    event = account.run_steps(data)
    renditions = [account.content(UPLOAD_BUCKET, key) for key in staged_keys(event)]
    result = archive.handler(event, CONTEXT)
    for archived, content in zip((result[kind] for kind in NAMES), [data, *renditions], strict=True):
        assert account.content(ARCHIVE_BUCKET, archived["key"]) == content
        assert account.content_type(ARCHIVE_BUCKET, archived["key"]) == archived["contentType"]
        assert archived["size"] == len(content)
    assert result["original"]["contentType"] == event["validation"]["contentType"]


def test_archived_objects_are_in_the_owners_folder(account: Account) -> None:
    """The archive is ordered by owner, image and execution; a file name of the client is no part of a key."""
    event = account.run_steps(pictures.examples()["PNG"])
    result = archive.handler(event, CONTEXT)
    folder = object_keys.archive_folder(event["image"], event["execution"])
    assert folder.startswith(f"{event['image']['owner']}/{event['image']['imageId']}/")
    assert account.keys(ARCHIVE_BUCKET) == {result[kind]["key"] for kind in NAMES}
    assert all(result[kind]["key"].removeprefix(folder).startswith(f"{kind}.") for kind in NAMES)


def test_staged_copies_are_removed(account: Account) -> None:
    """The staged objects of this execution are removed; the upload and staged objects of others stay."""
    event = account.run_steps(pictures.examples()["PNG"])
    others = f"{STAGED}another-execution/resized.png"
    account.put(others, b"data")
    archive.handler(event, CONTEXT)
    assert account.keys(UPLOAD_BUCKET) == {event["image"]["key"], others}


def test_record_has_succeeded(account: Account) -> None:
    """The record has the status SUCCEEDED and the keys of the archived objects, and keeps its contract."""
    event = account.run_steps(pictures.examples()["JPEG"])
    assert account.record(event)["status"] == PROCESSING
    result = archive.handler(event, CONTEXT)
    record = account.record(event)
    assert record["status"] == SUCCEEDED
    assert record["archive"] == result
    contracts.check("metadata-record", record)


def test_run_again_after_the_staged_copies_are_gone(account: Account) -> None:
    """A retry after success gives the same answer and changes neither archive nor record."""
    event = account.run_steps(pictures.examples()["JPEG"])
    result, record = archive.handler(event, CONTEXT), account.record(event)
    contents = {key: account.content(ARCHIVE_BUCKET, key) for key in account.keys(ARCHIVE_BUCKET)}
    assert archive.handler(event, CONTEXT) == result
    assert {key: account.content(ARCHIVE_BUCKET, key) for key in account.keys(ARCHIVE_BUCKET)} == contents
    assert without_times(account.record(event)) == without_times(record)


def test_run_again_after_an_incomplete_attempt(account: Account) -> None:
    """The next attempt completes one that copied and removed one rendition and then failed."""
    event = account.run_steps(pictures.examples()["JPEG"])
    resized = event["renditions"]["resized"]
    copy = object_keys.archive_folder(event["image"], event["execution"]) + resized["key"].rsplit("/", 1)[-1]
    objects.archive({"Bucket": UPLOAD_BUCKET, "Key": resized["key"]}, ARCHIVE_BUCKET, copy, resized["contentType"])
    objects.delete_objects(UPLOAD_BUCKET, [resized["key"]])
    assert archive.handler(event, CONTEXT)["resized"]["key"] == copy
    assert account.record(event)["status"] == SUCCEEDED
    assert not [key for key in account.keys(UPLOAD_BUCKET) if key.startswith(STAGED)]


def test_a_missing_rendition_is_an_error(account: Account) -> None:
    """If a rendition is missing, nothing is removed, and the record does not succeed."""
    event = account.run_steps(pictures.examples()["JPEG"])
    lost, kept = staged_keys(event)
    objects.delete_objects(UPLOAD_BUCKET, [lost])
    with pytest.raises(ServiceError, match="404"):
        archive.handler(event, CONTEXT)
    assert kept in account.keys(UPLOAD_BUCKET)
    assert account.record(event)["status"] == PROCESSING


def test_validated_version_is_archived(account: Account) -> None:
    """The archived original is the version that was validated, although it was overwritten since."""
    data = pictures.examples()["PNG"]
    event = account.run_steps(data)
    account.put(event["image"]["key"], b"<script>another</script>")
    result = archive.handler(event, CONTEXT)
    assert account.content(ARCHIVE_BUCKET, result["original"]["key"]) == data


def test_metadata_of_the_client_is_not_archived(account: Account) -> None:
    """Copies have no metadata of the client, so that none is served later."""
    result = archive.handler(account.run_steps(pictures.examples()["PNG"]), CONTEXT)
    assert clients.s3().head_object(Bucket=ARCHIVE_BUCKET, Key=result["original"]["key"])["Metadata"] == {}


@pytest.mark.share(1)
@pytest.mark.parametrize("status", ["REJECTED", "FAILED"])
def test_another_final_status_does_not_become_a_success(account: Account, status: str) -> None:
    """A late archive step cannot change another final status into a success."""
    event = account.run_steps(pictures.examples()["PNG"])
    account.set_status(event, status)
    before = account.record(event)
    with pytest.raises(StaleExecution):
        archive.handler(event, CONTEXT)
    assert account.record(event) == before
