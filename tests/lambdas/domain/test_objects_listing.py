"""Listings: newest versions, uploads, staged and archived folders; and how a prefix is deleted."""

from datetime import datetime

import pytest

from lambdas.domain import objects, upload_versions
from lambdas.domain.objects import ObjectsNotDeletedError
from lambdas.runtime import clients
from tests.fake_aws.account import ARCHIVE_BUCKET, OWNER, UPLOAD_BUCKET
from tests.fake_aws.fake_clock import FakeClock
from tests.lambdas.account import Account, log_lines
from workflow import contracts

MANY = 1001  # objects: one more than S3 lists at once


def test_newest_version_is_the_last_upload(account: Account) -> None:
    """The newest version of a key is its last upload, independent of longer keys."""
    event = account.upload(b"first")
    key = event["image"]["key"]
    for number in range(12):
        account.put(f"{key}{number}", b"of another key")
    newest = account.put(key, b"second")
    assert upload_versions.newest_version(UPLOAD_BUCKET, key) == newest
    assert upload_versions.newest_version(UPLOAD_BUCKET, f"{key}-none") is None


@pytest.mark.parametrize("deletions", [1, 12])
def test_a_delete_marker_makes_no_older_version_the_newest(account: Account, deletions: int) -> None:
    """The newest version of a deleted object is still the last that was uploaded, however often it was deleted since."""
    event = account.upload(b"data")
    for _ in range(deletions):
        account.delete(event)
    assert upload_versions.newest_version(UPLOAD_BUCKET, event["image"]["key"]) == event["image"]["versionId"]


def found(since: datetime | None, until: datetime) -> list[tuple[str, str]]:
    """Return image id and version of the uploads that are found between since and until."""
    return [
        (image["imageId"], image["versionId"])
        for image in upload_versions.list_current_uploads(UPLOAD_BUCKET, since, until)
    ]


def test_uploads_are_found_by_their_age(account: Account, fake_clock: FakeClock) -> None:
    """Each upload's newest version is listed if it is in the range; an older version never replaces it."""
    early = account.upload(b"early")["image"]
    overwritten = account.upload(b"early")
    fake_clock.advance(hours=1)
    since = fake_clock.now()
    fake_clock.advance(hours=1)
    between = account.upload(b"between")["image"]
    fake_clock.advance(hours=1)
    until = fake_clock.now()
    fake_clock.advance(hours=1)
    late = account.upload_again(overwritten, b"late")["image"]
    versions = {
        name: (image["imageId"], image["versionId"]) for name, image in (("e", early), ("b", between), ("l", late))
    }
    assert found(since, until) == [versions["b"]]
    assert set(found(None, until)) == {versions["e"], versions["b"]}
    assert set(found(None, fake_clock.now())) == set(versions.values())


@pytest.mark.parametrize("deletions", [1, 12])
def test_a_deleted_upload_is_not_found(account: Account, fake_clock: FakeClock, deletions: int) -> None:
    """A deleted object is no current upload, and neither is an older version; uploaded again, it is one."""
    event = account.upload_again(account.upload(b"older"), b"newer")
    for _ in range(deletions):
        account.delete(event)
    fake_clock.advance(seconds=1)
    assert found(None, fake_clock.now()) == []
    (hidden,) = upload_versions.list_uploads(UPLOAD_BUCKET, None, fake_clock.now())
    assert (hidden.image["versionId"], hidden.deleted) == (event["image"]["versionId"], True)
    anew = account.upload_again(event, b"anew")["image"]
    fake_clock.advance(seconds=1)
    assert found(None, fake_clock.now()) == [(anew["imageId"], anew["versionId"])]


def test_an_upload_is_found_as_the_pipeline_takes_it(account: Account, fake_clock: FakeClock) -> None:
    """An upload is listed with the same facts as in its event."""
    image = account.upload(b"data")["image"]
    fake_clock.advance(seconds=1)
    (listed,) = upload_versions.list_current_uploads(UPLOAD_BUCKET, None, fake_clock.now())
    contracts.check("pipeline-input", {"image": listed})
    assert {**image, "attempt": 1, "size": len(b"data"), "uploadedAt": listed["uploadedAt"]} == listed


