"""The client and the subscriber, as their README has them, against a stack with the added step on this machine."""

import json
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from examples import client, subscriber
from local import stack as local_stacks
from local.console import instructions
from local.process import read_record
from local.stack import LocalStack, local_stack
from templates import packaging
from tests.local.account import eventually
from tests.local.stack_access import cli_environment, exported_variables
from tests.needed import program
from tests.patience import PATIENCE
from workflow import contracts

pytestmark = pytest.mark.heavy

PHOTOGRAPH = Path("local/photographs/coffee.png")


@pytest.fixture(scope="module")
def stack(changed: Path, template: str) -> Iterator[LocalStack]:
    """Run the stack of the copy: its template, and its code."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(local_stacks, "cached_template", lambda: template)
        patch.setattr(packaging, "ROOT", changed)
        # The cached key is that of the repository's own code.
        patch.setattr(packaging, "code_key", packaging.code_key.__wrapped__)
        with local_stack() as running:
            yield running


@pytest.fixture
def environment(stack: LocalStack, monkeypatch: pytest.MonkeyPatch) -> None:
    """Set the variables that `python -m local up` prints."""
    for name, value in exported_variables(instructions(stack).splitlines()).items():
        monkeypatch.setenv(name, value)


@dataclass(frozen=True)
class Subscribed:
    """A running subscriber, its database, and its queue."""

    process: "subprocess.Popen[str]"
    database: Path
    queue: str

    def line(self) -> dict[str, Any]:
        """Return the next line that it prints."""
        assert self.process.stdout
        return dict(json.loads(self.process.stdout.readline()))

    def rows(self) -> list[tuple[Any, ...]]:
        """Return the content of its database."""
        with closing(sqlite3.connect(self.database)) as connection:
            return connection.execute("SELECT imageId, status, reason FROM outcomes").fetchall()


@pytest.fixture(scope="module")
def subscribed(stack: LocalStack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Subscribed]:
    """Run the subscriber, which keeps what was REJECTED or FAILED."""
    database = tmp_path_factory.mktemp("subscriber") / "outcomes.db"
    command = [sys.executable, "-m", "examples.subscriber", "--database", str(database)]
    with subprocess.Popen(command, env=cli_environment(stack), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            yield Subscribed(process, database, json.loads(process.stdout.readline())["queue"])
            process.send_signal(signal.SIGINT)
            assert process.wait(PATIENCE) == 0
        finally:
            process.kill()  # or the block would wait for one that heeds nothing


@pytest.fixture(scope="module")
def printed(
    stack: LocalStack, subscribed: Subscribed, tmp_path_factory: pytest.TempPathFactory
) -> "subprocess.CompletedProcess[str]":
    """Run the client with a photograph, a file that is no image, and an empty one, while the subscriber runs."""
    folder = tmp_path_factory.mktemp("images")
    files = [PHOTOGRAPH, folder / "page.jpg", folder / "empty.jpg"]
    files[1].write_text("<html>no image</html>", encoding="utf-8")
    files[2].touch()
    command = [sys.executable, "-m", "examples.client", "upload", *map(str, files)]
    assert subscribed.process.poll() is None
    return subprocess.run(command, env=cli_environment(stack), capture_output=True, text=True, check=False)


def by_status(printed: "subprocess.CompletedProcess[str]") -> dict[str, dict[str, Any]]:
    """Return the outcomes that the client printed."""
    lines = [json.loads(line) for line in printed.stdout.splitlines()]
    return {line["status"]: line for line in lines if line["status"] != "UPLOADED"}


def test_client_prints_how_each_image_ended(printed: "subprocess.CompletedProcess[str]") -> None:
    """The client prints the status document of each image, names the file that the API refuses, and exits with 1."""
    found = by_status(printed)
    assert (sorted(found), printed.returncode) == (["REJECTED", "SUCCEEDED"], 1)
    for document in found.values():
        contracts.check("image-status.response", document)
    assert (found["SUCCEEDED"]["filename"], found["REJECTED"]["reason"]) == ("coffee.png", "NOT_AN_IMAGE")
    assert re.match(r"client: the API answered 400 for .*empty\.jpg: EMPTY: ", printed.stderr)
    assert len(printed.stderr.splitlines()) == 1


@pytest.mark.usefixtures("environment")
def test_client_reads_images_again(
    printed: "subprocess.CompletedProcess[str]", capsys: pytest.CaptureFixture[str]
) -> None:
    """`status` prints the same document, `list` the images of the user, and with a status only some of them."""
    found = by_status(printed)
    ids = {status: document["imageId"] for status, document in found.items()}
    assert client.main(["status", *ids.values()]) == 0
    assert [json.loads(line)["status"] for line in capsys.readouterr().out.splitlines()] == list(ids)
    assert client.main(["list"]) == 0
    listed = {json.loads(line)["imageId"] for line in capsys.readouterr().out.splitlines()}
    assert listed >= set(ids.values())  # other tests upload images of this user, too
    assert client.main(["list", "--status", "REJECTED"]) == 0
    rejected = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert ids["REJECTED"] in {document["imageId"] for document in rejected}
    assert {document["status"] for document in rejected} == {"REJECTED"}
    assert client.main(["status", "00000000-0000-4000-8000-000000000000"]) == 1
    assert "404 for 00000000-0000-4000-8000-000000000000: NOT_FOUND: " in capsys.readouterr().err


def node(stack: LocalStack, *arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    """Run the example in JavaScript, with the variables that `python -m local up` prints."""
    command = [program("node"), "--no-warnings", "examples/client.mjs", *arguments]
    environment = cli_environment(stack) | variables
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_client_in_javascript_uploads_lists_and_deletes(stack: LocalStack) -> None:
    """The client in Node.js prints the status document of an upload, finds it in the list, and deletes it."""
    ran = node(stack, "upload", str(PHOTOGRAPH))
    assert (ran.returncode, ran.stderr) == (0, "")
    uploaded, document = map(json.loads, ran.stdout.splitlines())
    contracts.check("image-status.response", document)
    assert (uploaded["status"], document["status"]) == ("UPLOADED", "SUCCEEDED")
    assert document["imageId"] in node(stack, "list").stdout
    assert node(stack, "delete", document["imageId"], document["imageId"]).returncode == 0
    assert document["imageId"] not in node(stack, "list").stdout


@pytest.mark.parametrize(("variables", "message"), [({"EMAIL": ""}, "set EMAIL;"), ({"PASSWORD": "wrong"}, "NotAuth")])
def test_client_in_javascript_says_what_is_wrong(stack: LocalStack, variables: dict[str, str], message: str) -> None:
    """A missing variable and a refused sign-in are one line, without the password, and exit code 1."""
    ran = node(stack, "list", **variables)
    assert (ran.returncode, ran.stdout, len(ran.stderr.splitlines())) == (1, "", 1)
    assert message in ran.stderr
    assert stack.user.password not in ran.stderr


@pytest.mark.usefixtures("environment")
def test_client_deletes_images(capsys: pytest.CaptureFixture[str]) -> None:
    """`delete` deletes images, also twice; for an image that does not exist it prints the API's reason, and exits with 1."""
    client.main(["upload", "--timeout", "0", str(PHOTOGRAPH)])
    image_id = json.loads(capsys.readouterr().out.splitlines()[0])["imageId"]
    assert client.main(["delete", image_id, image_id]) == 0
    deleted = {"imageId": image_id, "status": "DELETED"}
    assert [json.loads(line) for line in capsys.readouterr().out.splitlines()] == [deleted] * 2
    assert client.main(["delete", "00000000-0000-4000-8000-000000000000"]) == 1
    assert "404 for 00000000-0000-4000-8000-000000000000: NOT_FOUND: " in capsys.readouterr().err


