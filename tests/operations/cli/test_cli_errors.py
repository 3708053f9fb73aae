"""Errors of AWS and of the connection to AWS are printed on one line with the next command."""

import errno
import os
import re
import subprocess
import sys
from itertools import cycle, product
from pathlib import Path

import boto3
import pytest
from botocore import exceptions
from botocore.exceptions import ClientError

from asl.command import INTERRUPTED, run_command
from operations.cli.advice import explain
from operations.cli.errors import exit_code
from tests.effort import is_thorough
from tests.needed import missing

CONFIG = """
[profile mfa]
role_arn = arn:aws:iam::123456789012:role/deploy
mfa_serial = arn:aws:iam::123456789012:mfa/me
source_profile = base
[profile base]
aws_access_key_id = AKIAEXAMPLE
aws_secret_access_key = secret
[profile login]
login_session = arn:aws:iam::123456789012:user/me
[profile sso]
sso_session = corp
sso_account_id = 123456789012
sso_role_name = deploy
[sso-session corp]
sso_region = eu-central-1
sso_start_url = https://example.awsapps.com/start
"""
NOWHERE = "http://127.0.0.1:9"
COMMANDS = {
    "deploy": ["deploy", "--stack", "pictures", "--artifacts", "bucket"],
    "destroy": ["destroy", "--stack", "pictures"],
    "status": ["status"],
}
MESSAGES = {
    "mfa": "aws configure export-credentials",
    "login": "aws configure export-credentials",
    "sso": "aws sso login",
    "none": "aws configure list-profiles",
    "base": "AWS_ENDPOINT_URL",
}
EACH_ONCE = [*zip(MESSAGES, cycle(COMMANDS), strict=False)]  # each profile and each command; any two are a repetition


@pytest.mark.share(1)
@pytest.mark.parametrize(
    ("profile", "name"), [pair for pair in product(MESSAGES, COMMANDS) if is_thorough() or pair in EACH_ONCE[::2]]
)
def test_unusable_profile_is_reported(tmp_path: Path, name: str, profile: str) -> None:
    """Without a terminal, each command says on one line what is wrong with the profile, and what to run next."""
    (tmp_path / "config").write_text(CONFIG)
    variables = {
        "PATH": os.defpath,
        "HOME": str(tmp_path),
        "AWS_CONFIG_FILE": str(tmp_path / "config"),
        "AWS_PROFILE": profile,
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_ENDPOINT_URL": NOWHERE,
        "AWS_MAX_ATTEMPTS": "1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    done = subprocess.run(
        [sys.executable, "-m", "operations", *COMMANDS[name]],
        env=variables,
        stdin=subprocess.DEVNULL,
        start_new_session=True,  # so that there is no terminal
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert "Traceback" not in done.stderr
    last = done.stderr.splitlines()[-1]
    assert last.startswith(f"operations {name}: ")
    assert MESSAGES[profile] in last


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("ExpiredToken", "sign in again"),
        ("RequestExpired", "sign in again"),
        ("InvalidClientTokenId", "aws configure list"),
        ("SignatureDoesNotMatch", "date -u"),
        ("AccessDenied", "ask for it"),
        ("AccessDeniedException", "ask for it"),
        ("NoSuchBucket", "aws s3 mb"),
    ],
)
def test_refusal_of_aws_names_what_to_do(code: str, message: str) -> None:
    """The message of AWS is kept, and followed by what to do."""
    error = ClientError({"Error": {"Code": code, "Message": "AWS says no"}}, "DescribeStacks")
    assert "AWS says no" in explain(error)
    assert message in explain(error)


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (exceptions.NoRegionError(), "AWS_DEFAULT_REGION"),
        (exceptions.NoCredentialsError(), "aws configure"),
        (exceptions.PartialCredentialsError(provider="env", cred_var="aws_secret_access_key"), "aws configure"),
        (exceptions.LoginRefreshRequired(), "aws login"),
        (exceptions.UnauthorizedSSOTokenError(), "aws sso login"),
        (exceptions.EndpointConnectionError(endpoint_url=NOWHERE), NOWHERE),
        (RuntimeError("something else {0}"), "something else {0}"),
    ],
)
def test_error_names_what_to_do(error: Exception, message: str) -> None:
    """Each error of the connection to AWS is reported with the next command; another error is unchanged."""
    assert message in explain(error)


def test_invalid_region_is_reported(capsys: pytest.CaptureFixture[str]) -> None:
    """A region that is no name of one is reported on one line with what to do, although botocore's error is a ValueError too."""
    assert exit_code("operations status", lambda: _raise(exceptions.InvalidRegionError(region_name="a b"))) == 1
    printed = capsys.readouterr().err
    assert printed.startswith("operations status: no valid region is configured: export AWS_DEFAULT_REGION=")
    assert printed.count("\n") == 1


def test_invalid_endpoint_is_reported(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """An endpoint that is not a URL is reported on one line; another ValueError is a bug, and is raised."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "nonsense")

    def connect() -> None:
        boto3.client("sts", "eu-central-1", aws_access_key_id="a", aws_secret_access_key="b")

    assert exit_code("operations deploy", connect) == 1
    assert capsys.readouterr().err.startswith("operations deploy: Invalid endpoint: nonsense: see AWS_ENDPOINT_URL")
    with pytest.raises(ValueError, match="a bug"):
        exit_code("deploy", lambda: _raise(ValueError("a bug")))


def _raise(error: Exception) -> None:
    raise error


@pytest.mark.parametrize("number", [errno.EPIPE, errno.ENOSPC])
def test_errors_of_the_output_are_left_to_all_commands(number: int) -> None:
    """A reader that is gone and a full disk are handled where they are for every command, not as errors of AWS."""
    with pytest.raises(OSError, match=re.escape(os.strerror(number))):
        exit_code("operations status", lambda: _raise(OSError(number, os.strerror(number))))


def test_interruption_says_what_continues(capsys: pytest.CaptureFixture[str]) -> None:
    """Ctrl-C ends a command with one line, which says what continues at AWS, if anything does."""

    def interrupt() -> None:
        raise KeyboardInterrupt("the operation goes on at AWS")

    code = run_command("operations", lambda: exit_code("operations deploy", interrupt))
    assert (code, capsys.readouterr().err) == (INTERRUPTED, "operations: the operation goes on at AWS\n")


@pytest.mark.share(1)
@pytest.mark.parametrize("output", ["closed pipe", "full disk"])
def test_output_that_cannot_be_written_ends_an_operation(output: str) -> None:
    """`| head` ends an operation silently, and a full disk with one line."""
    full = Path("/dev/full")
    if output == "full disk" and not full.exists():
        missing("/dev/full, a disk that is always full, does not exist")
    program = "import sys; from asl.command import run_command; from operations.cli.errors import exit_code; from operations.cli.tables import print_table"
    rows = "[['a' * 100, 'b']] * 10_000"
    call = f"sys.exit(run_command('operations', lambda: exit_code('operations status', lambda: print_table(['x', 'y'], {rows}))))"
    read_end, write_end = os.pipe()
    os.close(read_end)
    with full.open("w") if output == "full disk" else os.fdopen(write_end, "w") as stdout:
        command = [sys.executable, "-c", f"{program}\n{call}"]
        done = subprocess.run(command, stdout=stdout, stderr=subprocess.PIPE, text=True, check=False)
    expected = (141, "") if output == "closed pipe" else (1, f"operations: {os.strerror(errno.ENOSPC)}: ")
    assert (done.returncode, done.stderr.partition("the output")[0]) == expected