def test_other_keys_are_not_listed(account: Account, fake_clock: FakeClock) -> None:
    """Staged objects and keys of another depth are no uploads."""
    for key in ("staged/1/resized.jpg", "uploads/photo.jpg", f"uploads/{OWNER}/a/b"):
        account.put(key, b"data")
    fake_clock.advance(seconds=1)
    assert found(None, fake_clock.now()) == []


def test_more_than_a_page_of_uploads_is_found(account: Account, fake_clock: FakeClock) -> None:
    """However many there are, each is listed once."""
    account.put_many(UPLOAD_BUCKET, f"uploads/{OWNER}/", MANY)
    fake_clock.advance(seconds=1)
    assert len(set(found(None, fake_clock.now()))) == len(found(None, fake_clock.now())) == MANY


def test_executions_that_staged_are_listed_once(account: Account, fake_clock: FakeClock) -> None:
    """An execution that staged objects before that time is listed once; objects staged since do not count."""
    for key in ("staged/one/resized.jpg", "staged/one/thumbnail.jpg", "staged/two/resized.jpg", "uploads/three/x"):
        account.put(key, b"data")
    fake_clock.advance(seconds=1)
    until = fake_clock.now()
    fake_clock.advance(seconds=1)
    account.put("staged/four/resized.jpg", b"data")
    assert list(objects.list_staged_executions(UPLOAD_BUCKET, until)) == ["one", "two"]


def test_folders_are_listed_up_to_the_next_slash(account: Account) -> None:
    """The folders directly below a prefix are listed once each, and nothing beside them."""
    for key in ("a/b/one/x", "a/b/one/y", "a/b/two/x", "a/b/beside", "a/c/three/x"):
        clients.s3().put_object(Bucket=ARCHIVE_BUCKET, Key=key, Body=b"")
    assert list(objects.list_folders(ARCHIVE_BUCKET, "a/b/")) == ["a/b/one/", "a/b/two/"]
    assert list(objects.list_folders(ARCHIVE_BUCKET, "b/")) == []
    assert account.keys(UPLOAD_BUCKET) == set()


def test_a_folder_is_emptied_and_nothing_else(account: Account) -> None:
    """All objects under the prefix are deleted and counted; a second time there is nothing."""
    account.put_many(UPLOAD_BUCKET, "staged/1/", MANY)
    account.put("staged/10/kept", b"")
    assert objects.delete_prefix(UPLOAD_BUCKET, "staged/1/") == MANY
    assert account.keys(UPLOAD_BUCKET) == {"staged/10/kept"}
    assert objects.delete_prefix(UPLOAD_BUCKET, "staged/1/") == 0


def refusing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let S3 answer that it did not delete an object."""
    answer = {"Errors": [{"Key": "staged/1/secret", "Code": "SlowDown"}]}
    monkeypatch.setattr(clients.s3(), "delete_objects", lambda **_: answer)


def test_a_prefix_that_cannot_be_deleted_is_an_error(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """S3 answers with success although it deletes nothing: the error holds number and code, and no key."""
    account.put("staged/1/secret", b"")
    refusing(monkeypatch)
    with pytest.raises(ObjectsNotDeletedError, match=r"^1 of 1 objects were not deleted: SlowDown$"):
        objects.delete_prefix(UPLOAD_BUCKET, "staged/1/")


def test_objects_that_cannot_be_deleted_are_left_to_the_sweep(
    account: Account, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A complete step does not fail because of objects that it could not delete; the log says so, without keys."""
    account.put("staged/1/secret", b"")
    with monkeypatch.context() as patch:
        refusing(patch)
        objects.delete_objects(UPLOAD_BUCKET, ["staged/1/secret"])
    objects.delete_objects("no-such-bucket", ["staged/1/secret"])
    output = capsys.readouterr().out
    assert [line["message"] for line in log_lines(output)] == [
        "objects are left to the sweep: ObjectsNotDeletedError",
        "objects are left to the sweep: NoSuchBucket",
    ]
    assert "secret" not in output
    assert account.keys(UPLOAD_BUCKET) == {"staged/1/secret"}
