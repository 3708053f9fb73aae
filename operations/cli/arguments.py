"""Types of command-line arguments."""

from argparse import ArgumentTypeError
from datetime import date


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


def positive(text: str) -> int:
    """Return a number of at least 1; raises ArgumentTypeError."""
    if not (text.isascii() and text.isdigit()) or not int(text):
        raise ArgumentTypeError(f"{text} is no whole number above 0")
    return int(text)


def day(text: str) -> str:
    """Return a day such as 2026-11-30; raises ArgumentTypeError."""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise ArgumentTypeError(f"{text} is no day such as 2026-11-30") from None


def percentage(text: str) -> int:
    """Return a number from 0 to 100; raises ArgumentTypeError."""
    if not (text.isascii() and text.isdigit()) or int(text) > 100:  # noqa: PLR2004 - percent
        raise ArgumentTypeError(f"{text} is no percentage")
    return int(text)
