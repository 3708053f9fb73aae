"""The sources of histories: files of the AWS CLI, and Step Functions, page by page."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from asl.history.sources import fetch_history, load_history
from asl.history.trace import InvalidHistoryError

ARN = "arn:aws:states:eu-west-1:123456789012:execution:machine:name"
MACHINE = ARN.replace(":execution:", ":stateMachine:").removesuffix(":name")
BEGUN = {"id": 1, "type": "ExecutionStarted", "timestamp": "2027-01-15T08:00:00+00:00"}
ENDED = {"id": 2, "type": "ExecutionSucceeded", "timestamp": 1_800_000_001.5, "previousEventId": 1}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Stubber:
    """Give a stub of Step Functions, without the settings of this machine."""
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, "/nowhere")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    client = boto3.client("stepfunctions", "eu-west-1", aws_access_key_id="x", aws_secret_access_key="x")
    return Stubber(client)


@pytest.mark.parametrize("content", [[BEGUN, ENDED], {"events": [BEGUN, ENDED], "nextToken": "more"}])
def test_both_forms_are_loaded(tmp_path: Path, content: Any) -> None:
    """A file has the output of the AWS CLI, or only the list in it."""
    file = tmp_path / "history.json"
    file.write_text(json.dumps(content), encoding="utf-8")
    assert load_history(file) == [BEGUN, ENDED]


@pytest.mark.parametrize(
    "wrong",
    [
        {"previousEventId": None},
        {"previousEventId": "1"},
        {"type": 5},
        {"id": "2"},
        {"timestamp": None},
        {"timestamp": 1e30},
    ],
    ids=str,
)
def test_odd_event_is_refused(tmp_path: Path, wrong: dict[str, Any]) -> None:
    """An event with an ID, type, time or predecessor of the wrong type is refused; the message names the file."""
    file = tmp_path / "history.json"
    file.write_text(json.dumps([BEGUN, {**ENDED, **wrong}]), encoding="utf-8")
    with pytest.raises(InvalidHistoryError, match=r"history\.json is no history"):
        load_history(file)


def test_all_pages_are_fetched(asked: Stubber) -> None:
    """All pages are one history, returned with the definition."""
    asked.add_response(
        "describe_state_machine_for_execution",
        {
            "stateMachineArn": MACHINE,
            "name": "machine",
            "definition": '{"StartAt": "A"}',
            "roleArn": "arn:aws:iam::123456789012:role/any",
            "updateDate": datetime(2027, 1, 1, tzinfo=UTC),
        },
        {"executionArn": ARN},
    )
    times = {"timestamp": datetime(2027, 1, 15, 8, tzinfo=UTC)}
    asked.add_response("get_execution_history", {"events": [{**BEGUN, **times}], "nextToken": "more"})
    asked.add_response("get_execution_history", {"events": [{**ENDED, **times}]})
    with asked:
        definition, events = fetch_history(ARN, asked.client)
    assert definition == {"StartAt": "A"}
    assert [event["id"] for event in events] == [1, 2]


@pytest.mark.parametrize(
    ("code", "message"),
    [("ExecutionDoesNotExist", "no such execution \\(EXPRESS"), ("AccessDenied", "AccessDenied: No.")],
)
def test_error_of_step_functions_is_reported(asked: Stubber, code: str, message: str) -> None:
    """An error of Step Functions is reported with the ARN of the execution."""
    asked.add_client_error("describe_state_machine_for_execution", code, "No.")
    with asked, pytest.raises(InvalidHistoryError, match=message) as raised:
        fetch_history(ARN, asked.client)
    assert str(raised.value).startswith(ARN)


@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize(
    ("region", "message"),
    [("eu-west-1", "Unable to locate credentials"), ("no region!", "'no region!' doesn't match a supported format")],
)
def test_missing_credentials_are_reported(region: str, message: str) -> None:
    """Missing credentials and an invalid region are reported in one sentence."""
    with pytest.raises(InvalidHistoryError, match=message):
        fetch_history(ARN.replace("eu-west-1", region))


@pytest.mark.usefixtures("asked")
def test_invalid_endpoint_is_reported_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """An invalid endpoint is named by its variable, since a URL may have a password."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "user:secret@nowhere")
    with pytest.raises(InvalidHistoryError, match="AWS_ENDPOINT_URL") as raised:
        fetch_history(ARN)
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize(
    "arn", ["nonsense", ARN.replace("eu-west-1", ""), ARN.replace(":execution:", ":express:") + ":id"]
)
def test_execution_without_a_history_is_refused_before_any_call(asked: Stubber, arn: str) -> None:
    """No call is made for an ARN that is not an execution's, or an EXPRESS execution's."""
    with asked, pytest.raises(InvalidHistoryError):
        fetch_history(arn, asked.client)


def test_execution_without_boto3_names_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where asl is installed without boto3, an execution is refused with the package that is missing."""
    monkeypatch.setitem(sys.modules, "botocore.exceptions", None)
    with pytest.raises(InvalidHistoryError, match="pip install boto3"):
        fetch_history(ARN)
