"""Source objects of an import: what a source lists, and what S3 says of each object now.

Everything here is decided by key, size and storage class. The content of an object decides later, in the pipeline.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote_plus

from imaging.formats import EXTENSIONS
from lambdas.domain.tombstones import NOBODY
from lambdas.runtime import clients

if TYPE_CHECKING:
    from botocore.exceptions import ClientError
    from mypy_boto3_s3.type_defs import HeadObjectOutputTypeDef

    from workflow.contracts.payloads import ImportImagesInputItemsItem, ImportImagesInputOwnership

LONGEST_KEY: Final = 1024  # bytes of UTF-8, of S3; versions are shorter
OWNER: Final = re.compile(r"[A-Za-z0-9-]{1,64}", re.ASCII)  # as in the contracts
MUST_BE_RESTORED: Final = ("GLACIER", "DEEP_ARCHIVE")
RESTORED: Final = 'ongoing-request="false"'  # in the header of an object of which a copy was restored
# The version of an object from before its bucket had versions; inventories have an empty one.
UNVERSIONED: Final = "null"
YES: Final = "true"  # in an inventory


class Reason(StrEnum):
    """Why a source object is not imported."""

    FOLDER = "FOLDER"
    EMPTY = "EMPTY"
    TOO_MANY_BYTES = "TOO_MANY_BYTES"
    UNSUPPORTED = "UNSUPPORTED"
    FORMAT_DISABLED = "FORMAT_DISABLED"
    NOT_RESTORED = "NOT_RESTORED"
    VERSION_GONE = "VERSION_GONE"
    CHANGED = "CHANGED"
    NOT_FOUND = "NOT_FOUND"
    ACCESS_DENIED = "ACCESS_DENIED"
    CUSTOMER_KEY = "CUSTOMER_KEY"
    NO_OWNER = "NO_OWNER"
    OTHER_OWNER = "OTHER_OWNER"
    INVALID_KEY = "INVALID_KEY"
    OLD_VERSION = "OLD_VERSION"
    NOT_SUCCEEDED = "NOT_SUCCEEDED"
    OUTCOME_PENDING = "OUTCOME_PENDING"


MEANINGS: Final = {
    Reason.FOLDER: "the key is that of a folder",
    Reason.EMPTY: "the object is empty",
    Reason.TOO_MANY_BYTES: "the object is larger than MaxBytes",
    Reason.UNSUPPORTED: "the name is that of another kind of file",
    Reason.FORMAT_DISABLED: "EnabledFormats leaves out the format of the name",
    Reason.NOT_RESTORED: "the object has to be restored from its storage class first",
    Reason.VERSION_GONE: "the version does not exist any more",
    Reason.CHANGED: "the object was replaced after it was listed",
    Reason.NOT_FOUND: "there is no such object",
    Reason.ACCESS_DENIED: "the stack may not read the object, or not use its key",
    Reason.CUSTOMER_KEY: "the object is encrypted with a key that only its owner has (SSE-C)",
    Reason.NO_OWNER: "no valid owner is named",
    Reason.OTHER_OWNER: "the object was imported for another owner",
    Reason.INVALID_KEY: "no object can have such a key",
    Reason.OLD_VERSION: "it is an old version or a delete marker",
    Reason.NOT_SUCCEEDED: "there is no such image that has succeeded; it may have been deleted",
    Reason.OUTCOME_PENDING: "the last outcome of the image is not published yet: try again in an hour or two",
}


class SkippedError(Exception):
    """A source object is not imported."""

    def __init__(self, reason: Reason) -> None:
        """Take why."""
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Listed:
    """An object as a source lists it; what the source does not say is empty."""

    key: str
    etag: str = ""
    version: str = ""
    owner: str = ""
    is_current: bool = True


@dataclass(frozen=True)
class SourceObject:
    """An object of a source as it is now."""

    bucket: str
    key: str
    version: str  # empty without versions; UNVERSIONED in a bucket that has had none
    etag: str
    size: int


@dataclass(frozen=True)
class Accepted:
    """What is imported, by name and size."""

    formats: frozenset[str]
    max_bytes: int


def listed(item: ImportImagesInputItemsItem, ownership: ImportImagesInputOwnership) -> Listed:
    """Return an item of a batch with its owner, which is empty if there is none."""
    entry = item.get("entry", {})
    # S3 encodes the keys in an inventory as in URLs.
    key = unquote_plus(entry.get("Key", "")) if entry else item.get("key", "")
    etag, version = (
        (entry.get("ETag", ""), entry.get("VersionId", "") or (UNVERSIONED if "VersionId" in entry else ""))
        if entry
        else (item.get("etag", ""), item.get("version", ""))
    )
    current = entry.get("IsLatest", YES) == YES and entry.get("IsDeleteMarker", "") != YES
    return Listed(key, etag.strip('"'), version, _owner(key, item, ownership), current)


def _owner(key: str, item: ImportImagesInputItemsItem, ownership: ImportImagesInputOwnership) -> str:
    match ownership["kind"]:
        case "ONE":
            return ownership.get("owner", "")
        case "PATH":
            return path_owner(key, ownership.get("prefix", ""))
    return item.get("owner", "")


def path_owner(key: str, prefix: str) -> str:
    """Return the first part of the path of a key after a prefix, which is a whole folder; empty if there is none."""
    is_folder = not prefix or prefix.endswith("/")
    if not (is_folder and key.startswith(prefix)):
        return ""
    first, slash, _ = key[len(prefix) :].partition("/")
    return first if slash else ""


def is_owner(text: str) -> bool:
    """Return whether a text can be the ID of a user."""
    return text != NOBODY and OWNER.fullmatch(text) is not None


def check_listed(one: Listed, formats: frozenset[str]) -> None:
    """Raise SkippedError for an object whose key or owner does not fit; S3 is not asked."""
    if not one.is_current:
        raise SkippedError(Reason.OLD_VERSION)
    if not is_key(one.key):
        raise SkippedError(Reason.INVALID_KEY)
    if one.version and not is_key(one.version):
        raise SkippedError(Reason.VERSION_GONE)
    if one.key.endswith("/"):
        raise SkippedError(Reason.FOLDER)
    check_name(one.key, formats)
    if not is_owner(one.owner):
        raise SkippedError(Reason.NO_OWNER)


def is_key(text: str) -> bool:
    """Return whether an object can have this key: halves of surrogate pairs have no UTF-8."""
    try:
        return 0 < len(text.encode()) <= LONGEST_KEY
    except UnicodeEncodeError:
        return False


def check_name(key: str, formats: frozenset[str]) -> None:
    """Raise SkippedError if the extension is that of another kind of file; a name without one may be anything."""
    extension = extension_of(key)
    if not extension:
        return
    if extension not in EXTENSIONS:
        raise SkippedError(Reason.UNSUPPORTED)
    if EXTENSIONS[extension].name not in formats:
        raise SkippedError(Reason.FORMAT_DISABLED)


def extension_of(key: str) -> str:
    """Return the extension of a key in lower case, without its dot; empty if there is none."""
    _, dot, extension = key.rpartition("/")[2].rpartition(".")
    return extension.lower() if dot else ""


def check_size(size: int, max_bytes: int) -> None:
    """Raise SkippedError for an object that is empty or too large."""
    if size == 0:
        raise SkippedError(Reason.EMPTY)
    if size > max_bytes:
        raise SkippedError(Reason.TOO_MANY_BYTES)


def check_storage_class(storage_class: str, *, is_restored: bool) -> None:
    """Raise SkippedError for an object that cannot be read before it is restored."""
    if storage_class in MUST_BE_RESTORED and not is_restored:
        raise SkippedError(Reason.NOT_RESTORED)


def check_restored(answer: HeadObjectOutputTypeDef) -> None:
    """Raise SkippedError for an object that cannot be read before it is restored, by what S3 says of it."""
    restored = RESTORED in answer.get("Restore", "")
    check_storage_class(answer.get("StorageClass", ""), is_restored=restored)
    if "ArchiveStatus" in answer and not restored:  # of S3 Intelligent-Tiering
        raise SkippedError(Reason.NOT_RESTORED)


def find(bucket: str, one: Listed, accepted: Accepted) -> SourceObject:
    """Return what S3 says of a listed object now; raises SkippedError if it is not imported."""
    check_listed(one, accepted.formats)
    answer = head(bucket, one)
    etag = answer["ETag"].strip('"')
    if one.etag and one.etag != etag:
        raise SkippedError(Reason.CHANGED)
    check_size(answer["ContentLength"], accepted.max_bytes)
    check_restored(answer)
    return SourceObject(bucket, one.key, answer.get("VersionId", one.version), etag, answer["ContentLength"])


def head(bucket: str, one: Listed) -> HeadObjectOutputTypeDef:
    """Return what S3 says of an object; raises SkippedError if it cannot be read for good."""
    from botocore.exceptions import ClientError

    place: Any = {"Bucket": bucket, "Key": one.key, **({"VersionId": one.version} if one.version else {})}
    try:
        return clients.s3().head_object(**place)
    except ClientError as error:
        known = _explained(place) or error if error.response["Error"]["Code"] == BAD_REQUEST else error
        if reason := reason_of(known, versioned=bool(one.version)):
            raise SkippedError(reason) from error
        raise known from error


def _explained(place: Any) -> ClientError | None:
    """Return the error of an object with its code, which a response to HEAD does not have; None if there is none any more."""
    from botocore.exceptions import ClientError

    try:
        clients.s3().get_object(**place, Range="bytes=0-0")["Body"].close()
    except ClientError as error:
        return error
    return None


# Codes of S3. A response to HEAD has no body, so that only the status is known.
BAD_REQUEST: Final = "400"
GONE: Final = ("404", "NoSuchKey", "NotFound")
VERSION_GONE: Final = ("NoSuchVersion", "405", "MethodNotAllowed", "InvalidArgument")
KEY_ERRORS: Final = ("KMS.DisabledException", "KMS.NotFoundException", "KMS.KMSInvalidStateException")
DENIED: Final = ("403", "AccessDenied", "AllAccessDisabled", *KEY_ERRORS)
ARCHIVED: Final = ("InvalidObjectState", "ObjectNotInActiveTierError")
NEEDS_KEY: Final = "InvalidRequest"  # without the key of the customer with which the object is encrypted


def reason_of(error: ClientError, *, versioned: bool) -> Reason | None:
    """Return why an object cannot be read for good; None for an error that may pass."""
    code = error.response["Error"]["Code"]
    if versioned and code in (*GONE, *VERSION_GONE):
        return Reason.VERSION_GONE
    known = {**dict.fromkeys(GONE, Reason.NOT_FOUND), **dict.fromkeys(DENIED, Reason.ACCESS_DENIED)}
    return {**known, **dict.fromkeys(ARCHIVED, Reason.NOT_RESTORED), NEEDS_KEY: Reason.CUSTOMER_KEY}.get(code)