def test_printed_commands_upload_read_and_delete_an_image(stack: LocalStack, tmp_path: Path) -> None:
    """The commands that `python -m local up` prints, run as they are, upload an image, show its status and the list, and delete it."""
    program("curl")
    shutil.copy("local/photographs/dogs.jpg", tmp_path / "photo.jpg")
    _, _, commands = instructions(stack).partition("# 1. Sign in.")
    script = "set -e\n" + commands.partition("Ctrl-C")[0]
    ran = subprocess.run(
        [program("bash"), "-c", script],
        cwd=tmp_path,
        env=cli_environment(stack),
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    uploaded, _, shown = ran.stdout.strip().partition("\n")
    assert uploaded == "200"
    status, end = json.JSONDecoder().raw_decode(shown)
    listed, _, code = shown[end:].rpartition("}")
    contracts.check("image-list.response", json.loads(f"{listed}}}"))
    assert code in ("202", "204")
    assert status["status"] in ("AWAITING_UPLOAD", "PROCESSING", "SUCCEEDED")


@pytest.mark.usefixtures("environment")
def test_wrong_password_is_one_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """A sign-in that Cognito refuses is one line on standard error, without the password, and exit code 1."""
    monkeypatch.setenv("PASSWORD", "wrong-Password-1")
    assert client.main(["upload", str(PHOTOGRAPH)]) == 1
    printed = capsys.readouterr()
    assert (printed.out, len(printed.err.splitlines())) == ("", 1)
    assert "NotAuthorizedException" in printed.err
    assert "wrong-Password-1" not in printed.err


@pytest.mark.usefixtures("environment")
def test_file_that_cannot_be_read_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is named with the reason. The other files are uploaded, and the exit code is 1."""
    missing = tmp_path / "missing.jpg"
    assert client.main(["upload", "--timeout", "0", str(missing), str(PHOTOGRAPH)]) == 1
    printed = capsys.readouterr()
    assert printed.err.splitlines()[0] == f"client: {missing} cannot be read: No such file or directory"
    assert json.loads(printed.out.splitlines()[0])["file"] == str(PHOTOGRAPH)


@pytest.mark.usefixtures("environment")
def test_missing_variable_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a variable the client says which one it needs, and sends nothing."""
    monkeypatch.delenv("USER_POOL_CLIENT_ID")
    with pytest.raises(SystemExit, match="2"):
        client.main(["upload", str(PHOTOGRAPH)])
    assert "set USER_POOL_CLIENT_ID;" in capsys.readouterr().err


def test_subscriber_stores_filtered_outcomes(
    printed: "subprocess.CompletedProcess[str]", subscribed: Subscribed, stack: LocalStack
) -> None:
    """Only the rejection is stored; a repeated message changes nothing; a message that is no notification goes to the dead-letter queue."""
    rejection = subscribed.line()
    contracts.check("rejection-notification", rejection)
    assert rejection["imageId"] == by_status(printed)["REJECTED"]["imageId"]
    sqs, queue = stack.emulator.client("sqs"), subscribed.queue
    dead = sqs.get_queue_url(QueueName="image-problems-dead-letters")["QueueUrl"]
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"VisibilityTimeout": "0"})  # for polls that begin from now on
    sqs.send_message(QueueUrl=queue, MessageBody=json.dumps(rejection))
    eventually(lambda: _waiting(sqs, queue) == 0)
    unlike = json.dumps(rejection | {"reason": "UNKNOWN"})
    for body in ("no JSON", unlike):
        sqs.send_message(QueueUrl=queue, MessageBody=body)
    assert {eventually(lambda: _taken(sqs, dead)) for _ in range(2)} == {"no JSON", unlike}
    assert subscribed.rows() == [(rejection["imageId"], "REJECTED", "NOT_AN_IMAGE")]


