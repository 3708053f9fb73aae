"""What is said of errors on the way to AWS: in a line, with the next command, by the real commands."""

import os
import subprocess
import sys
from itertools import cycle, product
from pathlib import Path

import boto3
import pytest
from botocore import exceptions
from botocore.exceptions import ClientError

from operations.cli.advice import explain
from operations.cli.errors import INTERRUPTED, exit_code
from tests.effort import is_thorough

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
    "deploy": ["-m", "operations.cloudformation.deploy", "--stack", "pictures", "--artifacts", "bucket"],
    "destroy": ["-m", "operations.cloudformation.destroy", "--stack", "pictures"],
    "operations": ["-m", "operations", "status"],
}


SAID = {
    "mfa": "aws configure export-credentials",
    "login": "aws configure export-credentials",
    "sso": "aws sso login",
    "none": "aws configure list-profiles",
    "base": "AWS_ENDPOINT_URL",
}
EACH_ONCE = set(zip(SAID, cycle(COMMANDS), strict=False))  # each profile and each command; any two are a repetition


@pytest.mark.parametrize(
    ("profile", "name"), [pair for pair in product(SAID, COMMANDS) if is_thorough() or pair in EACH_ONCE]
)
def test_profile_that_cannot_be_used_is_told(tmp_path: Path, name: str, profile: str) -> None:
    """Without a terminal, each command tells in one line what is wrong with the profile, and the command to run next."""
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
        [sys.executable, *COMMANDS[name]],
        env=variables,
        stdin=subprocess.DEVNULL,
        start_new_session=True,  # without a terminal that could be found
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert "Traceback" not in done.stderr
    last = done.stderr.splitlines()[-1]
    assert last.startswith(f"{name}: ")
    assert SAID[profile] in last


@pytest.mark.parametrize(
    ("code", "said"),
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
def test_refusal_of_aws_names_what_to_do(code: str, said: str) -> None:
    """What AWS itself says is kept, and after it stands what to do."""
    error = ClientError({"Error": {"Code": code, "Message": "AWS says no"}}, "DescribeStacks")
    assert "AWS says no" in explain(error)
    assert said in explain(error)


@pytest.mark.parametrize(
    ("error", "said"),
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
def test_error_names_what_to_do(error: Exception, said: str) -> None:
    """Each error on the way to AWS is told with its next command; another one as it is."""
    assert said in explain(error)


def test_endpoint_that_is_none_is_told(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """An endpoint that is no URL is said in a line; another ValueError is a fault of ours."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "nonsense")

    def asked() -> None:
        boto3.client("sts", "eu-central-1", aws_access_key_id="a", aws_secret_access_key="b")

    assert exit_code("deploy", asked) == 1
    assert capsys.readouterr().err.startswith("deploy: Invalid endpoint: nonsense: see AWS_ENDPOINT_URL")
    with pytest.raises(ValueError, match="a bug"):
        exit_code("deploy", lambda: _raise(ValueError("a bug")))


def _raise(error: Exception) -> None:
    raise error


def test_interruption_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """Ctrl-C is not silent: it says what goes on, if anything does."""

    def interrupted(*told: str) -> int:
        def command() -> None:
            raise KeyboardInterrupt(*told)

        return exit_code("deploy", command)

    assert (interrupted(), interrupted("it goes on at AWS")) == (INTERRUPTED, INTERRUPTED)
    assert capsys.readouterr().err == "deploy: interrupted\ndeploy: it goes on at AWS\n"
