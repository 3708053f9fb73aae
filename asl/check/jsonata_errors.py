"""What may be wrong with an expression in JSONata."""

from asl.check.shapes import Anything, Shape, Unknown, members


class ExpressionError(ValueError):
    """An expression fails, or may fail: what is provided, and what is required."""

    def __init__(self, provided: str, required: str, *, unstated: bool = False) -> None:
        """Take what is provided, what is required, and whether a contract could say more of what is provided."""
        super().__init__(provided)
        self.provided = provided
        self.required = required
        self.unstated = unstated


class UndecidedExpressionError(ExpressionError):
    """The checker does not know what an expression evaluates to."""


def is_unstated(shape: Shape) -> bool:
    """Return whether a contract could say more of values of shape."""
    return any(isinstance(one, Unknown) or getattr(one, "unstated", False) for one in members(shape))


def is_certain(shape: Shape) -> bool:
    """Return whether nothing more can be said of shape."""
    return not any(isinstance(one, Unknown | Anything) or getattr(one, "unstated", False) for one in members(shape))
