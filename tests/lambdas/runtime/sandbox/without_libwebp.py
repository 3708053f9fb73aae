"""A module of operations where a library is missing."""

from collections.abc import Mapping


def load(*_: str) -> list[str]:
    """Report what imaging.operations does without it."""
    return ["libwebp"]


def run(name: str, data: bytes, arguments: Mapping[str, object]) -> tuple[Mapping[str, object], list[bytes]]:
    """Do nothing."""
    del name, data, arguments
    return {}, []
