"""Objects: one version is read, renditions are staged under their own prefix, copies are archived once."""

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


def test_an_upload_key_holds_owner_and_image() -> None:
    """Owner and image id can be read from an upload's key."""
    key = object_keys.upload_key(OWNER, IMAGE_ID)
    assert key.startswith(UPLOADS)
    assert object_keys.parse_upload_key(key) == (OWNER, IMAGE_ID)


@pytest.mark.parametrize("key", ["", "uploads", "uploads/owner", "uploads/owner/image/more", "staged/owner/image"])
def test_other_keys_are_refused(key: str) -> None:
    """A key that is not one of an upload is an error."""
    with pytest.raises(ValueError, match=r"unpack|not one of an upload"):
        object_keys.parse_upload_key(key)


@given(name=st.text(min_size=1))
def test_file_names_travel_as_ascii(name: str) -> None:
    """A file name in any script is sent to S3 as ASCII without blanks and separators."""
    encoded = objects.upload_metadata(name)[FILENAME]
    assert encoded.isascii()
    assert encoded.isprintable()
    assert not set(encoded) & set(' "/\\+')


def test_reads_bytes_and_file_name(account: Account) -> None:
    """An upload is read as it was uploaded, with the client's name for it."""
    upload = objects.read_upload(account.upload(b"data", "Fête (1) +.jpg")["image"], MAX_BYTES)
    assert (upload.data, upload.filename) == (b"data", "Fête (1) +.jpg")


def test_reads_the_version_that_was_announced(account: Account) -> None:
    """A later upload to the same key does not change what an execution processes."""
    image = account.upload(b"first")["image"]
    account.put(image["key"], b"second")
    assert objects.read_upload(image, MAX_BYTES).data == b"first"


@pytest.mark.parametrize("name", ["x", "x" * MAX_FILENAME, "é" * (MAX_FILENAME // 2) + "x"])
def test_the_shortest_and_the_longest_name_are_read(account: Account, name: str) -> None:
    """A file name of one byte, and one of as many bytes as a file may have, are read unchanged."""
    assert len(name.encode()) in (1, MAX_FILENAME)
    assert objects.read_upload(account.upload(b"data", name)["image"], MAX_BYTES).filename == name


TOO_LONG = ["%C3%A9" * MAX_FILENAME, "x" * (MAX_FILENAME + 1)]


@pytest.mark.parametrize("metadata", [{}, {FILENAME: ""}, *({FILENAME: name} for name in TOO_LONG)])
def test_without_a_sound_name_the_image_id_serves(account: Account, metadata: dict[str, str]) -> None:
    """An upload without a file name, or with one that is too long, is named by its image id."""
    image = account.upload(b"data")["image"]
    image["versionId"] = account.put(image["key"], b"data", metadata)
    assert objects.read_upload(image, MAX_BYTES).filename == image["imageId"]


@pytest.mark.parametrize(
    ("size", "reason"), [(0, Reason.EMPTY), (11, Reason.TOO_MANY_BYTES), (1000, Reason.TOO_MANY_BYTES)]
)
def test_sizes_out_of_bounds_are_rejected(account: Account, size: int, reason: Reason) -> None:
    """An empty file and one over the limit are refused."""
    with pytest.raises(ImageRefusedError) as rejected:
        objects.read_upload(account.upload(b"x" * size)["image"], max_bytes=10)
    assert rejected.value.reason == reason


@pytest.mark.parametrize("size", [1, 10])
def test_sizes_within_bounds_are_read(account: Account, size: int) -> None:
    """The limit itself is allowed."""
    assert len(objects.read_upload(account.upload(b"x" * size)["image"], max_bytes=10).data) == size


def test_a_missing_version_is_an_internal_error(account: Account) -> None:
    """An upload that does not exist is no refusal."""
    image: Image = account.upload(b"data")["image"]
    with pytest.raises(ClientError):
        objects.read_upload({**image, "key": image["key"] + "0"}, MAX_BYTES)


def test_stages_where_no_event_is_routed(account: Account) -> None:
    """A rendition is staged in a folder of its execution under the staging prefix, with its media type."""
    key = objects.stage(UPLOAD_BUCKET, "execution-1", "thumbnail.webp", DATA, "image/webp")
    assert key.startswith(f"{STAGED}execution-1/")
    assert not key.startswith(UPLOADS)
    assert account.content(UPLOAD_BUCKET, key) == DATA
    assert account.content_type(UPLOAD_BUCKET, key) == "image/webp"


def test_executions_stage_side_by_side(account: Account) -> None:
    """Two executions, or two renditions of one, never share a key; the same rendition overwrites itself."""
    staged = [
        objects.stage(UPLOAD_BUCKET, execution, name, DATA, "image/webp")
        for execution, name in (("1", "resized"), ("2", "resized"), ("1", "thumbnail"), ("1", "resized"))
    ]
    assert account.keys(UPLOAD_BUCKET) == set(staged)
    assert len(set(staged)) == len(staged) - 1


def test_archives_bytes_and_type_but_no_metadata(account: Account) -> None:
    """A copy has the detected type, and none of the client's metadata."""
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
    """An object that exists nowhere is an error."""
    with pytest.raises(ClientError):
        objects.archive({"Bucket": UPLOAD_BUCKET, "Key": "staged/1/none.png"}, ARCHIVE_BUCKET, "copy.png", "image/png")
    assert account.keys(ARCHIVE_BUCKET) == set()


def test_removes_what_is_there_and_nothing_else(account: Account) -> None:
    """An object that does not exist any more is no error, and one that was not named stays."""
    for key in ("staged/1/resized.png", "staged/2/resized.png"):
        account.put(key, b"data")
    for _ in range(2):
        objects.delete_objects(UPLOAD_BUCKET, ["staged/1/resized.png", "staged/1/thumbnail.png"])
    assert account.keys(UPLOAD_BUCKET) == {"staged/2/resized.png"}
