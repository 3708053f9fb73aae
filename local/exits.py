"""How the commands that change an account end."""

import sys
from collections.abc import Callable

from local.asking import NotConfirmedError
from local.target import FAULTS

DECLINED = 3  # exit code: there was something to do, and it was not done
INTERRUPTED = 130  # as shells have it


def exit_code(name: str, command: Callable[[], None]) -> int:
    """Run command and return its exit code; what a person can put right is told on standard error, after name."""
    try:
        command()
    except NotConfirmedError as refusal:
        print(f"{name}: {refusal}", file=sys.stderr)
        return DECLINED
    except KeyboardInterrupt:
        return INTERRUPTED
    except FAULTS as error:
        print(f"{name}: {error}", file=sys.stderr)
        return 1
    return 0
