"""Runs of imports: they are watched, limited by concurrency, and reported."""

import csv
from pathlib import Path

import pytest

from lambdas.runtime import clients, clock
from operations.errors import OperationError
from operations.imports import concurrency, runs
from operations.imports.failed_batches import failed_lines
from operations.imports.sources import FIELDS
from operations.stack import DEFAULT_STACK, find_stack
from tests.operations.imports_in_moto import SOURCE, URL, Imports, counts
from tests.operations.stack_in_moto import OWNER

OTHER_RUN = "20190101T000000Z-0123ab"


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
