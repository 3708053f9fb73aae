"""`import FOLDER`: the pictures of a folder are uploaded once, by the rules that hold for a bucket, and their outcomes are shown."""

from pathlib import Path

import pytest

from lambdas.runtime import clients, clock
from operations.imports import folders
from tests.operations.imports_in_moto import Imports
from tests.operations.stack_in_moto import OWNER, StackInMoto


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


def test_an_interrupted_upload_goes_on(imports: Imports, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A command that died after some files uploads the others when it is repeated, and none twice."""
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
    result = imports.stack.run("import", str(folder), "--owner", OWNER, "--yes", "--json")
    assert [line["status"] for line in result.objects].count("SUCCEEDED") == 2
    bucket = imports.stack.outputs["UploadBucketName"]
    assert len(clients.s3().list_object_versions(Bucket=bucket, Prefix="uploads/")["Versions"]) == 2


def test_dry_run_counts(imports: Imports, folder: Path) -> None:
    """A dry run says how many pictures there are, and what is skipped, and uploads nothing."""
    result = imports.stack.run("import", str(folder), "--owner", OWNER, "--dry-run")
    assert result.rows == {("pictures", "2"), ("skipped: UNSUPPORTED", "1"), ("skipped: EMPTY", "1")}


@pytest.mark.parametrize("owner", [(), ("--owner", "a b")])
def test_bad_input_uploads_nothing(imports: Imports, folder: Path, owner: tuple[str, ...]) -> None:
    """A folder without an owner is one sentence, and exit code 2."""
    result = imports.stack.run("import", str(folder), *owner, "--yes")
    assert (result.code, result.err.count("\n")) == (2, 1)
