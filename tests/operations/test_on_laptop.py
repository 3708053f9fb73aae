"""The commands, and those of the documents, as a person runs them, on a stack in the emulator."""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from lambdas.domain import executions, object_keys
from local.stack import LocalStack, local_stack
from tests.docs.commands import block, mailed_password, ran, sign_in, status, upload_url_status
from tests.fake_aws.events import object_created
from tests.local import stack_contents
from tests.local.stack_access import configure, physical_id, run_operations
from tests.local.uploads import Uploads, shorten_waits, without_archive
from tests.operations.laptop_imports import (
    IMPORTED,
    PREFIX,
    SOURCE,
    assert_accounts_for_each,
    fill_bucket,
    fill_folder,
    interrupt_import,
    running_import,
    uploads_of,
)
from tests.pictures import encoded, quadrants
from workflow.contracts.payloads import Image

pytestmark = pytest.mark.heavy

OWNER = "9d1c2a3e-77b0-4e63-8a0e-2f1f0c9b6a55"
PASSWORD = "a, \"b\" = 'c' $D 12"  # what the AWS CLI's short form, a shell or JSON would take apart
IMPORTER, FOLDER_OWNER = "3b7e1f20-5c1d-4e0a-9a52-0d6f7c8b9a11", "3b7e1f20-5c1d-4e0a-9a52-0d6f7c8b9a12"
PICTURES = ("original", "resized", "thumbnail")


@pytest.fixture(scope="module")
def stack() -> Iterator[LocalStack]:
    """Run the stack, with sweeps that do not wait."""
    with local_stack(parameters={"ImportSources": f"arn:aws:s3:::{SOURCE}"}) as running:
        shorten_waits(running)
        configure(running, "SweepFunction", STALLED_AFTER_SECONDS="0")
        yield running


@dataclass(frozen=True)
class Stalled:
    """The IDs of two stalled uploads, one without a record and one with a dead-letter message, and a staged key."""

    unknown: str
    dead: str
    staged: str


@pytest.fixture
def stalled(stack: LocalStack) -> Iterator[Stalled]:
    """Upload images whose events do not reach the queue, and stage an object for no execution."""
    events, rule = stack.emulator.client("events"), physical_id(stack, "UploadRule")
    events.disable_rule(Name=rule)
    unknown = _uploaded(stack, "0b7f3c52-4a58-4d0e-9a41-6f2f6c1f7d10")
    dead = _uploaded(stack, "0b7f3c52-4a58-4d0e-9a41-6f2f6c1f7d11")
    body = json.dumps(object_created(dead["bucket"], dead["key"], dead["versionId"]))
    stack.emulator.client("sqs").send_message(QueueUrl=stack.outputs["DeadLetterQueueUrl"], MessageBody=body)
    staged = f"{object_keys.staged_folder(executions.name({**dead, 'attempt': 9}))}thumbnail.png"
    stack.emulator.client("s3").put_object(Bucket=dead["bucket"], Key=staged, Body=b"thumbnail")
    yield Stalled(unknown["imageId"], dead["imageId"], staged)
    events.enable_rule(Name=rule)


def _uploaded(stack: LocalStack, image_id: str) -> Image:
    bucket, key = stack.outputs["UploadBucketName"], object_keys.upload_key(OWNER, image_id)
    made = stack.emulator.client("s3").put_object(Bucket=bucket, Key=key, Body=encoded(quadrants(), "PNG"))
    return {"imageId": image_id, "owner": OWNER, "bucket": bucket, "key": key, "versionId": made["VersionId"]}


def _facts(stack: LocalStack, image_id: str) -> dict[str, str]:
    """Return the facts that `status` prints about an image."""
    done = run_operations(stack, "status", image_id)
    return dict(line.split("\t") for line in done.stdout.splitlines())


