"""Commands of the documents as a person types them: blocks of bash found, run as they stand there, and what came of them."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import urllib3

from local.stack import STACK, LocalStack
from tests.local.stack_access import cli_environment

ROOT = Path(__file__).parents[2]
REQUEST = {"filename": "a.jpg", "contentType": "image/jpeg", "size": "10"}


def block(page: str, heading: str, number: int = 0) -> str:
    """Return a block of bash below a heading of a page."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    _, _, section = text.partition(f"# {heading}\n")
    return str(re.findall(r"```bash\n(.*?)```", re.split(r"(?m)^#+ ", section)[0], re.DOTALL)[number])


def ran(stack: LocalStack, *blocks: str, typed: tuple[str, ...] = ()) -> str:
    """Run blocks of bash as a person does who types these lines, and return what was printed."""
    own = cli_environment(stack)
    known = {"STACK": STACK, "USER_POOL_CLIENT_ID": stack.outputs["UserPoolClientId"]}
    known["PATH"] = f"{Path(sys.executable).parent}:{own['PATH']}"  # where the AWS CLI is
    done = subprocess.run(
        [shutil.which("bash") or "bash", "-euo", "pipefail", "-c", "\n".join(blocks)],
        env=own | known,
        cwd=ROOT,
        input="".join(f"{line}\n" for line in typed),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def upload_url_status(stack: LocalStack, token: str) -> int:
    """Return the response of GET /upload-url to a request with token."""
    headers = {"Authorization": token}
    return urllib3.PoolManager().request("GET", stack.upload_url_endpoint, fields=REQUEST, headers=headers).status


def status(stack: LocalStack, email: str) -> str:
    """Return Cognito's description of a user."""
    client = stack.emulator.client("cognito-idp")
    return str(client.admin_get_user(UserPoolId=stack.outputs["UserPoolId"], Username=email)["UserStatus"])


def mailed_password(stack: LocalStack, email: str) -> str:
    """Return the temporary password of the newest mail to a user."""
    answer = urllib3.PoolManager().request("GET", f"{stack.emulator.endpoint}/_ministack/ses/messages")
    mails = [mail for sent in json.loads(answer.data)["messages"].values() for mail in sent if mail["To"] == [email]]
    (password,) = re.findall(r"temporary password is (\S+)\.$", mails[-1]["BodyText"])
    return str(password)


def sign_in(stack: LocalStack, *typed: str, heading: str = "Sign in") -> str:
    """Return the value of TOKEN after the commands of the API's page."""
    functions = block("api.md", "Sign in").partition("\n\n")[0]
    commands = block("api.md", heading)
    return ran(stack, functions, commands, 'printf %s "$TOKEN"', typed=typed)
