"""How the commands that change an account end."""

import sys
import warnings
from collections.abc import Callable
from getpass import GetPassWarning

from asl.printable import printable_lines
from operations.cli.advice import explain
from operations.cli.confirm import NotConfirmedError
from operations.cloudformation.target import FAULTS

DECLINED = 3  # exit code: there was something to do, and it was not done
INTERRUPTED = 130  # as shells have it


def exit_code(name: str, command: Callable[[], None]) -> int:
    """Run command and return its exit code; what a person can put right is told on standard error, after name."""
    try:
        with warnings.catch_warnings():
            # Without a terminal botocore asks for a code of MFA all the same, and getpass warns of that.
            warnings.simplefilter("ignore", GetPassWarning)
            command()
    except NotConfirmedError as refusal:
        print(f"{name}: {printable_lines(str(refusal))}", file=sys.stderr)
        return DECLINED
    except KeyboardInterrupt as interruption:
        print(f"{name}: {str(interruption) or 'interrupted'}", file=sys.stderr)
        return INTERRUPTED
    except EOFError as error:  # botocore asked for a code of MFA; its question has no line of its own
        print(f"\n{name}: {printable_lines(explain(error))}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        raise  # whoever read the output has read enough
    except ValueError as error:
        if not str(error).startswith("Invalid endpoint"):  # botocore has no class for it
            raise
        print(
            f"{name}: {printable_lines(str(error))}: see AWS_ENDPOINT_URL and the profile's endpoint_url",
            file=sys.stderr,
        )
        return 1
    except FAULTS as error:
        print(f"{name}: {printable_lines(explain(error))}", file=sys.stderr)
        return 1
    return 0