def test_failure_is_shown_fixed_and_started_again(stack: LocalStack, tmp_path: Path) -> None:
    """`status` shows why an image failed; once the cause is fixed, `redrive` starts it, and `status` shows its success."""
    uploads, file = Uploads(stack), tmp_path / "picture.png"
    file.write_bytes(encoded(quadrants(), "PNG"))
    with without_archive(stack):
        uploads.send([file])
        uploads.wait()  # it is started again only after its notification
    (image_id,) = uploads.failed()
    facts = _facts(stack, image_id)
    assert (facts["status"], facts["failedIn"], facts["reason"]) == ("FAILED", "ArchiveImage", "NoSuchBucket")
    assert facts["to do"].endswith(f"redrive {image_id}")
    all_open = run_operations(stack, "redrive", "--all", "--dry-run").stdout.splitlines()
    # The record of a success is open until an event closes it, or the next sweep.
    assert [line for line in all_open if "it has succeeded" not in line] == [f"{image_id}\t2\twould start"]
    assert run_operations(stack, "redrive", image_id).stdout == f"{image_id}\t2\tstarted\n"
    uploads.wait()
    facts = _facts(stack, image_id)
    assert (facts["status"], facts["attempt"]) == ("SUCCEEDED", "2")
    assert {facts[name].rpartition("/")[2].partition(".")[0] for name in PICTURES} == set(PICTURES)


def test_renditions_are_made_anew(stack: LocalStack, tmp_path: Path) -> None:
    """`rerender` replaces the renditions of a user's images by a run of the distributed Map; the old objects stay for a while."""
    uploads, file = Uploads(stack), tmp_path / "picture.png"
    file.write_bytes(encoded(quadrants(), "PNG"))
    uploads.send([file])
    uploads.wait()
    (image_id,) = uploads.sent
    before = _facts(stack, image_id)
    ended = _ended(stack, "rerender", "--owner", before["owner"], "--yes", "--json")
    assert ended["RERENDERED"] == ended["STARTED"] == ended["listed"] >= 1
    now = _facts(stack, image_id)
    assert (now["status"], now["original"]) == ("SUCCEEDED", before["original"])
    client = stack.emulator.client("s3")
    for name in ("resized", "thumbnail"):
        assert now[name] != before[name]
        for uri in (now[name], before[name]):
            bucket, _, key = uri.removeprefix("s3://").partition("/")
            assert client.head_object(Bucket=bucket, Key=key)["ContentLength"] > 0
    assert stack_contents.read_contents(stack, []).staged == []


def test_sweep_finds_stalled_uploads(stack: LocalStack, stalled: Stalled) -> None:
    """`sweep --everything` starts an upload without a record, also that of a dead-letter message, and clears staged objects."""
    done = run_operations(stack, "--json", "sweep", "--everything")
    assert (done.returncode, json.loads(done.stdout)) == (0, {"finalized": 0, "resumed": 2, "cleared": 1})
    assert (
        stalled.staged not in stack_contents.read_contents(stack, []).staged
    )  # but what the started image stages may be
    Uploads(stack).wait()
    found = stack_contents.read_contents(stack, [])
    assert [found.records[image_id]["status"] for image_id in (stalled.unknown, stalled.dead)] == ["SUCCEEDED"] * 2
    assert found.staged == []


def test_sweep_without_work_prints_zeros(stack: LocalStack) -> None:
    """If a sweep finds nothing to do, the JSON has a 0 for each kind of work."""
    done = run_operations(stack, "--json", "sweep")
    assert json.loads(done.stdout) == {"finalized": 0, "resumed": 0, "cleared": 0}


def test_sweep_that_fails_says_why(stack: LocalStack) -> None:
    """If the stack's sweep fails, the command prints its error, and the exit code is 1."""
    before = configure(stack, "SweepFunction", STALLED_AFTER_SECONDS="soon")
    try:
        done = run_operations(stack, "sweep")
    finally:
        configure(stack, "SweepFunction", **before)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("operations sweep: the sweep failed: ")


def test_user_made_by_hand_signs_in(stack: LocalStack) -> None:
    """After `admin-create-user` a plain sign-in gives no token; after the first sign-in it does."""
    by_hand = block("deployment.md", "Users", 2)
    helpers = block("operations.md", "Operations")
    ran(stack, helpers.replace("export STACK=pictures\n", ""), by_hand)
    email = "person@example.com"
    assert status(stack, email) == "FORCE_CHANGE_PASSWORD"
    temporary = mailed_password(stack, email)
    assert sign_in(stack, email, temporary) == "None"
    assert upload_url_status(stack, sign_in(stack, email, temporary, PASSWORD, heading="The first sign-in")) == 200
    assert status(stack, email) == "CONFIRMED"
    assert upload_url_status(stack, sign_in(stack, email, PASSWORD)) == 200


