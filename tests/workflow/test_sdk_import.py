"""The SDK's import: modules that it imports but does not use are loaded only when they are used."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
UNUSED = (
    "import sys, workflow.sdk; print([name for name in ('boto3', 'botocore', 'pkg_resources') if name in sys.modules])"
)
USED = "import workflow.sdk; from stepfunctions.steps import utils; print(utils.boto3.session.Session.__name__)"
AFTERWARDS = "import workflow.sdk, boto3; from boto3.session import Session; print(boto3.session.Session is Session)"


@pytest.mark.share(1)
@pytest.mark.parametrize(("script", "printed"), [(UNUSED, "[]"), (USED, "Session"), (AFTERWARDS, "True")])
def test_sdk_loads_what_it_uses(script: str, printed: str) -> None:
    """A definition needs neither boto3 nor pkg_resources; who uses boto3, the SDK included, gets the module itself."""
    command = [sys.executable, "-B", "-W", "error", "-c", script]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (found.stdout, found.stderr) == (f"{printed}\n", "")
