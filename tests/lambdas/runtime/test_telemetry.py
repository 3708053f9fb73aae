"""Log, metrics and traces: keys that go with the invocation, counts that CloudWatch reads, segments that X-Ray gets."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from imaging.errors import Reason
from lambdas.runtime import metrics
from lambdas.runtime.metrics import EXECUTIONS_STARTED, NAMESPACE, SERVICE, STEP, STEP_ERRORS
from lambdas.runtime.telemetry import add_log_keys, count, log_errors, logger, set_log_keys, trace, tracer
from tests.lambdas.account import log_lines, metric_lines
from workflow.contracts.errors import ImageRejected

ROOT = Path(__file__).resolve().parents[3]
TRACE = "1-65a1b2c3-0123456789abcdef01234567"
ANNOTATIONS = {"imageId": "an-image", "execution": "an-execution"}
# What a function does that is traced: a call of AWS, a rejection and a fault, each in a subsegment of its own.
TRACED = """
from contextlib import suppress
from botocore.stub import Stubber
from lambdas.runtime import clients
from lambdas.runtime.telemetry import trace
from imaging.errors import Reason
from workflow.contracts.errors import ImageRejected

client = clients.dynamodb()
with Stubber(client) as stubber:
    stubber.add_response("update_item", {})
    with trace("Done", imageId="an-image", execution="an-execution"):
        client.update_item(TableName="records", Key={"imageId": {"S": "secret"}})
with suppress(ImageRejected), trace("Rejected", imageId="an-image"):
    raise ImageRejected(Reason.CORRUPT, "Not sound.")
with suppress(ValueError), trace("Fault", imageId="an-image"):
    raise ValueError
"""


def test_each_line_is_of_one_invocation(capsys: pytest.CaptureFixture[str]) -> None:
    """Keys are added to those of the invocation, and dropped with the next one."""
    set_log_keys(requestId="first")
    add_log_keys(imageId="an-image")
    logger().info("one")
    set_log_keys(requestId="second")
    logger().info("two")
    one, two = log_lines(capsys.readouterr().out)
    assert (one["requestId"], one["imageId"]) == ("first", "an-image")
    assert (two["requestId"], "imageId" in two) == ("second", False)


def test_a_line_is_printable_whatever_is_logged(capsys: pytest.CaptureFixture[str]) -> None:
    """Names, keys and causes may hold any character: a log line has escapes instead, and the same values."""
    hostile = "a\r\n\x1b[2J\x7f\x9b\u202e\u2028\u200b\ud800é"
    set_log_keys(imageId=hostile)
    logger().info("about %s", hostile)
    (printed, end) = capsys.readouterr().out.split("\n")
    assert printed.isascii()
    assert (printed.isprintable(), end) == (True, "")
    assert json.loads(printed)["imageId"] == hostile
    assert json.loads(printed)["message"] == f"about {hostile}"


def test_an_error_is_logged_and_passes_on(capsys: pytest.CaptureFixture[str]) -> None:
    """An error that leaves a function is logged as one line with its traceback, and raised again."""
    set_log_keys(requestId="a-request")
    with pytest.raises(KeyError, match="variable"), log_errors():
        raise KeyError("variable")
    (line,) = log_lines(capsys.readouterr().out)
    assert (line["level"], line["exception_name"], line["requestId"]) == ("ERROR", "KeyError", "a-request")


@pytest.mark.parametrize(("step", "dimensions"), [("", {SERVICE}), ("ValidateImage", {SERVICE, STEP})])
def test_a_count_is_one_of_its_metric(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], step: str, dimensions: set[str]
) -> None:
    """A line in the embedded metric format counts one, by service and step, and no other number or dimension."""
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "a-stack")
    set_log_keys(requestId="a-request")
    count(STEP_ERRORS, step=step, reason="CORRUPT")
    (line,) = metric_lines(capsys.readouterr().out)
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == NAMESPACE
    assert directive["Metrics"] == [{"Name": STEP_ERRORS, "Unit": "Count"}]
    assert [set(names) for names in directive["Dimensions"]] == [dimensions]
    assert (line[STEP_ERRORS], line[SERVICE], line.get(STEP, "")) == ([1.0], "a-stack", step)
    assert (line["reason"], line["requestId"]) == ("CORRUPT", "a-request")


def test_a_count_leaves_nothing_to_the_next(capsys: pytest.CaptureFixture[str]) -> None:
    """Step and details belong to one count only."""
    count(STEP_ERRORS, step="ValidateImage", reason="CORRUPT")
    count(EXECUTIONS_STARTED)
    line = metric_lines(capsys.readouterr().out)[1]
    assert not {STEP_ERRORS, STEP, "reason"} & line.keys()
    assert line["_aws"]["CloudWatchMetrics"][0]["Metrics"] == [{"Name": EXECUTIONS_STARTED, "Unit": "Count"}]


def test_no_two_metrics_share_a_name() -> None:
    """Each constant is a unique name that CloudWatch accepts."""
    names = [value for name, value in vars(metrics).items() if name.isupper()]
    assert len(set(names)) == len(names)
    assert all(name.isascii() and name.isalpha() for name in names)


def test_outside_lambda_nothing_is_traced(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without X-Ray's daemon, or where it does not take the invocation, the work is done and no tracer made."""
    for daemon, sampled in (("", "1"), ("127.0.0.1:2000", "0")):
        monkeypatch.setenv("_X_AMZN_TRACE_ID", f"Root={TRACE};Parent=53995c3f42cd8ad8;Sampled={sampled}")
        monkeypatch.setenv("AWS_XRAY_DAEMON_ADDRESS", daemon)
        if not daemon:
            monkeypatch.delenv("AWS_XRAY_DAEMON_ADDRESS")
        with pytest.raises(ImageRejected), trace("Rejected", **ANNOTATIONS):
            raise ImageRejected(Reason.CORRUPT, "Not sound.")
    assert tracer.cache_info().misses == 0


