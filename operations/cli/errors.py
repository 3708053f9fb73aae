"""The exit code of an operation, and the one place where its errors are printed."""

import sys
import warnings
from collections.abc import Callable
from getpass import GetPassWarning
from subprocess import CalledProcessError

from boto3.exceptions import Boto3Error
from botocore.exceptions import BotoCoreError, ClientError

from asl.command import is_about_output
from asl.printable import printable
from operations.cli.advice import explain
from operations.cli.confirm import NotConfirmedError
from operations.errors import OperationError

NOT_CONFIRMED = 3  # exit code: there was something to do, and it was not confirmed
# What a person can correct: template, packages, credentials, region, bucket, network.
EXPECTED = (BotoCoreError, Boto3Error, ClientError, CalledProcessError, OSError)


def exit_code(name: str, operation: Callable[[], int | None]) -> int:
    """Run operation and return its exit code, 0 for None; print an error that a person can correct, after name.

    Every other exception is raised, and so are those that `asl.command.run_command` handles for all commands.
    """
    try:
        with warnings.catch_warnings():
            # Without a terminal botocore asks for an MFA code nevertheless, and getpass warns about it.
            warnings.simplefilter("ignore", GetPassWarning)
            return operation() or 0
    except NotConfirmedError as error:
        _print(name, str(error))
        return NOT_CONFIRMED
    except EOFError as error:
        print(file=sys.stderr)  # ends the line in which botocore asked for an MFA code
        _print(name, explain(error))
    except ValueError as error:
        if isinstance(error, BotoCoreError):  # some are both
            _print(name, explain(error))
            return 1
        if not str(error).startswith("Invalid endpoint"):  # botocore has no class for it
            raise
        _print(name, f"{error}: see AWS_ENDPOINT_URL and the profile's endpoint_url")
    except OperationError as error:
        print(f"{name}: {error}", file=sys.stderr)  # printable, in lines of its own
    except EXPECTED as error:
        if is_about_output(error):
            raise
        _print(name, explain(error))
    return 1


def _print(name: str, message: str) -> None:
    print(f"{name}: {printable(message)}", file=sys.stderr)
