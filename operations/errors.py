"""What is raised when an operation on a stack cannot be done."""

from asl.printable import printable


class OperationError(RuntimeError):
    """The operation was refused, or failed; the message says what was wrong and what to do."""

    def __init__(self, *lines: str) -> None:
        """Take the lines of the message. They are made printable, since names and reasons in them may be anybody's."""
        super().__init__("\n".join(map(printable, lines)))
