"""`python -m local` as a command, and the AWS CLI against it."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import urllib3
from PIL import Image
from PIL.ExifTags import GPS

from local.command_line import main
from tests import pictures
from tests.effort import repetition, times
from tests.local.account import Account
from tests.patience import PATIENCE
from tests.templates import emitted

pytestmark = pytest.mark.heavy

PHOTOGRAPH = "local/photographs/rocket.jpg"


@dataclass(frozen=True)
class Processed:
    """What `process --serve` printed, the report that it wrote, and the response of the page while it served."""

    lines: list[dict[str, Any]]
    report: str
    page: urllib3.BaseHTTPResponse


@pytest.fixture(scope="module")
def processed(tmp_path_factory: pytest.TempPathFactory) -> Processed:
    """Process an image with a GPS position and a file that is not an image, keep the stack, look at its page, and end it."""
    folder = tmp_path_factory.mktemp("processed")
    position: dict[int, object] = {GPS.GPSLatitudeRef: "N", GPS.GPSLatitude: (51.0, 30.0, 0.0)}
    position |= {GPS.GPSLongitudeRef: "W", GPS.GPSLongitude: (0.0, 7.0, 39.0)}
    image, report = folder / "a <b>.jpg", folder / "report.html"
    Image.new("RGB", (60, 40), "red").save(image, exif=pictures.exif({}, {}, position))
    (folder / "none.jpg").write_bytes(b"not an image")
    files = [str(image), str(folder / "none.jpg")]
    options = ["--output", str(folder / "out"), "--json", "--report", str(report), "--at-once", "1", "--serve"]
    command = [sys.executable, "-m", "local", "process", *files, *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout
        assert running.stderr
        printed = list(takewhile("Ctrl-C stops the stack and deletes everything in it.\n".__ne__, running.stderr))
        (address,) = (line.split()[-1] for line in printed if line.startswith("web page "))
        page = urllib3.request("GET", address)
        running.send_signal(signal.SIGINT)
        lines = [json.loads(line) for line in running.stdout]
    assert running.returncode == 128 + signal.SIGINT
    return Processed(lines, report.read_text(encoding="utf-8"), page)


def test_stack_is_kept_with_its_page(processed: Processed) -> None:
    """With --serve the stack goes on, and its page is at the address that is printed."""
    assert (processed.page.status, processed.page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")


def test_process_prints_one_object_a_line(processed: Processed) -> None:
    """With --json there is a line of JSON for each image on standard output, and the paths in it exist."""
    assert {line["status"] for line in processed.lines} == {"SUCCEEDED", "REJECTED"}
    assert all(Path(path).is_file() for line in processed.lines for path in line["outputs"].values())


def test_report_is_one_page(processed: Processed) -> None:
    """--report writes a page with thumbnail, metadata, map link, timeline and graph, which loads nothing."""
    page = processed.report
    assert "a &lt;b&gt;.jpg" in page
    assert "<b>" not in page
    assert "https://www.openstreetmap.org/?mlat=51.5&amp;mlon=-0.1275" in page
    assert page.count("data:image/jpeg;base64,") == 2  # the thumbnail, above and in the list of the images
    assert 'data-state="HandleError"' in page
    assert "the first error was ImageRejected in ValidateImage" in page
    assert not re.search(r'src="(?!data:)|<link|@import|url\(', page)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, empty_account: Account) -> Callable[..., int]:
    """Return a function that runs the command in this process and returns its exit code.

    All commands use the same emulator, and set no signal handlers.
    """
    monkeypatch.setattr("local.stack.emulator", lambda **_: nullcontext(empty_account))
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    return lambda *arguments: main([str(argument) for argument in arguments])


def test_unfinished_image_is_an_error(
    run: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """If an image has no final status in time, the exit code is 1."""
    assert run("process", PHOTOGRAPH, "--output", tmp_path, "--timeout", "0") == 1
    assert "UNFINISHED" in capsys.readouterr().out


def test_unwritable_output_is_an_error_at_the_start(
    run: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """If results cannot be written, the command prints one line and starts nothing."""
    file = tmp_path / "file"
    file.touch()
    assert run("process", PHOTOGRAPH, "--output", file) == 1
    assert capsys.readouterr() == ("", f"local: results cannot be written to {file}: File exists\n")


def test_report_that_is_a_folder_is_an_error_at_the_start(
    run: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """If the report cannot be written, the command prints one line and starts nothing."""
    assert run("process", PHOTOGRAPH, "--output", tmp_path / "out", "--report", tmp_path) == 1
    assert capsys.readouterr() == ("", f"local: results cannot be written to {tmp_path}: Is a directory\n")


@pytest.mark.parametrize("seconds", ["nan", "inf", "-1", "1e300", "soon"])
def test_timeout_that_cannot_be_waited_for_is_refused(capsys: pytest.CaptureFixture[str], seconds: str) -> None:
    """A time that is no number, negative, or longer than threads can wait is wrong usage, and nothing is started."""
    with pytest.raises(SystemExit, match="2"):
        main(["process", PHOTOGRAPH, f"--timeout={seconds}"])
    assert f"{seconds} is not a number of seconds from 0 to " in capsys.readouterr().err


def test_missing_file_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """The error names a file that does not exist, and nothing is started."""
    with pytest.raises(SystemExit, match="2"):
        main(["process", "no such.jpg"])
    assert "no such.jpg" in capsys.readouterr().err


@pytest.mark.parametrize("given", ["MaxBytes=many", "MaxByte=1", "WorkflowType=FAST"][: times(2, 3)])
def test_invalid_parameter_is_named(
    run: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str], given: str
) -> None:
    """A parameter that the template does not have, or a value that it does not allow, is an error of one line."""
    assert run("process", PHOTOGRAPH, "--output", tmp_path, "--parameter", given) == 2
    error = capsys.readouterr().err
    assert given.partition("=")[0] in error
    assert len(error.splitlines()) == 1


@pytest.fixture(params=[pytest.param([], id="open", marks=repetition), pytest.param(["--enforce"], id="enforced")])
def up(request: pytest.FixtureRequest) -> Iterator["subprocess.Popen[str]"]:
    """Run `python -m local up`, without and with permissions enforced."""
    command = [sys.executable, "-m", "local", "up", *request.param]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        yield running
        running.kill()


@pytest.mark.share(1)
def test_aws_cli_deploys_to_a_running_stack(up: "subprocess.Popen[str]", tmp_path: Path) -> None:
    """The AWS CLI deploys the generated template to `local up` and describes it; Ctrl-C stops everything."""
    environment = _exports(up)
    template = tmp_path / "template.json"
    template.write_text(json.dumps(emitted.template()), encoding="utf-8")
    deploy = ["--stack-name", "second", "--template-file", str(template), "--capabilities", "CAPABILITY_IAM"]
    _aws(
        environment, "deploy", *deploy, "--s3-bucket", "artifacts", "--parameter-overrides", "ArtifactBucket=artifacts"
    )
    described = json.loads(_aws(environment, "describe-stacks", "--stack-name", "second"))
    assert described["Stacks"][0]["StackStatus"] == "CREATE_COMPLETE"

    up.send_signal(signal.SIGINT)
    assert up.wait(PATIENCE) == 128 + signal.SIGINT
    assert _refuses(environment)


def _exports(up: "subprocess.Popen[str]") -> dict[str, str]:
    """Return the variables that `local up` prints to be exported."""
    assert up.stdout
    variables: dict[str, str] = {}
    for line in up.stdout:
        if line.startswith("export "):
            variables |= dict(pair.split("=", 1) for pair in line.split()[1:])
        if line.startswith("Ctrl-C"):
            break
    return variables


def _aws(environment: dict[str, str], *arguments: str) -> str:
    command = [sys.executable, "-m", "awscli", "cloudformation", *arguments]
    done = subprocess.run(command, env=os.environ | environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _refuses(environment: dict[str, str]) -> bool:
    where = urlsplit(environment["AWS_ENDPOINT_URL"])
    try:
        socket.create_connection((str(where.hostname), int(where.port or 0))).close()
    except ConnectionRefusedError:
        return True
    return False
