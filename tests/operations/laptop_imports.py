"""Imports on a stack in the emulator: they are started as a person does, stopped in the middle, and what they left is counted."""

import csv
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from signal import SIGINT

from local.stack import STACK, LocalStack
from tests.effort import times
from tests.local.account import eventually
from tests.local.stack_access import cli_environment, physical_id
from tests.pictures import encoded, quadrants

SOURCE = "pictures-of-ten-years"  # a bucket that is imported
IMPORTED = times(4, 200)  # pictures in a source
BEFORE = times(0, 30)  # uploads, before images are held back
STOPPED = 130  # exit code after Ctrl-C
PREFIX = "2019/"
NOTES = "notes.txt"


def pictures() -> Iterator[tuple[str, bytes]]:
    """Yield the files of a source: small pictures that differ, and a text."""
    picture = encoded(quadrants((64, 64)), "PNG")
    yield from ((f"{number:03}.png", picture) for number in range(IMPORTED))
    yield NOTES, b"no picture"


def fill_bucket(stack: LocalStack) -> None:
    """Make the bucket with its objects."""
    client = stack.emulator.client("s3")
    client.create_bucket(Bucket=SOURCE)
    for name, data in pictures():
        client.put_object(Bucket=SOURCE, Key=f"{PREFIX}{name}", Body=data)


def fill_folder(folder: Path) -> None:
    """Write the files."""
    for name, data in pictures():
        (folder / name).write_bytes(data)


def uploads_of(stack: LocalStack, owner: str) -> list[str]:
    """Return the keys of all versions of an owner's uploads: a key that is there twice was uploaded twice."""
    found = stack.emulator.client("s3").list_object_versions(
        Bucket=stack.outputs["UploadBucketName"], Prefix=f"uploads/{owner}/"
    )
    return [one["Key"] for one in found.get("Versions", [])]


def interrupt_import(stack: LocalStack, source: str, owner: str, *options: str, then: Callable[[], None]) -> str:
    """Import, press Ctrl-C when some images are over and others are held back, do something, and return what the command said."""
    command = [sys.executable, "-m", "operations", "--stack", STACK, "import", source, "--owner", owner, "--yes"]
    environment = cli_environment(stack)
    with subprocess.Popen([*command, *options], env=environment, stderr=subprocess.PIPE, text=True) as running:
        try:
            eventually(lambda: len(uploads_of(stack, owner)) >= BEFORE)
            with _held_back(stack):
                eventually(lambda: uploads_of(stack, owner))
                running.send_signal(SIGINT)
                _, said = running.communicate()
                then()
        except BaseException:
            running.kill()
            raise
    assert running.returncode == STOPPED, said
    return said


@contextmanager
def _held_back(stack: LocalStack) -> Iterator[None]:
    """Let no image pass its first step within the block: the function misses a variable, for which Step Functions waits."""
    client, name = stack.emulator.client("lambda"), physical_id(stack, "ValidateFunction")
    whole = client.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    fewer = {variable: value for variable, value in whole.items() if variable != "METADATA_TABLE"}
    client.update_function_configuration(FunctionName=name, Environment={"Variables": fewer})
    try:
        yield
    finally:
        client.update_function_configuration(FunctionName=name, Environment={"Variables": whole})


def running_import(stack: LocalStack) -> str:
    """Return the name of the run whose execution is running."""
    machine = stack.outputs["ImportPipelineArn"]
    found = stack.emulator.client("stepfunctions").list_executions(stateMachineArn=machine, statusFilter="RUNNING")
    (execution,) = found["executions"]
    return str(execution["name"].rpartition("-")[0])


def reported(folder: Path) -> dict[str, tuple[str, str, str]]:
    """Return outcome, reason and status by key, from the CSV of a report; each key has one row."""
    with (folder / "report.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len({row["key"] for row in rows})
    return {row["key"]: (row["outcome"], row["reason"], row["status"]) for row in rows}


def assert_accounts_for_each(folder: Path, prefix: str = "") -> None:
    """Assert that CSV and page of a report have each file of the source: a success for each picture, a reason for the text."""
    found = reported(folder)
    assert found.pop(f"{prefix}{NOTES}") == ("SKIPPED", "UNSUPPORTED", "")
    assert found.keys() == {f"{prefix}{name}" for name, _ in pictures() if name != NOTES}
    assert {(reason, status) for _, reason, status in found.values()} == {("", "SUCCEEDED")}
    assert {outcome for outcome, *_ in found.values()} <= {"COPIED", "ALREADY_IMPORTED"}
    page = (folder / "report.html").read_text(encoding="utf-8")
    for cells in (("listed", str(IMPORTED + 1)), ("SUCCEEDED", str(IMPORTED)), ("UNSUPPORTED", "1")):
        assert "".join(f"<td>{cell}</td>" for cell in cells) in page
