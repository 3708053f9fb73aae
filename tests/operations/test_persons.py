"""`forget` and `export`: everything of one person, and nothing of anybody else."""

import json
from pathlib import Path

import pytest

from lambdas.domain import object_keys
from lambdas.domain.outcomes import DELETED, FAILED, SUCCEEDED
from lambdas.runtime import clients
from tests.operations.stack_in_moto import OWNER, StackInMoto
from workflow.contracts.payloads import Image

ANOTHER = "5d3b8a1e-92c4-4f07-8e6d-1c7a40b2f9e3"


@pytest.fixture
def images(stack: StackInMoto) -> list[Image]:
    """Give images of the owner: one that succeeded, one that failed, and one whose record has expired; and one of another."""
    mine = [stack.upload_with_status(SUCCEEDED), stack.upload_with_status(FAILED), stack.upload()]
    archived = object_keys.image_folder(OWNER, mine[0]["imageId"]) + "1/original.png"
    clients.s3().put_object(Bucket=stack.outputs["ArchiveBucketName"], Key=archived, Body=b"original")
    other = stack.upload(ANOTHER)
    stack.write_status(stack.begin(other), FAILED)
    return [*mine, other]


def versions(stack: StackInMoto) -> set[str]:
    """Return the keys that have a version or a delete marker in either bucket."""
    buckets = (stack.outputs["UploadBucketName"], stack.outputs["ArchiveBucketName"])
    pages = [clients.s3().list_object_versions(Bucket=bucket) for bucket in buckets]
    return {one["Key"] for page in pages for one in (*page.get("Versions", []), *page.get("DeleteMarkers", []))}


def test_a_person_is_forgotten(stack: StackInMoto, images: list[Image]) -> None:
    """Every version of the person's images is gone, with a tombstone for each record; another person's image stays. Twice is no error."""
    *mine, other = images
    for expected in (["deleted", "deleted", "deleted: it had no record"], []):
        result = stack.run("--json", "forget", OWNER, "--yes")
        assert result.code == 0
        assert sorted(one["outcome"] for one in result.objects) == expected
    assert versions(stack) == {other["key"]}
    assert [stack.record(image).get("status") for image in images] == [DELETED, DELETED, None, FAILED]
    assert {one["imageId"] for one in map(dict, mine)} == {image["imageId"] for image in mine}
    assert "admin-delete-user" in result.err


def test_a_dry_run_changes_nothing(stack: StackInMoto, images: list[Image]) -> None:
    """With --dry-run the images are shown, and nothing is deleted and nothing is asked."""
    before = versions(stack)
    result = stack.run("forget", OWNER, "--dry-run")
    assert (result.code, result.rows) == (0, {(image["imageId"], "would delete") for image in images[:3]})
    assert (versions(stack), stack.record(images[0])["status"]) == (before, SUCCEEDED)


def test_nothing_is_forgotten_without_a_confirmation(stack: StackInMoto, images: list[Image]) -> None:
    """Where there is no terminal, --yes is needed."""
    before = versions(stack)
    assert stack.run("forget", OWNER).code == 3
    assert (versions(stack), len(images)) == (before, 4)


@pytest.mark.parametrize("command", ["forget", "export"])
@pytest.mark.parametrize("owner", ["../x", f"{OWNER}/", "*"])
def test_an_owner_is_an_id(stack: StackInMoto, command: str, owner: str) -> None:
    """What could be a prefix of others' keys is refused."""
    assert stack.run(command, owner, "--dry-run").code == 1


def test_everything_of_a_person_is_exported(stack: StackInMoto, images: list[Image], tmp_path: Path) -> None:
    """The folder has a line for each image with its record, and every file; nothing of anybody else."""
    result = stack.run("--json", "export", OWNER, "--output", str(tmp_path / "out"))
    assert result.code == 0
    lines = [json.loads(line) for line in (tmp_path / "out" / "images.jsonl").read_text(encoding="utf-8").splitlines()]
    assert lines == result.objects
    assert {line["imageId"] for line in lines} == {image["imageId"] for image in images[:3]}
    found = {line["imageId"]: line for line in lines}
    first = found[images[0]["imageId"]]
    assert first["record"]["status"] == SUCCEEDED
    assert {(tmp_path / "out" / file).read_bytes() for file in first["files"]} == {b"original", b"picture"}
    assert found[images[2]["imageId"]]["record"] is None
    assert {path.parts[-2] for path in (tmp_path / "out").rglob("upload")} == set(found)


def test_a_dry_export_writes_nothing(stack: StackInMoto, images: list[Image], tmp_path: Path) -> None:
    """With --dry-run the files are shown, and none is written."""
    result = stack.run("export", OWNER, "--output", str(tmp_path / "out"), "--dry-run")
    assert (images[1]["imageId"], f"{images[1]['imageId']}/upload") in result.rows
    assert list(tmp_path.iterdir()) == []


def test_an_original_in_a_glacier_is_named(stack: StackInMoto, images: list[Image], tmp_path: Path) -> None:
    """An original that has to be restored first is named, all else is written, and the exit code is 1."""
    bucket, key = stack.outputs["ArchiveBucketName"], f"{OWNER}/{images[1]['imageId']}/1/original.jpg"
    clients.s3().put_object(Bucket=bucket, Key=key, Body=b"cold", StorageClass="DEEP_ARCHIVE")
    result = stack.run("--json", "export", OWNER, "--output", str(tmp_path))
    left = {one["imageId"]: one["notRestored"] for one in result.objects if one["notRestored"]}
    assert left == {images[1]["imageId"]: [f"{images[1]['imageId']}/1/original.jpg"]}
    assert (result.code, "glacier" in result.err) == (1, True)
    assert (tmp_path / images[1]["imageId"] / "upload").exists()
