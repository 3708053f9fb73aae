"""The rules of an import's source objects: what S3 says that moto cannot, and where a bound ends."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from lambdas.domain import import_sources
from lambdas.domain.import_sources import LONGEST_KEY, Reason, SkippedError

# Of HeadObject's x-amz-restore, x-amz-storage-class and x-amz-archive-status.
# https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
ONGOING: Any = {"StorageClass": "GLACIER", "Restore": 'ongoing-request="true"'}
RESTORED: Any = {
    "StorageClass": "DEEP_ARCHIVE",
    "Restore": 'ongoing-request="false", expiry-date="Tue, 01 Dec 2026 00:00:00 GMT"',
}
ARCHIVED: Any = {"StorageClass": "INTELLIGENT_TIERING", "ArchiveStatus": "ARCHIVE_ACCESS"}

# https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html, and of CopyObject and GetObject. HEAD has the status alone.
CODES: dict[Reason | None, tuple[str, ...]] = {
    Reason.NOT_FOUND: ("404", "NoSuchKey"),
    Reason.ACCESS_DENIED: ("403", "AccessDenied", "AllAccessDisabled", "KMS.NotFoundException"),
    Reason.NOT_RESTORED: ("InvalidObjectState", "ObjectNotInActiveTierError"),
    None: ("400", "500", "503", "SlowDown", "InternalError", "NoSuchBucket"),
}
VERSION_CODES = ("404", "405", "NoSuchKey", "NoSuchVersion", "MethodNotAllowed")


def _reason(code: str, *, versioned: bool) -> Reason | None:
    error = ClientError({"Error": {"Code": code, "Message": code}}, "CopyObject")
    return import_sources.reason_of(error, versioned=versioned)


@pytest.mark.parametrize("answer", [ONGOING, ARCHIVED])
def test_an_object_in_an_archive_is_not_restored(answer: Any) -> None:
    """An object whose copy is still on its way, or that Intelligent-Tiering has archived, cannot be read."""
    with pytest.raises(SkippedError) as skipped:
        import_sources.check_restored(answer)
    assert skipped.value.reason == Reason.NOT_RESTORED


def test_a_restored_object_can_be_read() -> None:
    """The storage class stays that of an archive while there is a copy."""
    import_sources.check_restored(RESTORED)


def test_errors_of_s3_have_a_reason_if_they_last() -> None:
    """A copy fails with a code, and an error that may pass, or that is of all objects, is no reason."""
    found = {
        reason: tuple(code for code in codes if _reason(code, versioned=False) == reason)
        for reason, codes in CODES.items()
    }
    assert found == CODES
    assert {_reason(code, versioned=True) for code in VERSION_CODES} == {Reason.VERSION_GONE}


def test_a_format_that_is_left_out_is_skipped() -> None:
    """An extension names a format that EnabledFormats leaves out: the object is not copied to be rejected."""
    with pytest.raises(SkippedError) as skipped:
        import_sources.check_name("2019/1.PNG", frozenset({"JPEG"}))
    assert skipped.value.reason == Reason.FORMAT_DISABLED


def test_what_is_just_within_a_bound_is_imported() -> None:
    """An object may have as many bytes as MaxBytes says, and a key as many bytes of UTF-8 as S3 allows."""
    import_sources.check_size(1000, 1000)
    assert import_sources.is_key("ü" * (LONGEST_KEY // 2))
    assert not import_sources.is_key("ü" * (LONGEST_KEY // 2) + "u")