def test_invited_user_signs_in(stack: LocalStack) -> None:
    """`add-user` invites, also again; the user chooses a password with the page's commands, and gets an upload URL."""
    email = "invited@example.com"
    first, again = (run_operations(stack, "add-user", email) for _ in range(2))
    assert (first.returncode, again.returncode) == (0, 0), again.stderr
    assert "temporary password" in again.stdout
    token = sign_in(stack, email, mailed_password(stack, email), PASSWORD, heading="The first sign-in")
    assert upload_url_status(stack, token) == 200


def test_generated_password_signs_in(stack: LocalStack) -> None:
    """`add-user --generate` shows a password, with which the user signs in at once."""
    made = run_operations(stack, "--json", "add-user", "generated@example.com", "--generate")
    found = json.loads(made.stdout)
    assert not found["invited"]
    assert found["UploadUrlEndpoint"] == stack.upload_url_endpoint
    assert upload_url_status(stack, sign_in(stack, "generated@example.com", found["password"])) == 200


def test_refused_password_leaves_no_user(stack: LocalStack) -> None:
    """A password that the pool's policy refuses is reported on one line, and no user is added."""
    done = ran(
        stack,
        f"printf short | {sys.executable} -m operations --stack $STACK add-user x@example.com --password 2>&1 || :",
    )
    assert done.startswith("operations add-user: the password was refused: ")
    found = stack.emulator.client("cognito-idp").list_users(UserPoolId=stack.outputs["UserPoolId"])["Users"]
    assert "x@example.com" not in json.dumps(found, default=str)


def test_user_of_the_laptop_signs_in(stack: LocalStack) -> None:
    """The page's commands sign in the test user of the laptop's stack."""
    assert upload_url_status(stack, sign_in(stack, stack.user.email, stack.user.password)) == 200


def test_a_bucket_is_stopped_and_resumed(stack: LocalStack, tmp_path: Path) -> None:
    """A bucket comes in by one command, which is stopped in the middle and resumed; the report accounts for each object."""
    fill_bucket(stack)
    stopped: list[str] = []

    def stop() -> None:
        stopped.append(running_import(stack))
        assert run_operations(stack, "import", "stop", *stopped).returncode == 0

    said = interrupt_import(stack, f"s3://{SOURCE}/{PREFIX}", IMPORTER, "--concurrency", "4", then=stop)
    (name,) = stopped
    assert f"operations import status {name}" in said
    ended = _ended(stack, "import", "resume", name, "--json")
    assert ended["SUCCEEDED"] == ended["COPIED"] + ended["ALREADY_IMPORTED"] == IMPORTED
    assert len(uploads_of(stack, IMPORTER)) == IMPORTED
    assert run_operations(stack, "import", "report", name, "--output", str(tmp_path)).returncode == 0
    assert_accounts_for_each(tmp_path, PREFIX)


def test_a_folder_is_interrupted_and_goes_on(stack: LocalStack, tmp_path: Path) -> None:
    """A folder comes in by one command, which goes on after an interruption; its report accounts for each file."""
    folder, report = tmp_path / "photos", tmp_path / "report"
    folder.mkdir()
    fill_folder(folder)
    interrupt_import(stack, str(folder), FOLDER_OWNER, then=lambda: None)
    again = run_operations(stack, "import", str(folder), "--owner", FOLDER_OWNER, "--yes", "--output", str(report))
    assert again.returncode == 0, again.stderr
    assert_accounts_for_each(report)
    assert len(uploads_of(stack, FOLDER_OWNER)) == IMPORTED


def _ended(stack: LocalStack, *command: str) -> dict[str, Any]:
    """Run an import, and return what it prints at its end."""
    result = run_operations(stack, *command)
    assert result.returncode == 0, result.stderr
    ended: dict[str, Any] = json.loads(result.stdout.splitlines()[-1])
    return ended
