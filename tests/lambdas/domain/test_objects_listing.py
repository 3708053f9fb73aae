"""What storage finds by listing: newest versions, uploads, staged and archived folders; and how it empties them."""

from datetime import datetime

import pytest

from lambdas.domain import objects, upload_versions
from lambdas.domain.objects import ObjectsNotDeletedError
from lambdas.runtime import clients
from tests.lambdas.bench import ARCHIVE_BUCKET, OWNER, UPLOAD_BUCKET, Bench, logged
from tests.lambdas.watch import Watch
from workflow import contracts

MANY = 1001  # objects: one more than S3 lists at once


def test_the_newest_version_is_the_last_that_was_put(bench: Bench) -> None:
    """Of a key's versions the last one counts, whatever lies under longer keys."""
    event = bench.uploaded(b"first")
    key = event["image"]["key"]
    for number in range(12):
        bench.put(f"{key}{number}", b"of another key")
    newest = bench.put(key, b"second")
    assert upload_versions.newest_version(UPLOAD_BUCKET, key) == newest
    assert upload_versions.newest_version(UPLOAD_BUCKET, f"{key}-none") is None


@pytest.mark.parametrize("deletions", [1, 12])
def test_a_deletion_makes_no_older_version_the_newest(bench: Bench, deletions: int) -> None:
    """A deleted object's newest version is still the last that was put, however often it was deleted since."""
    event = bench.uploaded(b"data")
    for _ in range(deletions):
        bench.delete(event)
    assert upload_versions.newest_version(UPLOAD_BUCKET, event["image"]["key"]) == event["image"]["versionId"]


def found(since: datetime | None, until: datetime) -> list[tuple[str, str]]:
    """Return image id and version of the uploads that are found between since and until."""
    return [
        (image["imageId"], image["versionId"])
        for image in upload_versions.list_current_uploads(UPLOAD_BUCKET, since, until)
    ]


def test_uploads_are_found_by_their_age(bench: Bench, watch: Watch) -> None:
    """Each upload's newest version, if it was written in time; an older version is not found in its stead."""
    early = bench.uploaded(b"early")["image"]
    overwritten = bench.uploaded(b"early")
    watch.set_on(hours=1)
    since = watch.now()
    watch.set_on(hours=1)
    between = bench.uploaded(b"between")["image"]
    watch.set_on(hours=1)
    until = watch.now()
    watch.set_on(hours=1)
    late = bench.again(overwritten, b"late")["image"]
    versions = {
        name: (image["imageId"], image["versionId"]) for name, image in (("e", early), ("b", between), ("l", late))
    }
    assert found(since, until) == [versions["b"]]
    assert set(found(None, until)) == {versions["e"], versions["b"]}
    assert set(found(None, watch.now())) == set(versions.values())


@pytest.mark.parametrize("deletions", [1, 12])
def test_a_deleted_upload_is_not_found(bench: Bench, watch: Watch, deletions: int) -> None:
    """What a deletion hides is no upload, and neither is what lay below; uploaded again, it is one."""
    event = bench.again(bench.uploaded(b"older"), b"newer")
    for _ in range(deletions):
        bench.delete(event)
    watch.set_on(seconds=1)
    assert found(None, watch.now()) == []
    (hidden,) = upload_versions.list_uploads(UPLOAD_BUCKET, None, watch.now())
    assert (hidden.image["versionId"], hidden.deleted) == (event["image"]["versionId"], True)
    anew = bench.again(event, b"anew")["image"]
    watch.set_on(seconds=1)
    assert found(None, watch.now()) == [(anew["imageId"], anew["versionId"])]


def test_an_upload_is_found_as_the_pipeline_takes_it(bench: Bench, watch: Watch) -> None:
    """What is known of it is what its event would have said."""
    image = bench.uploaded(b"data")["image"]
    watch.set_on(seconds=1)
    (listed,) = upload_versions.list_current_uploads(UPLOAD_BUCKET, None, watch.now())
    contracts.check("pipeline-input", {"image": listed})
    assert {**image, "attempt": 1, "size": len(b"data"), "uploadedAt": listed["uploadedAt"]} == listed


