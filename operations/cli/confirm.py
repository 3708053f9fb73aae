"""Asking whoever is at the terminal before something is done."""

import sys


class NotConfirmedError(RuntimeError):
    """Nobody agreed to what was to be done."""


def confirm(question: str, *, yes: bool, how: str) -> None:
    """Return if yes is given or whoever is at the terminal answers y; how says what to give where nobody can be asked.

    Raises NotConfirmedError.
    """
    if yes:
        return
    if not sys.stdin.isatty():
        raise NotConfirmedError(f"nothing is done: there is nobody to ask; {how} says yes beforehand")
    try:
        answer = input(f"{question} [y/N] ")
    except EOFError:
        answer = ""
    if answer.strip().lower() not in {"y", "yes"}:
        raise NotConfirmedError("nothing is done")
