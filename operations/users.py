"""Users of a stack's user pool: made with a password, or invited by mail."""

import getpass
import secrets
import shlex
import string
import sys
from dataclasses import dataclass
from typing import Any

from operations.errors import OperationError

# Those that Cognito counts as symbols, and that no shell or JSON gives a meaning.
SYMBOLS = "-_.+:"
KINDS = (string.ascii_lowercase, string.ascii_uppercase, string.digits, SYMBOLS)
LENGTH = 24  # characters of a generated password: about 145 bits
NEVER_SIGNED_IN = "FORCE_CHANGE_PASSWORD"  # Cognito's status of a user who has not chosen a password yet


@dataclass(frozen=True)
class Users:
    """The users of a pool; client is the pool's app client, by which they sign in."""

    cognito: Any
    pool: str
    client: str

    def add(self, email: str, password: str = "") -> None:
        """Create a user who signs in with password or, if none is given, is invited by mail to choose one.

        Safe to repeat until the person has signed in; raises OperationError after that, and for what Cognito refuses.
        """
        try:
            self._create(email, password)
        except self.cognito.exceptions.InvalidPasswordException as error:
            raise OperationError(f"the password is refused: {_message(error)}") from error
        except self.cognito.exceptions.InvalidParameterException as error:
            raise OperationError(f"the user pool refuses this user: {_message(error)}") from error
        except self.cognito.exceptions.CodeDeliveryFailureException as error:
            raise OperationError(f"the invitation was not sent; run the command again: {_message(error)}") from error

    def _create(self, email: str, password: str) -> None:
        user = {"UserPoolId": self.pool, "Username": email}
        # A temporary password is checked as others are: one that is refused leaves no user behind.
        how = {"MessageAction": "SUPPRESS", "TemporaryPassword": password} if password else {}
        # Without a verified address the user could not reset a forgotten password.
        known = [{"Name": "email", "Value": email}, {"Name": "email_verified", "Value": "true"}]
        try:
            self.cognito.admin_create_user(**user, UserAttributes=known, DesiredDeliveryMediums=["EMAIL"], **how)
        except self.cognito.exceptions.UsernameExistsException:
            self._check_unused(email)
            if not password:
                self.cognito.admin_create_user(**user, MessageAction="RESEND", DesiredDeliveryMediums=["EMAIL"])
        if password:
            self.cognito.admin_set_user_password(**user, Password=password, Permanent=True)

    def _check_unused(self, email: str) -> None:
        if self.cognito.admin_get_user(UserPoolId=self.pool, Username=email)["UserStatus"] != NEVER_SIGNED_IN:
            raise OperationError(
                f"{email} is a user already. A forgotten password is reset by mail: "
                f"aws cognito-idp forgot-password --client-id {self.client} --username {shlex.quote(email)}"
            )


def generate_password() -> str:
    """Return a random password with characters of every kind that the pool asks for."""
    while True:
        password = "".join(secrets.choice("".join(KINDS)) for _ in range(LENGTH))
        if all(set(kind) & set(password) for kind in KINDS):
            return password


def read_password() -> str:
    """Return the password typed twice on the terminal, or the first line of standard input; raises OperationError."""
    password = _prompt_twice() if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
    if not password:
        raise OperationError("no password was given; nothing is done")
    return password


def _prompt_twice() -> str:
    try:
        password = getpass.getpass("Password: ")
        if password != getpass.getpass("Once more: "):
            raise OperationError("the two passwords differ; nothing is done")
    except EOFError:
        return ""
    return password


def _message(error: Any) -> str:
    return str(error.response["Error"]["Message"])
