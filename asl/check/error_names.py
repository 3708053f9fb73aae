"""Errors by their names: which of them a retrier or a catcher handles."""

from functools import lru_cache

from asl.check.choices import split_by_rule
from asl.check.shapes import Shape, members, union

EVERY_ERROR = "States.ALL"
TASK_FAILED = "States.TaskFailed"
TIMEOUT = "States.Timeout"
KNOWN_SPLITS = 4096  # of errors: the states of a machine mostly have the same errors, retriers and catchers


@lru_cache(KNOWN_SPLITS)
def split_error(error: Shape, names: tuple[str, ...]) -> tuple[Shape, Shape]:
    """Return the part of error that a catcher of names handles, and the part that is left."""
    taken, left = [], []
    for member in members(error):
        one, other = _split_member(member, names)
        taken += one
        left += other
    return union(*taken), union(*left)


def _split_member(error: Shape, names: tuple[str, ...]) -> tuple[list[Shape], list[Shape]]:
    if EVERY_ERROR in names:
        return [error], []
    taken: list[Shape] = []
    left: Shape = error
    if TASK_FAILED in names:
        left, other = split_by_rule(error, {"Variable": "$.Error", "StringEquals": TIMEOUT})
        taken += members(other)
    for name in names:
        one, left = split_by_rule(left, {"Variable": "$.Error", "StringEquals": name})
        taken += members(one)
    return taken, [*members(left)]