def test_what_is_not_under_an_uploads_key_is_passed_over(bench: Bench, watch: Watch) -> None:
    """Staged pictures and keys of another depth are no uploads."""
    for key in ("staged/1/resized.jpg", "uploads/photo.jpg", f"uploads/{OWNER}/a/b"):
        bench.put(key, b"data")
    watch.set_on(seconds=1)
    assert found(None, watch.now()) == []


def test_more_than_a_page_of_uploads_is_found(bench: Bench, watch: Watch) -> None:
    """However many there are, each is found once."""
    bench.fill(UPLOAD_BUCKET, f"uploads/{OWNER}/", MANY)
    watch.set_on(seconds=1)
    assert len(set(found(None, watch.now()))) == len(found(None, watch.now())) == MANY


def test_staging_executions_are_told_once_each(bench: Bench, watch: Watch) -> None:
    """Whatever an execution staged before that time, it is named once; what was staged since does not count."""
    for key in ("staged/one/resized.jpg", "staged/one/thumbnail.jpg", "staged/two/resized.jpg", "uploads/three/x"):
        bench.put(key, b"data")
    watch.set_on(seconds=1)
    until = watch.now()
    watch.set_on(seconds=1)
    bench.put("staged/four/resized.jpg", b"data")
    assert list(objects.list_staged_executions(UPLOAD_BUCKET, until)) == ["one", "two"]


def test_folders_are_told_to_the_next_slash(bench: Bench) -> None:
    """The folders right below a prefix, each once, and nothing that lies beside them."""
    for key in ("a/b/one/x", "a/b/one/y", "a/b/two/x", "a/b/beside", "a/c/three/x"):
        clients.s3().put_object(Bucket=ARCHIVE_BUCKET, Key=key, Body=b"")
    assert list(objects.list_folders(ARCHIVE_BUCKET, "a/b/")) == ["a/b/one/", "a/b/two/"]
    assert list(objects.list_folders(ARCHIVE_BUCKET, "b/")) == []
    assert bench.keys(UPLOAD_BUCKET) == set()


def test_a_folder_is_emptied_and_nothing_else(bench: Bench) -> None:
    """All that lies under the prefix goes, however much, and is counted; done again, there is nothing."""
    bench.fill(UPLOAD_BUCKET, "staged/1/", MANY)
    bench.put("staged/10/kept", b"")
    assert objects.delete_prefix(UPLOAD_BUCKET, "staged/1/") == MANY
    assert bench.keys(UPLOAD_BUCKET) == {"staged/10/kept"}
    assert objects.delete_prefix(UPLOAD_BUCKET, "staged/1/") == 0


def refusing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let S3 answer that it did not delete."""
    answer = {"Errors": [{"Key": "staged/1/secret", "Code": "SlowDown"}]}
    monkeypatch.setattr(clients.s3(), "delete_objects", lambda **_: answer)


def test_what_cannot_be_emptied_is_an_error(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """S3 answers well though it deletes nothing: how much it was and why is told, and no key."""
    bench.put("staged/1/secret", b"")
    refusing(monkeypatch)
    with pytest.raises(ObjectsNotDeletedError, match=r"^1 of 1 objects were not deleted: SlowDown$"):
        objects.delete_prefix(UPLOAD_BUCKET, "staged/1/")


def test_what_cannot_be_removed_is_left_to_the_sweep(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A step that is done does not fail for what it could not remove; the log says so, and no key."""
    bench.put("staged/1/secret", b"")
    with monkeypatch.context() as patch:
        refusing(patch)
        objects.delete_objects(UPLOAD_BUCKET, ["staged/1/secret"])
    objects.delete_objects("no-such-bucket", ["staged/1/secret"])
    output = capsys.readouterr().out
    assert [line["message"] for line in logged(output)] == [
        "objects are left to the sweep: ObjectsNotDeletedError",
        "objects are left to the sweep: NoSuchBucket",
    ]
    assert "secret" not in output
    assert bench.keys(UPLOAD_BUCKET) == {"staged/1/secret"}
