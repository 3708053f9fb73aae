"""`import`: the source is counted and priced, a run is started, watched, stopped, resumed and reported on."""

import json
from pathlib import Path
from typing import Any

import pytest

from lambdas.runtime import clients, clock
from tests.operations.imports_in_moto import SOURCE, URL, Imports, counts
from tests.operations.stack_in_moto import OWNER


def test_dry_run_counts_and_prices(imports: Imports) -> None:
    """A dry run says how many images and bytes there are, what is skipped and why, what it costs and how long it takes."""
    result = imports.stack.run("import", URL, "--owner", OWNER, "--dry-run", "--json", "--concurrency", "2")
    (found,) = result.objects
    assert (result.code, found["images"], found["bytes"]) == (0, 2, 6)
    assert found["skipped"] == {"UNSUPPORTED": 1, "EMPTY": 1, "FOLDER": 1}
    assert found["examples"]["UNSUPPORTED"] == ["2019/notes.txt"]
    assert found["estimate"]["total"] > 0
    assert found["estimate"]["dollars"].keys() >= {"Step Functions", "Lambda", "S3", "DynamoDB"}
    assert imports.executions() == []


def test_dry_run_is_a_table_for_people(imports: Imports) -> None:
    """Without --json the same is a table, with a meaning for each reason."""
    result = imports.stack.run("import", URL, "--owner", OWNER, "--dry-run")
    assert ("images", "2", "0.00 GB") in result.rows
    assert ("skipped: EMPTY", "1", "the object is empty") in result.rows


def test_an_import_runs_to_its_end(imports: Imports) -> None:
    """The command starts a run with the input of its options, watches it, and says what became of each object."""
    result = imports.stack.run(
        "import", URL, "--owner", OWNER, "--yes", "--json", "--concurrency", "3", "--limit", "100"
    )
    end = result.objects[-1]
    assert (result.code, end["status"]) == (0, "SUCCEEDED")
    assert {name: end[name] for name in ("listed", "COPIED", "SKIPPED", "SUCCEEDED")} == {
        "listed": 5,
        "COPIED": 2,
        "SKIPPED": 3,
        "SUCCEEDED": 2,
    }
    (execution,) = imports.executions()
    assert execution.name == f"{end['run']}-1"


