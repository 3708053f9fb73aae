"""Storage: one version is read, renditions wait under their own prefix, copies reach the archive once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from imaging.errors import ImageRefusedError, Reason
from lambdas.domain import object_keys, objects
from lambdas.domain.object_keys import STAGED, UPLOADS
from lambdas.domain.objects import FILENAME, MAX_FILENAME
from lambdas.runtime import clients
from tests.fake_aws.account import ARCHIVE_BUCKET, OWNER, UPLOAD_BUCKET
from tests.lambdas.account import MAX_BYTES, Account

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import CopySourceTypeDef

    from workflow.contracts.payloads import Image

IMAGE_ID = "0b7f3c52-4a58-4d0e-9a41-6f2f6c1f7d10"
DATA = b"picture"


def test_an_upload_key_tells_owner_and_image() -> None:
    """What an upload's key is made of can be read from it."""
    key = object_keys.upload_key(OWNER, IMAGE_ID)
    assert key.startswith(UPLOADS)
    assert object_keys.parse_upload_key(key) == (OWNER, IMAGE_ID)


@pytest.mark.parametrize("key", ["", "uploads", "uploads/owner", "uploads/owner/image/more", "staged/owner/image"])
def test_other_keys_are_refused(key: str) -> None:
    """A key that is not of an upload is an error, and no guess."""
    with pytest.raises(ValueError, match=r"unpack|not one of an upload"):
        object_keys.parse_upload_key(key)


@given(name=st.text(min_size=1))
def test_file_names_travel_as_ascii(name: str) -> None:
    """Whatever the script of a file name, S3 gets plain ASCII without a blank or a separator."""
    encoded = objects.filename_metadata(name)[FILENAME]
    assert encoded.isascii()
    assert encoded.isprintable()
    assert not set(encoded) & set(' "/\\+')


def test_reads_bytes_and_file_name(account: Account) -> None:
    """An upload is read back as it was put, with the client's name for it."""
    upload = objects.read_upload(account.upload(b"data", "Fête (1) +.jpg")["image"], MAX_BYTES)
    assert (upload.data, upload.filename) == (b"data", "Fête (1) +.jpg")


def test_reads_the_version_that_was_announced(account: Account) -> None:
    """A later upload to the same key does not change what an execution works on."""
    image = account.upload(b"first")["image"]
    account.put(image["key"], b"second")
    assert objects.read_upload(image, MAX_BYTES).data == b"first"


@pytest.mark.parametrize("metadata", [{}, {FILENAME: ""}, {FILENAME: "%C3%A9" * MAX_FILENAME}])
def test_without_a_sound_name_the_image_id_serves(account: Account, metadata: dict[str, str]) -> None:
    """An upload with no file name, or one longer than a file system takes, is called by its image id."""
    image = account.upload(b"data")["image"]
    image["versionId"] = account.put(image["key"], b"data", metadata)
    assert objects.read_upload(image, MAX_BYTES).filename == image["imageId"]


@pytest.mark.parametrize(
    ("size", "reason"), [(0, Reason.EMPTY), (11, Reason.TOO_MANY_BYTES), (1000, Reason.TOO_MANY_BYTES)]
)
def test_sizes_out_of_bounds_are_rejected(account: Account, size: int, reason: Reason) -> None:
    """An empty file and one over the limit are the uploader's to know."""
    with pytest.raises(ImageRefusedError) as rejected:
        objects.read_upload(account.upload(b"x" * size)["image"], max_bytes=10)
    assert rejected.value.reason == reason


@pytest.mark.parametrize("size", [1, 10])
def test_sizes_within_bounds_are_read(account: Account, size: int) -> None:
    """The limit itself is allowed."""
    assert len(objects.read_upload(account.upload(b"x" * size)["image"], max_bytes=10).data) == size


def test_a_missing_version_is_a_fault_of_ours(account: Account) -> None:
    """An upload that is not there is no rejection."""
    image: Image = account.upload(b"data")["image"]
    with pytest.raises(ClientError):
        objects.read_upload({**image, "key": image["key"] + "0"}, MAX_BYTES)


def test_stages_where_no_event_is_routed(account: Account) -> None:
    """A rendition waits in a folder of its execution under the staging prefix, with its media type."""
    key = objects.stage(UPLOAD_BUCKET, "execution-1", "thumbnail.webp", DATA, "image/webp")
    assert key.startswith(f"{STAGED}execution-1/")
    assert not key.startswith(UPLOADS)
    assert account.content(UPLOAD_BUCKET, key) == DATA
    assert account.content_type(UPLOAD_BUCKET, key) == "image/webp"


def test_executions_stage_side_by_side(account: Account) -> None:
    """Two executions, or two renditions of one, never share a key; the same one stages over itself."""
    staged = [
        objects.stage(UPLOAD_BUCKET, execution, name, DATA, "image/webp")
        for execution, name in (("1", "resized"), ("2", "resized"), ("1", "thumbnail"), ("1", "resized"))
    ]
    assert account.keys(UPLOAD_BUCKET) == set(staged)
    assert len(set(staged)) == len(staged) - 1


def test_archives_bytes_and_type_but_no_metadata(account: Account) -> None:
    """A copy has the type that was found, and nothing that the client wrote beside the bytes."""
    image = account.upload(b"data")["image"]
    source = objects.archive({"Bucket": UPLOAD_BUCKET, "Key": image["key"]}, ARCHIVE_BUCKET, "copy.png", "image/png")
    assert source == {"key": "copy.png", "contentType": "image/png", "size": len(b"data")}
    assert account.content(ARCHIVE_BUCKET, "copy.png") == b"data"
    assert account.content_type(ARCHIVE_BUCKET, "copy.png") == "image/png"
    assert clients.s3().head_object(Bucket=ARCHIVE_BUCKET, Key="copy.png")["Metadata"] == {}


def test_archives_again_after_the_source_is_gone(account: Account) -> None:
    """A copy that an earlier attempt made is enough."""
    source: CopySourceTypeDef = {"Bucket": UPLOAD_BUCKET, "Key": "staged/1/resized.png"}
    account.put(source["Key"], b"data")
    first = objects.archive(source, ARCHIVE_BUCKET, "copy.png", "image/png")
    objects.delete_objects(UPLOAD_BUCKET, [source["Key"]])
    assert objects.archive(source, ARCHIVE_BUCKET, "copy.png", "image/png") == first
    assert account.content(ARCHIVE_BUCKET, "copy.png") == b"data"


def test_no_source_and_no_copy_is_an_error(account: Account) -> None:
    """A picture that is nowhere is not passed over in silence."""
    with pytest.raises(ClientError):
        objects.archive({"Bucket": UPLOAD_BUCKET, "Key": "staged/1/none.png"}, ARCHIVE_BUCKET, "copy.png", "image/png")
    assert account.keys(ARCHIVE_BUCKET) == set()


def test_removes_what_is_there_and_nothing_else(account: Account) -> None:
    """Removing is done once it is done: what is gone already is no error, and what was not named stays."""
    for key in ("staged/1/resized.png", "staged/2/resized.png"):
        account.put(key, b"data")
    for _ in range(2):
        objects.delete_objects(UPLOAD_BUCKET, ["staged/1/resized.png", "staged/1/thumbnail.png"])
    assert account.keys(UPLOAD_BUCKET) == {"staged/2/resized.png"}
