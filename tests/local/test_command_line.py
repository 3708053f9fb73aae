"""`python -m local` as a person runs it, and the real AWS CLI against it."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from PIL.ExifTags import GPS

from tests import pictures
from tests.effort import repetition, times
from tests.patience import PATIENCE

pytestmark = pytest.mark.heavy

PHOTOGRAPH = "local/photographs/rocket.jpg"


def _run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([sys.executable, "-m", "local", *arguments], capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def processed(tmp_path_factory: pytest.TempPathFactory) -> "tuple[subprocess.CompletedProcess[str], str]":
    """Send a photograph with a position and a file that is no picture; give how the command ended, and its report."""
    folder = tmp_path_factory.mktemp("processed")
    position: dict[int, object] = {GPS.GPSLatitudeRef: "N", GPS.GPSLatitude: (51.0, 30.0, 0.0)}
    position |= {GPS.GPSLongitudeRef: "W", GPS.GPSLongitude: (0.0, 7.0, 39.0)}
    picture, report = folder / "a <b>.jpg", folder / "report.html"
    Image.new("RGB", (60, 40), "red").save(picture, exif=pictures.exif({}, {}, position))
    (folder / "none.jpg").write_bytes(b"no picture")
    files = [str(picture), str(folder / "none.jpg")]
    done = _run("process", *files, "--output", str(folder / "out"), "--json", "--report", str(report), "--at-once", "1")
    assert done.returncode == 0, done.stderr
    return done, report.read_text(encoding="utf-8")


def test_process_prints_one_object_a_line(processed: "tuple[subprocess.CompletedProcess[str], str]") -> None:
    """With --json each picture is one JSON object on a line of its own, and the paths in it exist."""
    done, _ = processed
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert {line["status"] for line in lines} == {"SUCCEEDED", "REJECTED"}
    assert all(Path(path).is_file() for line in lines for path in line["outputs"].values())


def test_report_is_one_page(processed: "tuple[subprocess.CompletedProcess[str], str]") -> None:
    """With --report there is a page with thumbnail, metadata, map link, timeline and graph, which loads nothing."""
    _, page = processed
    assert "a &lt;b&gt;.jpg" in page
    assert "<b>" not in page
    assert "https://www.openstreetmap.org/?mlat=51.5&amp;mlon=-0.1275" in page
    assert page.count("data:image/jpeg;base64,") == 1
    assert 'data-state="HandleError"' in page
    assert "the first error was ImageRejected in ValidateImage" in page
    assert not re.search(r'src="(?!data:)|<link|@import|url\(', page)


def test_unfinished_picture_fails_the_command(tmp_path: Path) -> None:
    """When a picture does not reach an end in time, the exit code is 1."""
    done = _run("process", PHOTOGRAPH, "--output", str(tmp_path), "--timeout", "0")
    assert done.returncode == 1
    assert "UNFINISHED" in done.stdout


def test_unwritable_output_is_told_before_anything_starts(tmp_path: Path) -> None:
    """Where results cannot be written the command says so in a line, and starts nothing."""
    (tmp_path / "file").touch()
    done = _run("process", PHOTOGRAPH, "--output", str(tmp_path / "file"))
    assert done.returncode == 2
    assert done.stderr.splitlines() == [f"local: results cannot be written to {tmp_path / 'file'}: File exists"]


def test_missing_file_is_told_by_name() -> None:
    """A file that does not exist is named, and nothing is started."""
    done = _run("process", "no such.jpg")
    assert done.returncode == 2
    assert "no such.jpg" in done.stderr


@pytest.mark.parametrize("given", ["MaxBytes=many", "MaxByte=1", "WorkflowType=FAST"][: times(2, 3)])
def test_wrong_parameter_is_told_by_name(tmp_path: Path, given: str) -> None:
    """A parameter that the template does not have, or a value that it does not take, is told in a line."""
    done = _run("process", PHOTOGRAPH, "--output", str(tmp_path), "--parameter", given)
    assert done.returncode == 2
    assert given.partition("=")[0] in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.fixture(params=[pytest.param([], id="open", marks=repetition), pytest.param(["--enforce"], id="enforced")])
def up(request: pytest.FixtureRequest) -> Iterator["subprocess.Popen[str]"]:
    """Run `python -m local up`, and once more with permissions enforced."""
    command = [sys.executable, "-m", "local", "up", *request.param]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        yield running
        running.kill()


def test_aws_cli_deploys_to_a_running_stack(up: "subprocess.Popen[str]", tmp_path: Path) -> None:
    """The real AWS CLI deploys the generated template to `local up` and describes it; Ctrl-C ends all of it."""
    environment = _exports(up)
    template = tmp_path / "template.json"
    subprocess.run([sys.executable, "generate.py", "--output", str(template)], check=True)
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
    """Read the variables that `local up` tells the reader to export."""
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
    command = [sys.executable, "-m", "awscli", "cloudformation", "describe-stacks"]
    once = {"AWS_MAX_ATTEMPTS": "1"}
    return (
        subprocess.run(command, env=os.environ | environment | once, capture_output=True, check=False).returncode != 0
    )
