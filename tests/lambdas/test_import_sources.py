"""ImportImages: which objects of a source are imported, and why the others are not."""

from typing import Any

import pytest

from lambdas.domain.import_sources import MEANINGS, Reason
from lambdas.runtime import clients
from tests.fake_aws.account import UPLOAD_BUCKET
from tests.lambdas.account import MAX_BYTES, TABLE, Account
from tests.lambdas.imported import ALREADY, COPIED, PICTURE, SOURCE, FullBucket, fail, outcomes


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
    lines = bucket.run(items)
    assert outcomes(lines) == {"missing.jpg": Reason.NOT_FOUND, PICTURE: COPIED}
    missing = next(line for line in lines if line["key"] == "missing.jpg")
    assert (missing["size"], missing["version"], missing["imageId"]) == (0, "", "")


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        ({"entry": {"Key": "1.jpg", "IsLatest": "false"}}, Reason.OLD_VERSION),
        ({"entry": {"Key": "1.jpg", "IsLatest": "true", "IsDeleteMarker": "true"}}, Reason.OLD_VERSION),
        ({"key": "k" * 1025}, Reason.INVALID_KEY),
        ({"key": ""}, Reason.INVALID_KEY),
        ({"key": "\ud800.jpg"}, Reason.INVALID_KEY),
        ({"key": "1.jpg", "version": "v" * 1025}, Reason.VERSION_GONE),
        ({"entry": {"Key": "%FF.jpg"}}, Reason.NOT_FOUND),
    ],
)
def test_lines_that_are_no_current_object_are_skipped(bucket: FullBucket, item: dict[str, Any], reason: Reason) -> None:
    """Old versions and delete markers of an inventory, and keys that no object can have, are skipped without a call of S3."""
    bucket.put("1.jpg")
    (line,) = bucket.run([item])
    assert line["reason"] == reason


def test_a_version_is_imported(versioned: FullBucket, account: Account) -> None:
    """A list may name a version. One that is gone is reported, and the current one is not taken for it. Otherwise the line names the current one."""
    old, gone = versioned.put_version(PICTURE, b"first"), versioned.put_version(PICTURE, b"gone")
    current = versioned.put_version(PICTURE, b"second")
    clients.s3().delete_object(Bucket=SOURCE, Key=PICTURE, VersionId=gone)
    (line,) = versioned.run([{"key": PICTURE, "version": old, "owner": ""}])
    assert (line["outcome"], line["version"]) == (COPIED, old)
    assert account.content(UPLOAD_BUCKET, versioned.uploads()[0]) == b"first"
    (line,) = versioned.run([{"key": PICTURE, "version": gone, "owner": ""}])
    assert line["reason"] == Reason.VERSION_GONE
    (line,) = versioned.run(versioned.listed(PICTURE))
    assert (line["outcome"], line["version"]) == (COPIED, current)


def test_an_object_from_before_versions(bucket: FullBucket, account: Account) -> None:
    """The null version is copied, and not the current one, under the ID that it had before the bucket had versions."""
    bucket.put(PICTURE, b"first")
    (before,) = bucket.run(bucket.listed(PICTURE))
    bucket.set_status()
    clients.s3().put_bucket_versioning(Bucket=SOURCE, VersioningConfiguration={"Status": "Enabled"})
    bucket.put(PICTURE, b"second")
    items: list[Any] = [
        {"key": PICTURE, "version": "null", "owner": ""},
        {"entry": {"Key": PICTURE, "VersionId": "", "IsLatest": "true"}},
    ]
    for item in items:
        (line,) = bucket.run([item], run="run-2")
        assert (line["outcome"], line["imageId"]) == (ALREADY, before["imageId"])
    clients.dynamodb().delete_item(TableName=TABLE, Key={"imageId": {"S": before["imageId"]}})
    clients.s3().delete_object(Bucket=UPLOAD_BUCKET, Key=bucket.uploads()[0])
    (line,) = bucket.run([items[0]], run="run-3")
    assert (line["outcome"], line["reason"]) == (COPIED, "")
    assert account.content(UPLOAD_BUCKET, bucket.uploads()[0]) == b"first"


@pytest.mark.parametrize(
    ("refusals", "version", "reason"),
    [
        ({"head_object": "400", "get_object": "InvalidRequest"}, "", Reason.CUSTOMER_KEY),
        ({"head_object": "400", "get_object": "InvalidRequest"}, "v1", Reason.CUSTOMER_KEY),
        ({"head_object": "400", "get_object": "InvalidArgument"}, "v1", Reason.VERSION_GONE),
        ({"head_object": "400", "get_object": "KMS.KMSInvalidStateException"}, "", Reason.ACCESS_DENIED),
        ({"head_object": "405"}, "v1", Reason.VERSION_GONE),
        ({"head_object": "403"}, "", Reason.ACCESS_DENIED),
        ({"head_object": "404"}, "v1", Reason.VERSION_GONE),
        ({"copy_object": "InvalidObjectState"}, "", Reason.NOT_RESTORED),
        ({"copy_object": "KMS.DisabledException"}, "", Reason.ACCESS_DENIED),
    ],
)
def test_what_s3_refuses_has_a_reason(
    bucket: FullBucket, monkeypatch: pytest.MonkeyPatch, refusals: dict[str, str], version: str, reason: Reason
) -> None:
    """A refusal that no retry changes is a reason. A HEAD with the status 400 has no code, so that the object is asked again."""
    bucket.put(PICTURE)
    for call, code in refusals.items():
        fail(monkeypatch, call, code, PICTURE)
    assert outcomes(bucket.run([{"key": PICTURE, "version": version, "owner": ""}])) == {PICTURE: reason}


@pytest.mark.parametrize("call", ["head_object", "get_object"])
def test_a_refusal_that_may_pass_is_an_error(bucket: FullBucket, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    """An object is not called skipped for an error that may pass: that of the second question counts, too."""
    bucket.put(PICTURE)
    for name, code in {"head_object": "400", call: "SlowDown"}.items():
        fail(monkeypatch, name, code, PICTURE)
    with pytest.raises(Exception, match="SlowDown"):
        bucket.run([{"key": PICTURE}])


def test_every_reason_has_a_meaning() -> None:
    """Reports explain every reason."""
    assert MEANINGS.keys() == set(Reason)
