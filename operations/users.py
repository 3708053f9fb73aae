"""The users of a stack's user pool: created with a password, or invited by email."""

import getpass
import secrets
import shlex
import string
import sys
from dataclasses import dataclass
from typing import Any

from operations.errors import OperationError

# Cognito counts these as symbols, and they need no quotes in a shell or in JSON.
SYMBOLS = "-_.+:"
KINDS = (string.ascii_lowercase, string.ascii_uppercase, string.digits, SYMBOLS)
LENGTH = 24  # characters of a generated password: about 145 bits
NEVER_SIGNED_IN = "FORCE_CHANGE_PASSWORD"  # Cognito's status until the user has chosen a password


@dataclass(frozen=True)
class Users:
    """The users of a user pool, and the app client with which they sign in, both by ID."""

    cognito: Any
    pool: str
    client: str

    def add(self, email: str, password: str = "") -> None:
        """Create a user who signs in with password or, without one, is invited by email to choose one.

        It may be repeated until the user has signed in. Raises OperationError after that, and if Cognito refuses the user.
        """
        try:
            self._create(email, password)
        except self.cognito.exceptions.InvalidPasswordException as error:
            raise OperationError(f"the password was refused: {_message(error)}") from error
        except self.cognito.exceptions.InvalidParameterException as error:
            raise OperationError(f"the user pool refused this user: {_message(error)}") from error
        except self.cognito.exceptions.CodeDeliveryFailureException as error:
            raise OperationError(f"the invitation was not sent; run the command again: {_message(error)}") from error

    def _create(self, email: str, password: str) -> None:
        user = {"UserPoolId": self.pool, "Username": email}
        # The pool's policy applies to a temporary password too: one that is refused leaves no user behind.
        how = {"MessageAction": "SUPPRESS", "TemporaryPassword": password} if password else {}
        # A forgotten password can be reset only if the address is verified.
        known = [{"Name": "email", "Value": email}, {"Name": "email_verified", "Value": "true"}]
        try:
            self.cognito.admin_create_user(**user, UserAttributes=known, DesiredDeliveryMediums=["EMAIL"], **how)
        except self.cognito.exceptions.UsernameExistsException:
            self._check_never_signed_in(email)
            if not password:
                self.cognito.admin_create_user(**user, MessageAction="RESEND", DesiredDeliveryMediums=["EMAIL"])
        if password:
            self.cognito.admin_set_user_password(**user, Password=password, Permanent=True)

    def _check_never_signed_in(self, email: str) -> None:
        if self.cognito.admin_get_user(UserPoolId=self.pool, Username=email)["UserStatus"] != NEVER_SIGNED_IN:
            raise OperationError(
                f"{email} is a user already. A forgotten password can be reset by email: "
                f"aws cognito-idp forgot-password --client-id {self.client} --username {shlex.quote(email)}"
            )


def generate_password() -> str:
    """Return a random password with characters of every kind that the pool's policy requires."""
    while True:
        password = "".join(secrets.choice("".join(KINDS)) for _ in range(LENGTH))
        if all(set(kind) & set(password) for kind in KINDS):
            return password


def read_password() -> str:
    """Return the password that was typed twice on the terminal, or the first line of standard input; raises OperationError."""
    password = _prompt_twice() if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
    if not password:
        raise OperationError("no password was given; nothing was changed")
    return password


def _prompt_twice() -> str:
    try:
        password = getpass.getpass("Password: ")
        if password != getpass.getpass("Password again: "):
            raise OperationError("the two passwords differ; nothing was changed")
    except EOFError:
        return ""
    return password


def _message(error: Any) -> str:
    return str(error.response["Error"]["Message"])
