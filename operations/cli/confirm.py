"""The confirmation that a person gives at the terminal before something is changed."""

import sys

from asl.printable import printable


class NotConfirmedError(RuntimeError):
    """The change was not confirmed."""


def confirm(question: str, *, yes: bool, how: str) -> None:
    """Return if yes is set, or if the person at the terminal answers y or yes.

    how names the option that confirms where there is no terminal. Raises NotConfirmedError. The question goes to
    standard error, so that it is seen when the output is piped.
    """
    if yes:
        return
    if not sys.stdin.isatty():
        raise NotConfirmedError(f"nothing was changed: there is no terminal to ask on; confirm with {how}")
    print(f"{printable(question)} [y/N] ", end="", file=sys.stderr, flush=True)
    try:
        answer = input()
    except EOFError:
        answer = ""
    if answer.strip().lower() not in {"y", "yes"}:
        raise NotConfirmedError("nothing was changed")
