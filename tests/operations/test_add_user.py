"""Adding users: by mail or with a password, again until it has worked, and what is refused."""

import io

import boto3
import pytest

from operations import users
from operations.users import generate_password
from tests.operations.desk import Desk

EMAIL = "person@example.com"
PASSWORD = "Correct-Horse-7"


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """Give standard input, which is no terminal."""
    given = io.StringIO()
    monkeypatch.setattr("sys.stdin", given)
    return given


def type_in(typed: io.StringIO, text: str) -> None:
    """Put text on standard input."""
    typed.write(text)
    typed.seek(0)


def user(desk: Desk) -> dict[str, str]:
    """Return what Cognito knows of the user."""
    found = boto3.client("cognito-idp").admin_get_user(UserPoolId=desk.outputs["UserPoolId"], Username=EMAIL)
    return {one["Name"]: one["Value"] for one in found["UserAttributes"]} | {"status": found["UserStatus"]}


def test_invited_user_has_to_choose_a_password(desk: Desk) -> None:
    """Without an option the user is mailed, waits for a password of their own, and has a verified address."""
    told = desk.run("add-user", EMAIL)
    assert (told.code, told.err) == (0, "")
    assert "password\t" not in told.out
    assert '"The first sign-in"' in told.out
    found = user(desk)
    assert (found["status"], found["email_verified"]) == ("FORCE_CHANGE_PASSWORD", "true")


def test_password_is_read_from_standard_input(desk: Desk, typed: io.StringIO) -> None:
    """With --password the user can sign in at once, and the password is shown nowhere."""
    type_in(typed, f"{PASSWORD}\n")
    told = desk.run("add-user", EMAIL, "--password")
    assert (told.code, user(desk)["status"]) == (0, "CONFIRMED")
    assert PASSWORD not in told.out + told.err


def test_generated_password_is_shown_once(desk: Desk) -> None:
    """With --generate the password is printed, and the user can sign in by it."""
    (told,) = desk.run("--json", "add-user", EMAIL, "--generate").objects
    assert (told["email"], told["invited"]) == (EMAIL, False)
    answer = boto3.client("cognito-idp").initiate_auth(
        ClientId=told["UserPoolClientId"],
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": EMAIL, "PASSWORD": told["password"]},
    )
    assert answer["AuthenticationResult"]["IdToken"]


def test_invitation_is_repeated_until_it_is_taken(desk: Desk, typed: io.StringIO) -> None:
    """An invited user may be invited again or given a password; one who has signed in is left alone."""
    assert [desk.run("add-user", EMAIL).code for _ in range(2)] == [0, 0]
    type_in(typed, PASSWORD)
    assert desk.run("add-user", EMAIL, "--password").code == 0
    told = desk.run("add-user", EMAIL)
    assert told.code == 1
    assert told.err.startswith(f"operations: {EMAIL} is a user already. ")
    assert f"forgot-password --client-id {desk.outputs['UserPoolClientId']} --username {EMAIL}" in told.err


def test_refused_password_is_no_dead_end(desk: Desk, typed: io.StringIO) -> None:
    """A password that the pool's policy refuses is told in a line that does not hold it; another one is taken then."""
    type_in(typed, "brief\nCorrect-Horse-7\n")
    told = desk.run("add-user", EMAIL, "--password")
    assert told.code == 1
    assert told.err.startswith("operations: the password is refused: ")
    assert "brief" not in told.err
    assert desk.run("add-user", EMAIL, "--password").code == 0


def test_no_password_adds_nobody(desk: Desk, typed: io.StringIO) -> None:
    """An empty line, or nothing at all, on standard input is no password."""
    type_in(typed, "\n")
    assert desk.run("add-user", EMAIL, "--password").err == "operations: no password was given; nothing is done\n"


@pytest.mark.parametrize(("second", "code"), [(PASSWORD, 0), ("another", 1)])
def test_password_is_typed_twice(desk: Desk, monkeypatch: pytest.MonkeyPatch, second: str, code: int) -> None:
    """On a terminal the password is asked for twice, unseen, and has to be the same."""
    answers = iter([PASSWORD, second])
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("getpass.getpass", lambda _: next(answers))
    told = desk.run("add-user", EMAIL, "--password")
    assert (told.code, "differ" in told.err) == (code, bool(code))


def test_generated_passwords_are_of_every_kind_and_differ() -> None:
    """A generated password has what the pool asks for, nothing that a shell takes apart, and is another each time."""
    made = {generate_password() for _ in range(200)}
    assert len(made) == 200
    assert all(set(kind) & set(password) for password in made for kind in users.KINDS)
    assert not set("'\"$,`\\ ") & set().union(*made)
