"""The documents' own commands, run as they stand there: an operator adds a user, who signs in and may upload."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import urllib3

from local.stack import STACK, LocalStack, local_stack
from tests.local.behind import operate, variables

ROOT = Path(__file__).parents[2]
PASSWORD = "a, \"b\" = 'c' $D 12"  # what the AWS CLI's short form, a shell or JSON would take apart
REQUEST = {"filename": "a.jpg", "contentType": "image/jpeg", "size": "10"}


@pytest.fixture(scope="module")
def stack() -> Iterator[LocalStack]:
    """Run the stack."""
    with local_stack() as running:
        yield running


def block(page: str, heading: str, number: int = 0) -> str:
    """Return a block of bash below a heading of a page."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    _, _, section = text.partition(f"# {heading}\n")
    return str(re.findall(r"```bash\n(.*?)```", re.split(r"(?m)^#+ ", section)[0], re.DOTALL)[number])


def ran(stack: LocalStack, *blocks: str, typed: tuple[str, ...] = ()) -> str:
    """Run blocks of bash as a person does who types these lines, and return what was printed."""
    own = variables(stack)
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
    """Return how GET /upload-url answers whoever has token."""
    headers = {"Authorization": token}
    return urllib3.PoolManager().request("GET", stack.upload_url_endpoint, fields=REQUEST, headers=headers).status


def status(stack: LocalStack, email: str) -> str:
    """Return what Cognito says of a user."""
    client = stack.emulator.client("cognito-idp")
    return str(client.admin_get_user(UserPoolId=stack.outputs["UserPoolId"], Username=email)["UserStatus"])


def mailed_password(stack: LocalStack, email: str) -> str:
    """Return the temporary password of the newest mail to a user."""
    answer = urllib3.PoolManager().request("GET", f"{stack.emulator.endpoint}/_ministack/ses/messages")
    mails = [mail for sent in json.loads(answer.data)["messages"].values() for mail in sent if mail["To"] == [email]]
    (password,) = re.findall(r"temporary password is (\S+)\.$", mails[-1]["BodyText"])
    return str(password)


def sign_in(stack: LocalStack, *typed: str, heading: str = "Sign in") -> str:
    """Return what TOKEN is after the commands of the API's page."""
    functions = block("api.md", "Sign in").partition("\n\n")[0]
    commands = block("api.md", heading)
    return ran(stack, functions, commands, 'printf %s "$TOKEN"', typed=typed)


def test_user_made_by_hand_signs_in(stack: LocalStack) -> None:
    """After `admin-create-user` a plain sign-in gives no token; the first sign-in does, and then the plain one too."""
    by_hand = block("operations.md", "Users", 2)
    helpers = block("operations.md", "Operations")
    ran(stack, helpers.replace("export STACK=pictures\n", ""), by_hand)
    email = "person@example.com"
    assert status(stack, email) == "FORCE_CHANGE_PASSWORD"
    temporary = mailed_password(stack, email)
    assert sign_in(stack, email, temporary) == "None"
    assert upload_url_status(stack, sign_in(stack, email, temporary, PASSWORD, heading="The first sign-in")) == 200
    assert status(stack, email) == "CONFIRMED"
    assert upload_url_status(stack, sign_in(stack, email, PASSWORD)) == 200


def test_invited_user_signs_in(stack: LocalStack) -> None:
    """`add-user` invites, again too; the person chooses a password by the page's commands, and gets an upload URL."""
    email = "invited@example.com"
    first, again = (operate(stack, "add-user", email) for _ in range(2))
    assert (first.returncode, again.returncode) == (0, 0), again.stderr
    assert "temporary password" in again.stdout
    token = sign_in(stack, email, mailed_password(stack, email), PASSWORD, heading="The first sign-in")
    assert upload_url_status(stack, token) == 200


def test_generated_password_signs_in(stack: LocalStack) -> None:
    """`add-user --generate` shows a password, which signs in at once."""
    made = operate(stack, "--json", "add-user", "generated@example.com", "--generate")
    found = json.loads(made.stdout)
    assert not found["invited"]
    assert upload_url_status(stack, sign_in(stack, "generated@example.com", found["password"])) == 200


def test_refused_password_leaves_no_user(stack: LocalStack) -> None:
    """A password that the pool's policy refuses is told in a line, and nobody is added."""
    done = ran(
        stack,
        f"printf short | {sys.executable} -m operations --stack $STACK add-user x@example.com --password 2>&1 || :",
    )
    assert done.startswith("operations: the password is refused: ")
    found = stack.emulator.client("cognito-idp").list_users(UserPoolId=stack.outputs["UserPoolId"])["Users"]
    assert "x@example.com" not in json.dumps(found, default=str)


def test_laptop_has_its_user_by_the_same_way(stack: LocalStack) -> None:
    """The laptop's test user is one that the page's commands sign in."""
    assert upload_url_status(stack, sign_in(stack, stack.user.email, stack.user.password)) == 200