def test_a_run_is_watched_until_its_images_are_over(imports: Imports, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command goes on while images of a run that has ended are processed."""
    end_images, pauses = imports.end_images, iter(["PROCESSING", "SUCCEEDED"])
    monkeypatch.setattr(imports, "end_images", lambda _: end_images("PROCESSING"))

    def pause(_: float) -> None:
        if next(pauses) == "PROCESSING":
            imports.finish()
        else:
            end_images("SUCCEEDED", before="PROCESSING")

    monkeypatch.setattr(clock, "sleep", pause)
    result = imports.stack.run("import", URL, "--owner", OWNER, "--yes", "--json")
    assert (result.code, result.objects[-1]["SUCCEEDED"], next(pauses, None)) == (0, 2, None)


def test_a_repeat_imports_nothing_twice(imports: Imports) -> None:
    """Another run of the same prefix finds that all images are there."""
    imports.start()
    result = imports.stack.run("import", URL, "--owner", OWNER, "--yes", "--json")
    assert (result.objects[-1]["COPIED"], result.objects[-1]["ALREADY_IMPORTED"]) == (0, 2)


def test_images_of_another_owner_are_not_reported(imports: Imports) -> None:
    """A run that names another owner reports the objects as skipped, and not the images that another run has made of them."""
    imports.start()
    result = imports.stack.run("import", URL, "--owner", "ben", "--yes", "--json")
    assert (result.code, counts(result.objects[-1])) == (0, {"listed": 5, "SKIPPED": 5})


def test_it_asks_before_it_starts(imports: Imports) -> None:
    """Without a terminal and without --yes nothing is started."""
    result = imports.stack.run("import", URL, "--owner", OWNER)
    assert (result.code, imports.executions()) == (3, [])
    assert "--yes" in result.err


@pytest.mark.share(3)
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["s3:/photos"], "name a bucket as s3://BUCKET/PREFIX"),
        (["photos", "--owner", OWNER], "photos is no folder, and no bucket"),
        (["s3://no-such-bucket-here/", "--owner", OWNER], "there is no such bucket"),
        ([f"s3://{SOURCE}/1999/", "--owner", OWNER], "has no objects"),
        ([URL], "name the owner"),
        ([URL, "--owner", "a/b"], "name the owner"),
        ([URL, "--owner-from", "list"], "needs a --list"),
        (["stop"], "name the run"),
    ],
)
def test_bad_input_starts_nothing(imports: Imports, arguments: list[str], message: str) -> None:
    """A source that cannot be imported is one sentence and exit code 2."""
    result = imports.stack.run("import", *arguments, "--yes")
    assert (result.code, imports.executions()) == (2, [])
    assert message in result.err
    assert result.err.count("\n") == 1


def test_a_bucket_of_the_stack_itself(imports: Imports) -> None:
    """The stack's own buckets are no source: each import would put another object into them."""
    for name in ("UploadBucketName", "ArchiveBucketName"):
        result = imports.stack.run("import", f"s3://{imports.stack.outputs[name]}/", "--owner", OWNER, "--yes")
        assert (result.code, imports.executions()) == (2, [])
        assert "is a bucket of the stack" in result.err


def test_a_bucket_that_the_stack_may_not_read(imports: Imports) -> None:
    """Where ImportSources does not name the bucket, nothing is started, and the message says how to name it."""
    clients.s3().create_bucket(Bucket="not-named", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    clients.s3().put_object(Bucket="not-named", Key="1.jpg", Body=b"1")
    result = imports.stack.run("import", "s3://not-named/", "--owner", OWNER, "--yes")
    assert (result.code, imports.executions()) == (2, [])
    assert "ImportSources=arn:aws:s3:::not-named" in result.err
    inventory = imports.write_inventory('"2019%2FIMG_1.jpg"\n', fileSchema="Key")
    clients.s3().copy_object(CopySource=inventory.removeprefix("s3://"), Bucket="not-named", Key="m.json")
    more = ("--inventory", "s3://not-named/m.json", "--owner", OWNER, "--yes")
    result = imports.stack.run("import", f"s3://{SOURCE}", *more)
    assert (result.code, imports.executions()) == (2, [])
    assert "ImportSources=arn:aws:s3:::not-named" in result.err


@pytest.mark.parametrize(
    "text",
    [
        "2019/IMG_1.jpg,,anna\n\n2019/missing.jpg\n",
        '{"key": "2019/IMG_1.jpg", "owner": "anna"}\n{"key": "2019/missing.jpg"}\n',
    ],
)
def test_a_list_names_keys_and_owners(imports: Imports, tmp_path: Path, text: str) -> None:
    """A list in CSV or JSON Lines names keys, and owners if asked for; a key that does not exist is reported."""
    file = tmp_path / "keys"
    file.write_text(text, encoding="utf-8")
    result = imports.stack.run(
        "import", f"s3://{SOURCE}", "--owner-from", "list", "--list", str(file), "--yes", "--json"
    )
    end = result.objects[-1]
    assert (end["COPIED"], end["SKIPPED"]) == (1, 1)
    found = clients.s3().list_objects_v2(Bucket=imports.stack.outputs["UploadBucketName"], Prefix="uploads/anna/")
    assert found["KeyCount"] == 1


def test_an_inventory_is_counted_and_imported(imports: Imports, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its rows are counted and priced as a listing is; the run gets bucket and key of the manifest."""
    monkeypatch.setattr(imports, "items", lambda _: [{"entry": {"Key": "2019%2FIMG_1.jpg", "IsLatest": "true"}}])
    manifest = imports.write_inventory(
        '"2019%2FIMG_1.jpg","true","false","3","STANDARD"\n"2019%2Fold.jpg","false","false","9","STANDARD"\n',
        '"2019%2Fempty.jpg","true","false","0","STANDARD"\n"2019%2Fa+b.jpg","true","false","5","GLACIER"\n',
    )
    result = imports.stack.run("import", f"s3://{SOURCE}", "--inventory", manifest, "--owner", OWNER, "--yes", "--json")
    counted, end = result.objects[0], result.objects[-1]
    assert (counted["images"], counted["bytes"]) == (1, 3)
    assert counted["skipped"] == {"OLD_VERSION": 1, "EMPTY": 1, "NOT_RESTORED": 1}
    assert counted["examples"]["NOT_RESTORED"] == ["2019/a b.jpg"]
    assert counted["estimate"]["total"] > 0
    assert (result.code, end["COPIED"]) == (0, 1)
    (execution,) = imports.executions()
    assert json.loads(execution.execution_input)["source"] == {
        "kind": "INVENTORY",
        "bucket": SOURCE,
        "list": {"bucket": "another-bucket", "key": "inventory/manifest.json"},
    }


def test_an_inventory_without_sizes(imports: Imports) -> None:
    """Where an inventory has keys only, bytes are not known, and images are counted."""
    manifest = imports.write_inventory('"2019%2FIMG_1.jpg"\n', fileSchema="Key")
    result = imports.stack.run(
        "import", f"s3://{SOURCE}", "--inventory", manifest, "--owner", OWNER, "--dry-run", "--json"
    )
    assert (result.objects[0]["images"], result.objects[0]["bytes"]) == (1, None)


@pytest.mark.share(2)
@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"sourceBucket": "another"}, "is an inventory of another bucket"),
        ({"fileFormat": "ORC"}, "is no inventory in CSV"),
        ({"fileSchema": "Bucket, Size"}, "is no inventory in CSV"),
        ({"files": None}, "is no manifest.json of an inventory"),
        ({"files": [{"size": 1}]}, "is no inventory in CSV"),
        ({"files": [{"key": "gone.csv.gz"}]}, "gone.csv.gz of the inventory cannot be read: NoSuchKey"),
        ({"files": [{"key": "inventory/manifest.json"}]}, "is damaged"),
    ],
)
def test_an_inventory_that_cannot_be_read_starts_nothing(
    imports: Imports, changed: dict[str, Any], message: str
) -> None:
    """A manifest or a file that the state machine could not read is one sentence and exit code 2."""
    manifest = imports.write_inventory("", **changed)
    result = imports.stack.run("import", f"s3://{SOURCE}", "--inventory", manifest, "--owner", OWNER, "--yes")
    assert (result.code, imports.executions()) == (2, [])
    assert message in result.err
    assert result.err.count("\n") == 1
