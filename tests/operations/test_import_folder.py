"""`import FOLDER`: the pictures of a folder are uploaded once, by the rules that hold for a bucket, and their outcomes are shown."""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from lambdas.domain.attribute_values import deserialize
from lambdas.domain.import_outcomes import Line
from lambdas.domain.import_sources import Accepted
from lambdas.runtime import clients, clock
from operations.errors import OperationError
from operations.imports import folders
from operations.imports.errors import SourceError
from operations.stack import DEFAULT_STACK, find_stack
from tests.operations.imports_in_moto import Imports
from tests.operations.stack_in_moto import OWNER, RETENTION, StackInMoto
from workflow import contracts

CONFLICT = ClientError({"Error": {"Code": "ConditionalRequestConflict", "Message": ""}}, "PutObject")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder with two pictures of the same content, and files that are none."""
    (tmp_path / "a").mkdir()
    for name, data in {
        "1.jpg": b"one",
        "a/1.jpg": b"one",
        "notes.txt": b"text",
        "empty.png": b"",
        ".hidden.jpg": b"x",
    }.items():
        (tmp_path / name).write_bytes(data)
    return tmp_path


@pytest.fixture
def imports(stack: StackInMoto, monkeypatch: pytest.MonkeyPatch) -> Imports:
    """Give the stack; at each pause of the command the images of the uploads succeed."""
    made = Imports(stack, monkeypatch)
    monkeypatch.setattr(clock, "sleep", lambda _: made.end_images("SUCCEEDED"))
    return made


def test_a_folder_is_uploaded_once(imports: Imports, folder: Path) -> None:
    """Each picture becomes an upload with its name; files that are none are skipped with a reason; a repeat uploads nothing."""
    first = imports.stack.run("import", str(folder), "--owner", OWNER, "--yes", "--json")
    assert first.code == 0
    assert {line["key"]: (line["outcome"], line["reason"], line["status"]) for line in first.objects} == {
        "1.jpg": ("COPIED", "", "SUCCEEDED"),
        "a/1.jpg": ("COPIED", "", "SUCCEEDED"),
        "notes.txt": ("SKIPPED", "UNSUPPORTED", ""),
        "empty.png": ("SKIPPED", "EMPTY", ""),
    }
    again = imports.stack.run("import", str(folder), "--owner", OWNER, "--yes", "--json")
    assert [line["outcome"] for line in again.objects].count("ALREADY_IMPORTED") == 2
    bucket = imports.stack.outputs["UploadBucketName"]
    versions = clients.s3().list_object_versions(Bucket=bucket, Prefix=f"uploads/{OWNER}/")["Versions"]
    assert len(versions) == 2
    head = clients.s3().head_object(Bucket=bucket, Key=versions[0]["Key"])
    assert (head["Metadata"], head["ContentType"]) == ({"filename": "1.jpg"}, "image/jpeg")


def test_an_image_is_one_content_of_a_file_for_an_owner(imports: Imports, folder: Path) -> None:
    """What has an outcome is not uploaded again, also if its upload is gone. A file that changed is, and for another owner."""
    (first,) = _upload(folder / "1.jpg")
    imports.end_images("SUCCEEDED")
    (version,) = _versions(imports)
    bucket = imports.stack.outputs["UploadBucketName"]
    clients.s3().delete_object(Bucket=bucket, Key=version["Key"], VersionId=version["VersionId"])
    again = _upload(folder / "1.jpg")
    assert [(line["imageId"], line["outcome"]) for line in again] == [(first["imageId"], "ALREADY_IMPORTED")]
    others = _upload(folder / "1.jpg", owner="ben")
    (folder / "1.jpg").write_bytes(b"new")
    others += _upload(folder / "1.jpg")
    assert [line["outcome"] for line in others] == ["COPIED"] * 2
    assert len({line["imageId"] for line in [first, *others]}) == 3


def test_an_interrupted_upload_goes_on(imports: Imports, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A command that died after some files leaves sound records; repeated, it uploads the others, and none twice."""
    with monkeypatch.context() as dying:
        dying.setattr(folders, "AT_ONCE", 1)
        real, left = clients.s3().put_object, iter([True])

        def put(**arguments: object) -> object:
            if next(left, False):
                return real(**arguments)  # type: ignore[arg-type]
            raise KeyboardInterrupt

        dying.setattr(clients.s3(), "put_object", put)
        with pytest.raises(KeyboardInterrupt):
            imports.stack.run("import", str(folder), "--owner", OWNER, "--yes")
    table = find_stack(DEFAULT_STACK).start_settings.metadata_table
    for record in clients.dynamodb().scan(TableName=table)["Items"]:
        contracts.check("metadata-record", deserialize(record))
    result = imports.stack.run("import", str(folder), "--owner", OWNER, "--yes", "--json")
    assert [line["status"] for line in result.objects].count("SUCCEEDED") == 2
    bucket = imports.stack.outputs["UploadBucketName"]
    assert len(clients.s3().list_object_versions(Bucket=bucket, Prefix="uploads/")["Versions"]) == 2


