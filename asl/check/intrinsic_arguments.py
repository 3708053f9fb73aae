"""Arguments of intrinsic functions: what is wrong with a call, and what the functions ask of arguments."""

from asl.check.patterns import lengths_of
from asl.check.shapes import Number, Shape, Text, members
from asl.check.sizes import max_bytes


class IntrinsicCallError(ValueError):
    """A call fails at run time, or may fail: what is wrong with it, and what it requires."""

    def __init__(self, what: str, required: str, *, decided: bool = True, unstated: bool = False) -> None:
        """Take what is provided, what is required, whether the failure is certain, and whether a contract could say more."""
        super().__init__(what)
        self.what = what
        self.required = required
        self.decided = decided and not unstated
        self.unstated = unstated


def require_kind(kind: type[Shape] | tuple[type[Shape], ...], shape: Shape, required: str) -> None:
    """Raise IntrinsicCallError unless every value of shape is of a kind."""
    for member in members(shape):
        if not isinstance(member, kind):
            raise IntrinsicCallError("an argument of another type", required)


def max_characters(shape: Shape) -> int | None:
    """Return the most characters of a value of shape as text, or None if they have no bound."""
    highs = [lengths_of(member)[1] if isinstance(member, Text) else max_bytes(member) for member in members(shape)]
    return None if None in highs else max((int(high or 0) for high in highs), default=0)


def is_between(number: Number, low: float, high: float) -> bool:
    """Return True if every value of number is known to be from low to high."""
    return number.low is not None and number.low >= low and number.high is not None and number.high <= high
