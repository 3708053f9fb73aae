"""`add-user`: an invitation or a password, repeating the command, and what is refused."""

import io

import boto3
import pytest

from operations import users
from operations.stack import upload_url_endpoint
from operations.users import generate_password
from tests.operations.stack_in_moto import StackInMoto

EMAIL = "person@example.com"
PASSWORD = "Correct-Horse-7"


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """Return standard input, which is not a terminal."""
    given = io.StringIO()
    monkeypatch.setattr("sys.stdin", given)
    return given


def type_in(typed: io.StringIO, text: str) -> None:
    """Write text to standard input."""
    typed.write(text)
    typed.seek(0)


def user(stack: StackInMoto) -> dict[str, str]:
    """Return the user's attributes and status in Cognito."""
    found = boto3.client("cognito-idp").admin_get_user(UserPoolId=stack.outputs["UserPoolId"], Username=EMAIL)
    return {one["Name"]: one["Value"] for one in found["UserAttributes"]} | {"status": found["UserStatus"]}


def test_invited_user_has_to_choose_a_password(stack: StackInMoto) -> None:
    """Without an option the user gets an email, has to choose a password, and has a verified address."""
    result = stack.run("add-user", EMAIL)
    assert (result.code, result.err) == (0, "")
    assert "password\t" not in result.out
    assert '"The first sign-in"' in result.out
    found = user(stack)
    assert (found["status"], found["email_verified"]) == ("FORCE_CHANGE_PASSWORD", "true")


def test_password_is_read_from_standard_input(stack: StackInMoto, typed: io.StringIO) -> None:
    """With --password the user can sign in at once, and the password is not printed."""
    type_in(typed, f"{PASSWORD}\n")
    result = stack.run("add-user", EMAIL, "--password")
    assert (result.code, user(stack)["status"]) == (0, "CONFIRMED")
    assert PASSWORD not in result.out + result.err


def test_generated_password_is_shown_once(stack: StackInMoto) -> None:
    """With --generate the password is printed, and the user can sign in with it."""
    (result,) = stack.run("--json", "add-user", EMAIL, "--generate").objects
    assert (result["email"], result["invited"]) == (EMAIL, False)
    answer = boto3.client("cognito-idp").initiate_auth(
        ClientId=result["UserPoolClientId"],
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": EMAIL, "PASSWORD": result["password"]},
    )
    assert answer["AuthenticationResult"]["IdToken"]


def test_invitation_can_be_repeated_until_the_first_sign_in(stack: StackInMoto, typed: io.StringIO) -> None:
    """An invited user can be invited again, or get a password; a user who has signed in is not changed."""
    assert [stack.run("add-user", EMAIL).code for _ in range(2)] == [0, 0]
    type_in(typed, PASSWORD)
    assert stack.run("add-user", EMAIL, "--password").code == 0
    result = stack.run("add-user", EMAIL)
    assert result.code == 1
    assert result.err.startswith(f"operations add-user: {EMAIL} is a user already. ")
    assert f"forgot-password --client-id {stack.outputs['UserPoolClientId']} --username {EMAIL}" in result.err


def test_refused_password_can_be_replaced(stack: StackInMoto, typed: io.StringIO) -> None:
    """The error for a password that the pool's policy refuses does not contain it; another password is accepted then."""
    type_in(typed, "brief\nCorrect-Horse-7\n")
    result = stack.run("add-user", EMAIL, "--password")
    assert result.code == 1
    assert result.err.startswith("operations add-user: the password was refused: ")
    assert "brief" not in result.err
    assert stack.run("add-user", EMAIL, "--password").code == 0


def test_no_password_adds_nobody(stack: StackInMoto, typed: io.StringIO) -> None:
    """An empty line on standard input is not a password."""
    type_in(typed, "\n")
    error = stack.run("add-user", EMAIL, "--password").err
    assert error == "operations add-user: no password was given; nothing was changed\n"


@pytest.mark.parametrize(("second", "code"), [(PASSWORD, 0), ("another", 1)])
def test_password_is_typed_twice(stack: StackInMoto, monkeypatch: pytest.MonkeyPatch, second: str, code: int) -> None:
    """On a terminal the password is typed twice without being shown, and must be the same."""
    answers = iter([PASSWORD, second])
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("getpass.getpass", lambda _: next(answers))
    result = stack.run("add-user", EMAIL, "--password")
    assert (result.code, "differ" in result.err) == (code, bool(code))


def test_generated_passwords_are_of_every_kind_and_differ() -> None:
    """A generated password has what the pool's policy requires, nothing that a shell interprets, and differs each time."""
    made = {generate_password() for _ in range(200)}
    assert len(made) == 200
    assert all(set(kind) & set(password) for password in made for kind in users.KINDS)
    assert not set("'\"$,`\\ ") & set().union(*made)


@pytest.mark.parametrize(
    ("service", "expected"),
    [
        ("https://cloudformation.eu-central-1.amazonaws.com", "https://of.aws/v1/upload-url"),
        ("https://cloudformation.cn-north-1.amazonaws.com.cn", "https://of.aws/v1/upload-url"),
        ("https://vpce-1.cloudformation.us-east-1.vpce.amazonaws.com", "https://of.aws/v1/upload-url"),
        ("http://127.0.0.1:4566", "http://127.0.0.1:4566/restapis/abc/v1/_user_request_/upload-url"),
        (
            "https://amazonaws.com.example.org",
            "https://amazonaws.com.example.org/restapis/abc/v1/_user_request_/upload-url",
        ),
    ],
)
def test_endpoint_of_an_emulator_is_its_own(service: str, expected: str) -> None:
    """The URL of the API is the stack's output on AWS, and a path of the emulator elsewhere."""
    outputs = {"UploadUrlEndpoint": "https://of.aws/v1/upload-url", "RestApiId": "abc"}
    assert upload_url_endpoint(outputs, service) == expected