@pytest.fixture(scope="module")
def segments() -> dict[str, dict[str, Any]]:
    """Give the segments, by name, that X-Ray's daemon gets of what TRACED does in a function's environment."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as daemon:
        daemon.bind(("127.0.0.1", 0))
        daemon.settimeout(30)
        environment = {
            "PYTHONPATH": str(ROOT),
            "LAMBDA_TASK_ROOT": str(ROOT),
            "AWS_XRAY_DAEMON_ADDRESS": f"127.0.0.1:{daemon.getsockname()[1]}",
            "_X_AMZN_TRACE_ID": f"Root={TRACE};Parent=53995c3f42cd8ad8;Sampled=1",
            "AWS_DEFAULT_REGION": "eu-central-1",
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "POWERTOOLS_SERVICE_NAME": "a-stack",
        }
        path = {"PATH": os.environ.get("PATH", os.defpath)}
        command = [sys.executable, "-B", "-W", "error", "-c", TRACED]
        done = subprocess.run(command, env=environment | path, cwd=ROOT, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
        sent = [json.loads(daemon.recv(2**16).split(b"\n", 1)[1]) for _ in range(4)]
    return {segment["name"]: segment for segment in sent}


def test_a_step_is_found_by_picture_and_execution(segments: dict[str, dict[str, Any]]) -> None:
    """A subsegment of the invocation's trace holds its annotations, and neither error nor fault if there was none."""
    done = segments["## Done"]
    assert (done["trace_id"], done["annotations"]) == (TRACE, ANNOTATIONS)
    assert not {"error", "fault"} & done.keys()


def test_calls_of_aws_are_traced_without_their_content(segments: dict[str, dict[str, Any]]) -> None:
    """A call is a subsegment of the step's that names the operation, and holds nothing of what was written."""
    call = segments["dynamodb"]
    assert (call["parent_id"], call["aws"]["operation"]) == (segments["## Done"]["id"], "UpdateItem")
    assert "secret" not in json.dumps(segments)


def test_a_rejection_is_no_fault(segments: dict[str, dict[str, Any]]) -> None:
    """In X-Ray an error is caused by the client, and a fault by the service."""
    rejected, fault = segments["## Rejected"], segments["## Fault"]
    assert (rejected.get("error"), rejected.get("fault")) == (True, None)
    assert (fault.get("error"), fault.get("fault")) == (None, True)
    assert fault["cause"]["exceptions"][0]["type"] == "ValueError"


def test_each_line_has_the_version(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Every line of every invocation holds the version of the function."""
    monkeypatch.setenv("VERSION", "0.1.0+0123456789ab")
    logger.cache_clear()
    for request in ("first", "second"):
        set_log_keys(requestId=request)
        logger().info("done")
    monkeypatch.undo()
    logger.cache_clear()
    assert [line["version"] for line in log_lines(capsys.readouterr().out)] == ["0.1.0+0123456789ab"] * 2
