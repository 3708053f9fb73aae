"""`import`: the source is counted and priced, a run is started, watched, stopped, resumed and reported on."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from lambdas.runtime import clients, clock
from operations.errors import OperationError
from operations.imports import concurrency, runs
from operations.imports.failed_batches import failed_lines
from operations.imports.sources import FIELDS
from operations.stack import DEFAULT_STACK, find_stack
from tests.operations.imports_in_moto import SOURCE, Imports, counts
from tests.operations.stack_in_moto import OWNER, StackInMoto

URL = f"s3://{SOURCE}/2019/"
OTHER_RUN = "20190101T000000Z-0123ab"


@pytest.fixture
def imports(stack: StackInMoto, monkeypatch: pytest.MonkeyPatch) -> Imports:
    """Give a bucket with two images and three other objects."""
    return Imports(stack, monkeypatch)


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


def test_interrupted_watching_leaves_the_run(imports: Imports, monkeypatch: pytest.MonkeyPatch) -> None:
    """After Ctrl-C the run goes on, and the message says how to watch it; it can be stopped and resumed, and loses nothing."""

    def interrupt(_: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(clock, "sleep", interrupt)
    with pytest.raises(KeyboardInterrupt):
        imports.stack.run("import", URL, "--owner", OWNER, "--yes")
    (execution,) = imports.executions()
    name = execution.name.removesuffix("-1")
    assert imports.stack.run("import", "resume", name).code == 1  # it runs
    assert imports.stack.run("import", "status", name).code == 0
    assert "is stopped" in imports.stack.run("import", "stop", name).out
    assert "does not run: it is ABORTED" in imports.stack.run("import", "stop", name).out
    execution.error, execution.cause = "Stopped", "by an operator"  # moto does not keep them
    (status,) = imports.stack.run("import", "status", name, "--json").objects
    assert (status["status"], status["cause"]) == ("ABORTED", "Stopped: by an operator")
    stack = find_stack(DEFAULT_STACK)
    stopped = runs.find(stack, name)
    monkeypatch.setattr(clock, "sleep", lambda _: imports.finish())
    result = imports.stack.run("import", "resume", name, "--json")
    assert (result.code, result.objects[-1]["COPIED"]) == (0, 2)
    with pytest.raises(OperationError, match="was resumed meanwhile"):
        runs.resume(stack, stopped)
    assert imports.stack.run("import", "status", "--json").objects == [
        {"run": name, "status": "SUCCEEDED", "bucket": SOURCE}
    ]


def test_runs_that_step_functions_has_forgotten(imports: Imports) -> None:
    """A run is found by what is left of its executions; an execution that somebody started by hand is no run."""
    name = imports.start()
    assert imports.stack.run("import", "resume", name).code == 0
    client, machine = clients.stepfunctions(), imports.stack.outputs["ImportPipelineArn"]
    given = client.describe_execution(executionArn=f"{machine.replace('stateMachine', 'execution')}:{name}-1")["input"]
    for other in ("by-hand-1", f"{OTHER_RUN}-1"):
        client.start_execution(stateMachineArn=machine, name=other, input=given)
    imports.executions()[:] = [one for one in imports.executions() if one.name != f"{name}-1"]
    status = imports.stack.run("import", "status", name)
    assert (status.code, status.rows >= {("run", name), ("status", "SUCCEEDED"), ("listed", "5")}) == (0, True)
    assert {one["run"] for one in imports.stack.run("import", "status", "--json").objects} == {name, OTHER_RUN}
    assert "there is no run by-hand" in imports.stack.run("import", "status", "by-hand-2").err


@pytest.mark.parametrize(
    ("available", "given", "warning"),
    [
        (9, 1, ""),
        (8, 1, "--concurrency 1 does not fit"),
        (8, 1, "deploy with a lower MaxConcurrency"),
        (11, 2, "use --concurrency 1,"),
    ],
)
def test_concurrency_that_does_not_fit(
    imports: Imports, monkeypatch: pytest.MonkeyPatch, available: int, given: int, warning: str
) -> None:
    """A warning says that the account has less concurrency than users and import may need together, and what to do."""
    limits = {"AccountLimit": {"UnreservedConcurrentExecutions": available}}
    monkeypatch.setattr(concurrency, "_limits", lambda: limits["AccountLimit"])
    result = imports.stack.run("import", URL, "--owner", OWNER, "--dry-run", "--concurrency", str(given))
    assert result.code == 0
    assert warning in result.err
    assert bool(warning) == ("WARNING" in result.err)


def test_report_has_every_object(imports: Imports, tmp_path: Path) -> None:
    """The CSV has a row for each object with outcome and reason, and the page shows those without a success."""
    clients.s3().put_object(Bucket=SOURCE, Key="2019/<b>,\n.txt", Body=b"1")
    name = imports.start()
    assert imports.stack.run("import", "report", name, "--output", str(tmp_path)).code == 0
    with (tmp_path / "report.csv").open(encoding="utf-8", newline="") as file:
        found = {row["key"]: row for row in csv.DictReader(file)}
    assert {key: (row["outcome"], row["reason"], row["status"]) for key, row in found.items()} == {
        "2019/IMG_1.jpg": ("COPIED", "", "SUCCEEDED"),
        "2019/IMG_2.JPG": ("COPIED", "", "SUCCEEDED"),
        "2019/notes.txt": ("SKIPPED", "UNSUPPORTED", ""),
        "2019/<b>,\n.txt": ("SKIPPED", "UNSUPPORTED", ""),
        "2019/empty.jpg": ("SKIPPED", "EMPTY", ""),
        "2019/folder/": ("SKIPPED", "FOLDER", ""),
    }
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "the object is empty" in page
    assert "<b>," not in page
    assert "2019/notes.txt" in page
    assert "2019/IMG_1.jpg" not in page


@pytest.mark.parametrize("status", ["FAILED", "PENDING"])
def test_objects_of_a_failed_batch_are_reported(imports: Imports, status: str) -> None:
    """An object whose batch failed or never started is not lost: it is counted, the exit code is 1, and a resumed run imports it.

    Its line is read once, and for its own run.
    """
    imports.failed_status = status
    imports.failed = [{"key": "2019/IMG_1.jpg"}, {"key": "2019/late.jpg"}]
    result = imports.stack.run("import", URL, "--owner", OWNER, "--yes", "--json")
    assert (result.code, result.objects[-1]["NOT_IMPORTED"], result.objects[-1]["COPIED"]) == (1, 1, 2)
    bucket, seen = imports.stack.outputs["UploadBucketName"], set[str]()
    found = [list(failed_lines(bucket, result.objects[-1]["run"], seen)) for _ in range(2)]
    assert ([len(lines) for lines in found], list(failed_lines(bucket, OTHER_RUN, set()))) == ([2, 0], [])
    clients.s3().put_object(Bucket=SOURCE, Key="2019/late.jpg", Body=b"late")
    imports.failed = []
    again = imports.stack.run("import", "resume", result.objects[-1]["run"], "--json")
    assert (again.code, again.objects[-1]["NOT_IMPORTED"], again.objects[-1]["COPIED"]) == (0, 0, 3)


@pytest.mark.parametrize("is_started", [True, False])
def test_images_of_a_batch_that_died_are_reported(
    imports: Imports, monkeypatch: pytest.MonkeyPatch, *, is_started: bool
) -> None:
    """A batch dies after its copy, and the object is replaced: a report has the image of the copy, if it was started, and that of a resumed run."""
    command = ("import", URL, "--owner", OWNER, "--yes", "--json", "--limit", "1")
    with monkeypatch.context() as patch:
        patch.setattr(clock, "sleep", lambda _: imports.die(is_started=is_started))
        result = imports.stack.run(*command)
    found = {"ALREADY_IMPORTED": 1, "SUCCEEDED": 1} if is_started else {"BEGUN": 1}
    assert (result.code, counts(result.objects[-1])) == (1, {"listed": 1, **found})
    clients.s3().put_object(Bucket=SOURCE, Key="2019/IMG_1.jpg", Body=b"new")
    again = imports.stack.run("import", "resume", result.objects[-1]["run"], "--json")
    both = {"listed": 2, "COPIED": 1, "ALREADY_IMPORTED": 1, "SUCCEEDED": 2}
    expected = both if is_started else {"listed": 1, "COPIED": 1, "SUCCEEDED": 1}
    assert (again.code, counts(again.objects[-1])) == (0, expected)


def test_fields_of_a_list_are_those_of_the_state_machine() -> None:
    """The list that the command writes has the fields that the Map reads."""
    from workflow.import_definition import LIST_FIELDS

    assert FIELDS == LIST_FIELDS