def _taken(sqs: Any, queue: str) -> str:
    """Take a message from queue and return its body, or nothing if there is none."""
    for message in sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=20).get("Messages", []):
        sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
        return str(message["Body"])
    return ""


def _waiting(sqs: Any, queue: str) -> int:
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    answer = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=names)
    return sum(int(number) for number in answer["Attributes"].values())


@pytest.mark.usefixtures("environment")
def test_filter_can_name_an_owner(stack: LocalStack) -> None:
    """A subscription for one user has a filter policy with that user, and may be made again."""
    wanted = {"status": ["FAILED"], "owner": ["9d1c2a3e-77b0-4e63-8a0e-2f1f0c9b6a55"]}
    topic, sns = stack.outputs["NotificationTopicArn"], stack.emulator.client("sns")
    assert len({subscriber.subscribe(topic, "of-one-user", wanted) for _ in range(2)}) == 1
    found = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    (arn,) = (one["SubscriptionArn"] for one in found if one["Endpoint"].endswith(":of-one-user"))
    assert json.loads(sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]["FilterPolicy"]) == wanted


def test_added_step_describes_the_image(printed: "subprocess.CompletedProcess[str]", stack: LocalStack) -> None:
    """The record of the photograph holds what the added step returned."""
    record = read_record(stack, by_status(printed)["SUCCEEDED"]["imageId"])
    assert record["description"] == {"text": "A PNG in landscape format, 600 by 400 pixels"}