def test_dry_run_counts(imports: Imports, folder: Path) -> None:
    """A dry run says how many images there are, and what is skipped, and uploads nothing."""
    result = imports.stack.run("import", str(folder), "--owner", OWNER, "--dry-run")
    assert result.rows == {("images", "2"), ("skipped: UNSUPPORTED", "1"), ("skipped: EMPTY", "1")}


@pytest.mark.parametrize("owner", [(), ("--owner", "a b")])
def test_bad_input_uploads_nothing(imports: Imports, folder: Path, owner: tuple[str, ...]) -> None:
    """A folder without an owner is one sentence, and exit code 2."""
    result = imports.stack.run("import", str(folder), *owner, "--yes")
    assert (result.code, result.err.count("\n")) == (2, 1)


def test_a_conflict_of_two_uploads_is_tried_again(
    imports: Imports, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S3 refuses an upload while another one of the file is written, which may fail: then the file is uploaded."""
    _refuse_first(monkeypatch)
    result = imports.stack.run("import", str(folder), "--owner", OWNER, "--yes", "--json", "--limit", "1")
    assert [line["outcome"] for line in result.objects] == ["COPIED"]
    assert len(_versions(imports)) == 1


def test_a_conflict_with_an_upload_that_arrives(
    imports: Imports, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The upload of another import that caused the conflict is not replaced."""
    real = clients.s3().put_object
    _refuse_first(monkeypatch, lambda given: real(**{name: given[name] for name in ("Bucket", "Key", "Body")}))
    assert [line["outcome"] for line in _upload(folder / "1.jpg")] == ["ALREADY_IMPORTED"]
    assert len(_versions(imports)) == 1


def test_a_conflict_that_stays(imports: Imports, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that others write at each attempt is an error of the command, and not silently left out."""
    attempts: list[Any] = []

    def refuse(**given: Any) -> None:
        attempts.append(given)
        raise CONFLICT

    monkeypatch.setattr(clients.s3(), "put_object", refuse)
    with pytest.raises(OperationError, match="import the folder again"):
        _upload(folder / "1.jpg")
    assert (len(attempts), imports.executions()) == (folders.PUTS, [])


def _upload(*files: Path, owner: str = OWNER) -> list[Line]:
    """Upload files of a folder, without a wait for their outcomes."""
    stack, accepted = find_stack(DEFAULT_STACK), Accepted(frozenset({"JPEG"}), 1000)
    return list(folders.upload_all(stack, files[0].parent, list(files), owner, accepted))


def _refuse_first(patch: pytest.MonkeyPatch, meanwhile: Callable[[Any], object] = lambda _: None) -> None:
    """Refuse the first attempt at an upload; something happens before the second one."""
    client, real = clients.s3(), clients.s3().put_object

    def again(**given: Any) -> Any:
        meanwhile(given)
        return real(**given)

    def refuse(**_: Any) -> None:
        patch.setattr(client, "put_object", again)
        raise CONFLICT

    patch.setattr(client, "put_object", refuse)


def test_a_file_whose_record_has_expired(imports: Imports, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file whose image was rejected is uploaded anew once its record has expired, also if its old upload is still there."""
    command = ("import", str(folder), "--owner", OWNER, "--yes", "--json", "--limit", "1")
    (first,) = imports.stack.run(*command).objects
    table, later = imports.stack.outputs["MetadataTableName"], clock.now() + timedelta(days=RETENTION)
    clients.dynamodb().delete_item(TableName=table, Key={"imageId": {"S": first["imageId"]}})
    monkeypatch.setattr(clock, "now", lambda: later)
    (again,) = imports.stack.run(*command).objects
    assert (again["outcome"], again["imageId"]) == ("COPIED", first["imageId"])
    assert len(_versions(imports)) == 2


@pytest.mark.parametrize(("name", "reason"), [(os.fsdecode(b"\xff.jpg"), "INVALID_KEY"), ("gone.jpg", "NOT_FOUND")])
def test_a_file_that_cannot_be_uploaded(imports: Imports, folder: Path, name: str, reason: str) -> None:
    """A file whose name is not in UTF-8, or that is gone by now, is reported, and keeps no other one back."""
    stack, accepted = find_stack(DEFAULT_STACK), Accepted(frozenset({"JPEG"}), 1000)
    assert imports.executions() == []
    if reason == "INVALID_KEY":
        (folder / name).write_bytes(b"x")
    lines = list(folders.upload_all(stack, folder, [folder / name, folder / "1.jpg"], OWNER, accepted))
    assert [line["reason"] or line["outcome"] for line in lines] == [reason, "COPIED"]


def test_files_that_are_not_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that may not be read is reported, and one that is too large, before anything is uploaded."""
    (folder / "large.jpg").write_bytes(b"x" * 1001)
    real = Path.read_bytes

    def read(file: Path) -> bytes:
        if file.name == "1.jpg":
            raise PermissionError
        return real(file)

    monkeypatch.setattr(Path, "read_bytes", read)
    for name in ("s3", "dynamodb"):
        monkeypatch.setattr(clients, name, lambda: None)
    stack: Any = None
    files, accepted = [folder / "1.jpg", folder / "large.jpg"], Accepted(frozenset({"JPEG"}), 1000)
    lines = list(folders.upload_all(stack, folder, files, OWNER, accepted))
    assert [(line["reason"], line["size"]) for line in lines] == [("ACCESS_DENIED", 3), ("TOO_MANY_BYTES", 1001)]


def test_hidden_folders_are_left_out(tmp_path: Path) -> None:
    """Files below a hidden folder are hidden; the folder that a person names may be one, or below one."""
    for name in (".photos/1.jpg", ".photos/.trash/2.jpg", ".photos/a/3.jpg"):
        (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / name).touch()
    assert folders.find_files(tmp_path / ".photos") == [tmp_path / ".photos/1.jpg", tmp_path / ".photos/a/3.jpg"]
    with pytest.raises(SourceError, match="has no files"):
        folders.find_files(tmp_path)


def test_images_that_failed_are_reported(imports: Imports, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command waits for an outcome of each image, returns 1 if some FAILED, and writes the report that it was asked for."""
    steps = iter(["PROCESSING", "FAILED"])
    before = iter(["AWAITING_UPLOAD", "PROCESSING"])
    monkeypatch.setattr(clock, "sleep", lambda _: imports.end_images(next(steps), next(before)))
    output = folder.parent / "report"
    command = ("import", str(folder), "--owner", OWNER, "--yes", "--output", str(output))
    result = imports.stack.run(*command)
    assert (result.code, result.rows >= {("COPIED", "2"), ("FAILED", "2"), ("skipped: EMPTY", "1")}) == (1, True)
    assert ",COPIED,,FAILED," in (output / "report.csv").read_text(encoding="utf-8")


def _versions(imports: Imports) -> list[Any]:
    bucket = imports.stack.outputs["UploadBucketName"]
    return clients.s3().list_object_versions(Bucket=bucket, Prefix=f"uploads/{OWNER}/")["Versions"]
