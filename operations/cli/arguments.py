"""Types of command-line arguments."""

from argparse import ArgumentTypeError


def pair(text: str) -> tuple[str, str]:
    """Return the texts before and after the first equals sign; raises ArgumentTypeError if one of them is missing."""
    name, equals, value = text.partition("=")
    if not (name and equals):
        raise ArgumentTypeError(f"{text} is not of the form NAME=VALUE")
    return name, value


def not_empty(text: str) -> str:
    """Return text; raises ArgumentTypeError if it is empty, as a shell's variable is that was not set."""
    if not text.strip():
        raise ArgumentTypeError("it is empty; is a variable of the shell not set?")
    return text
