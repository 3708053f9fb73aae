"""What the trigger reports about its messages: log lines, each about its own message, and counts."""

import pytest

from lambdas.domain import executions as execution
from lambdas.runtime.metrics import CONFLICTS, DUPLICATE_EVENTS, EXECUTIONS_STARTED, SERVICE
from tests.lambdas.account import CONTEXT, log_lines, metric_lines
from tests.lambdas.messages import IMAGE_IDS, Executions, failed_message_ids, object_created
from workflow.contracts.errors import PreviousOutcomePending


def test_each_line_is_of_its_own_message(executions: Executions, capsys: pytest.CaptureFixture[str]) -> None:
    """The lines about a message hold its image, execution and request; without an image they hold none of the previous one."""
    assert failed_message_ids(
        object_created(IMAGE_IDS[0]), "<html>", object_created(IMAGE_IDS[1]), object_created(IMAGE_IDS[0])
    ) == ["message-1"]
    output = capsys.readouterr().out
    names = {started["image"]["imageId"]: name for name, started in executions().items()}
    first, second = IMAGE_IDS[:2]
    for lines, images in (
        (log_lines(output), [first, None, second, first]),
        (metric_lines(output), [first, second, first]),
    ):
        assert [line.get("imageId") for line in lines] == images
        assert [line.get("execution") for line in lines] == [names.get(image or "") for image in images]
        assert {line["requestId"] for line in lines} == {CONTEXT.aws_request_id}


def test_starts_and_repeats_are_counted_apart(executions: Executions, capsys: pytest.CaptureFixture[str]) -> None:
    """A duplicate is no execution, and a message that returns to the queue is neither."""
    again = object_created() | {"time": "2026-11-23T09:15:03Z"}
    assert failed_message_ids(object_created(), again, "<html>") == ["message-2"]
    assert len(executions()) == 1
    directives = [line["_aws"]["CloudWatchMetrics"][0] for line in metric_lines(capsys.readouterr().out)]
    assert [directive["Metrics"][0]["Name"] for directive in directives] == [EXECUTIONS_STARTED, DUPLICATE_EVENTS]
    assert [directive["Dimensions"] for directive in directives] == [[[SERVICE]]] * 2


def test_a_failure_is_logged_without_the_message(executions: Executions, capsys: pytest.CaptureFixture[str]) -> None:
    """The log states which message returned and why, without its content."""
    assert failed_message_ids(object_created(bucket="another-bucket-secret"), {"secret": 1}) == [
        "message-0",
        "message-1",
    ]
    assert not executions()
    output = capsys.readouterr().out
    assert "message-0" in output
    assert "message-1" in output
    assert "secret" not in output


def test_a_version_that_has_to_wait_is_no_error(
    executions: Executions, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """If an older outcome has to be published first, the message returns to the queue with a warning, and no error."""

    def waiting(*_: object) -> bool:
        raise PreviousOutcomePending("an earlier outcome of the image has not been published yet")

    monkeypatch.setattr(execution, "start", waiting)
    assert failed_message_ids(object_created()) == ["message-0"]
    assert not executions()
    output = capsys.readouterr().out
    assert [line["level"] for line in log_lines(output)] == ["WARNING"]
    assert [line[CONFLICTS] for line in metric_lines(output)] == [[1.0]]
